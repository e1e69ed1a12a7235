-- When the owner of a session authenticated, in seconds since the epoch, where the access token said it: a sign-in that is
-- registered late ends none that came after it.
ALTER TABLE session ADD COLUMN authenticated_at INTEGER;
-- Sessions of any age end: what is open is looked through by age.
CREATE INDEX session_open_since ON session (started_at) WHERE ended_at IS NULL;
