-- A provider may publish one key under several names or algorithms, one after the other. Each was seen, so each stays.
CREATE TABLE issuer_key_as_described (
    issuer      TEXT NOT NULL,
    thumbprint  TEXT NOT NULL,
    -- Empty where the provider says none.
    kid         TEXT NOT NULL,
    alg         TEXT NOT NULL,
    jwk         TEXT NOT NULL,
    first_seen  TEXT NOT NULL,
    last_seen   TEXT NOT NULL,
    PRIMARY KEY (issuer, thumbprint, kid, alg)
) STRICT, WITHOUT ROWID;
INSERT INTO issuer_key_as_described (issuer, thumbprint, kid, alg, jwk, first_seen, last_seen)
    SELECT issuer, thumbprint, coalesce(json_extract(jwk, '$.kid'), ''), coalesce(json_extract(jwk, '$.alg'), ''),
           jwk, first_seen, last_seen
    FROM issuer_key;
DROP TABLE issuer_key;
ALTER TABLE issuer_key_as_described RENAME TO issuer_key;
