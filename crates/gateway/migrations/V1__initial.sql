-- Records, version by version. The newest is the current one.
CREATE TABLE record_version (
    system      TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    version     INTEGER NOT NULL CHECK (version > 0),
    octets      BLOB    NOT NULL,
    since       TEXT    NOT NULL,
    PRIMARY KEY (system, type, id, version)
) STRICT, WITHOUT ROWID;

-- Proposed changes to one record version each.
CREATE TABLE amendment (
    id                  TEXT    PRIMARY KEY,
    kind                TEXT    NOT NULL,
    patient             TEXT    NOT NULL,
    system              TEXT    NOT NULL,
    type                TEXT    NOT NULL,
    record_id           TEXT    NOT NULL,
    base_version        INTEGER NOT NULL,
    proposed            BLOB    NOT NULL,
    why                 TEXT    NOT NULL,
    requested_by_name   TEXT    NOT NULL,
    requested_by_role   TEXT,
    requested_at        TEXT    NOT NULL,
    due_at              TEXT,
    -- What the list is ordered by: due_at, or an instant after every other, in sortable digits.
    due_order           TEXT    NOT NULL,
    signatures_required INTEGER NOT NULL CHECK (signatures_required BETWEEN 1 AND 9),
    state               TEXT    NOT NULL CHECK (state IN ('pending', 'signed', 'declined')),
    summary             TEXT    NOT NULL,
    FOREIGN KEY (system, type, record_id, base_version) REFERENCES record_version (system, type, id, version)
) STRICT;
CREATE INDEX amendment_by_due ON amendment (state, due_order, id);

-- Signatures that records carried before this gateway knew them.
CREATE TABLE earlier_signature (
    system      TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    record_id   TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    version     TEXT    NOT NULL,
    meaning     TEXT    NOT NULL,
    signed_at   TEXT    NOT NULL,
    receipt     INTEGER NOT NULL
) STRICT;
CREATE INDEX earlier_signature_by_record ON earlier_signature (system, type, record_id);

CREATE TABLE challenge (
    challenge   TEXT    PRIMARY KEY,
    subject     TEXT    NOT NULL,
    binding     TEXT    NOT NULL,
    issued_at   TEXT    NOT NULL,
    expires_at  TEXT    NOT NULL,
    spent_by    TEXT    REFERENCES signature (signature_id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Receipts chain: one row per signature, never changed, never deleted.
CREATE TABLE signature (
    signature_id        TEXT    PRIMARY KEY,
    sequence            INTEGER NOT NULL UNIQUE CHECK (sequence > 0),
    challenge           TEXT    NOT NULL UNIQUE REFERENCES challenge (challenge),
    nonce               TEXT    NOT NULL UNIQUE,
    key_thumbprint      TEXT    NOT NULL UNIQUE,
    subject             TEXT    NOT NULL,
    name                TEXT    NOT NULL,
    meaning             TEXT    NOT NULL,
    evidence            BLOB    NOT NULL,
    evidence_sha256     TEXT    NOT NULL UNIQUE,
    receipt             TEXT    NOT NULL,
    receipt_sha256      TEXT    NOT NULL,
    accepted            TEXT    NOT NULL,
    idempotency_key     TEXT    NOT NULL,
    received_at         TEXT    NOT NULL,
    UNIQUE (subject, idempotency_key)
) STRICT;

-- Which amendments a signature is for. The same person signs an amendment once.
CREATE TABLE given (
    amendment       TEXT NOT NULL REFERENCES amendment (id),
    subject         TEXT NOT NULL,
    -- Absent for signatures that were given before this gateway knew the amendment.
    signature_id    TEXT REFERENCES signature (signature_id),
    PRIMARY KEY (amendment, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX given_by_signature ON given (signature_id);

CREATE TABLE decline (
    amendment   TEXT PRIMARY KEY REFERENCES amendment (id),
    subject     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    at          TEXT NOT NULL
) STRICT;

-- Every signing key of an issuer that was ever seen.
CREATE TABLE issuer_key (
    issuer      TEXT NOT NULL,
    thumbprint  TEXT NOT NULL,
    jwk         TEXT NOT NULL,
    first_seen  TEXT NOT NULL,
    last_seen   TEXT NOT NULL,
    PRIMARY KEY (issuer, thumbprint)
) STRICT, WITHOUT ROWID;

-- The same for the gateway's own receipt keys.
CREATE TABLE receipt_key (
    thumbprint  TEXT PRIMARY KEY,
    jwk         TEXT NOT NULL,
    first_seen  TEXT NOT NULL,
    last_seen   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The gateway's own audit trail: each line is hashed with the one before.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY CHECK (seq > 0),
    at      TEXT NOT NULL,
    event   TEXT NOT NULL,
    actor   TEXT,
    detail  TEXT NOT NULL,
    hash    TEXT NOT NULL
) STRICT;

-- Lines of the devices' activity logs, as they were shipped.
CREATE TABLE shipped (
    subject     TEXT NOT NULL,
    device      TEXT NOT NULL,
    line_sha256 TEXT NOT NULL,
    line        TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (subject, device, line_sha256)
) STRICT;

CREATE TABLE security_event (
    id          INTEGER PRIMARY KEY,
    at          TEXT NOT NULL,
    kind        TEXT NOT NULL,
    subject     TEXT,
    reference   TEXT,
    device      TEXT,
    count       INTEGER NOT NULL
) STRICT;

CREATE TRIGGER signature_is_final BEFORE UPDATE ON signature BEGIN SELECT RAISE(ABORT, 'signatures are final'); END;
CREATE TRIGGER signature_stays BEFORE DELETE ON signature BEGIN SELECT RAISE(ABORT, 'signatures stay'); END;
CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is final'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit stays'); END;
CREATE TRIGGER record_version_is_final BEFORE UPDATE ON record_version BEGIN SELECT RAISE(ABORT, 'versions are final'); END;
CREATE TRIGGER record_version_stays BEFORE DELETE ON record_version BEGIN SELECT RAISE(ABORT, 'versions stay'); END;
