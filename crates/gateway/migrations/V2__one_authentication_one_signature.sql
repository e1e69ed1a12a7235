-- When the signer authenticated, in seconds since the epoch. One authentication stands behind one signature.
-- Absent for signatures from before this was kept.
ALTER TABLE signature ADD COLUMN auth_time INTEGER;
CREATE UNIQUE INDEX signature_by_authentication ON signature (subject, auth_time);
