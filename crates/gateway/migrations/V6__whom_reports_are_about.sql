-- Who brings a report and whom it is about are two things: people share devices, and reports wait for whoever signs in next.
-- `reported_by` authenticated for the call that brought the report, or in which the gateway found something by itself.
ALTER TABLE security_event RENAME COLUMN subject TO reported_by;
-- `about` is the word of the device that reported, and nobody's proof. What the gateway found by itself has none.
ALTER TABLE security_event ADD COLUMN about TEXT;
-- `at` is when it happened, by the clock of the device. Rows of earlier versions do not say when they arrived.
ALTER TABLE security_event ADD COLUMN received_at TEXT;
