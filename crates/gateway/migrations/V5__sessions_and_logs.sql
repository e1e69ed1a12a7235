-- Who is signed in where. One row for each sign-in; an ended session stays, since its key must not come back.
CREATE TABLE session (
    id              TEXT PRIMARY KEY,
    subject         TEXT NOT NULL,
    device_id       TEXT NOT NULL,
    device_name     TEXT NOT NULL,
    -- The thumbprint of the key that its access tokens are bound to, where they are.
    bound_to        TEXT,
    -- Of the access token that it was registered with.
    token_sha256    TEXT NOT NULL,
    started_at      TEXT NOT NULL,
    last_seen       TEXT NOT NULL,
    ended_at        TEXT,
    why             TEXT,
    -- What the device is called on which somebody ended it.
    ended_by        TEXT,
    -- Ends in their order: where a stream of events goes on.
    ended_seq       INTEGER UNIQUE,
    CHECK ((ended_at IS NULL) = (why IS NULL) AND (ended_at IS NULL) = (ended_seq IS NULL))
) STRICT;
CREATE INDEX session_by_subject ON session (subject, started_at);
CREATE INDEX session_open_on_device ON session (device_id) WHERE ended_at IS NULL;
CREATE TRIGGER ended_session_is_final BEFORE UPDATE ON session WHEN OLD.ended_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'an ended session stays ended'); END;
CREATE TRIGGER session_stays BEFORE DELETE ON session BEGIN SELECT RAISE(ABORT, 'sessions stay'); END;

-- The devices' activity logs, each in one piece from its first line. What was shipped before this version stays in `shipped`.
CREATE TABLE device_log_line (
    device      TEXT NOT NULL,
    log         TEXT NOT NULL,
    seq         INTEGER NOT NULL CHECK (seq > 0),
    hash        TEXT NOT NULL,
    line        TEXT NOT NULL,
    -- By whom it was shipped: several people share a device.
    shipped_by  TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (device, log, seq)
) STRICT;
CREATE TRIGGER device_log_line_is_final BEFORE UPDATE ON device_log_line BEGIN SELECT RAISE(ABORT, 'lines are final'); END;
CREATE TRIGGER device_log_line_stays BEFORE DELETE ON device_log_line BEGIN SELECT RAISE(ABORT, 'lines stay'); END;
