-- When an issuer was found to publish a key no more, and when the gateway was given another key for receipts.
ALTER TABLE issuer_key ADD COLUMN retired_at TEXT;
ALTER TABLE receipt_key ADD COLUMN retired_at TEXT;

-- What a timestamping authority says about receipts (RFC 3161), as received. A receipt is stamped once.
CREATE TABLE receipt_timestamp (
    sequence    INTEGER PRIMARY KEY REFERENCES signature (sequence),
    token       BLOB NOT NULL,
    obtained_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER receipt_timestamp_is_final BEFORE UPDATE ON receipt_timestamp
    BEGIN SELECT RAISE(ABORT, 'timestamps are final'); END;
CREATE TRIGGER receipt_timestamp_stays BEFORE DELETE ON receipt_timestamp
    BEGIN SELECT RAISE(ABORT, 'timestamps stay'); END;

-- The trail is asked for its newest line of a kind with every signature.
CREATE INDEX audit_by_event ON audit (event, seq);
