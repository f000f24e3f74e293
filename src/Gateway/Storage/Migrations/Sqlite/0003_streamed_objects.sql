-- An object can hold many samples, and a sample's blob has a name of its own. What was stored before is an object of one sample.
ALTER TABLE samples ADD COLUMN object_key TEXT NOT NULL DEFAULT '';
ALTER TABLE samples ADD COLUMN frame INTEGER NOT NULL DEFAULT 0;
ALTER TABLE samples ADD COLUMN blob TEXT NOT NULL DEFAULT '';
ALTER TABLE samples ADD COLUMN pixels TEXT NULL;
ALTER TABLE samples ADD COLUMN facts TEXT NULL;
ALTER TABLE samples ADD COLUMN quarantined INTEGER NOT NULL DEFAULT 0;
UPDATE samples SET object_key = key, blob = key;
CREATE INDEX samples_by_object ON samples (dataset, object_key);

-- Objects kept apart until a steward decides.
CREATE TABLE quarantine (
    dataset TEXT NOT NULL,
    object_key TEXT NOT NULL,
    upload TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    code TEXT NOT NULL,
    samples INTEGER NOT NULL,
    at INTEGER NOT NULL,
    decision TEXT NULL,
    decided_by TEXT NULL,
    decided_at INTEGER NULL,
    PRIMARY KEY (dataset, object_key)
);
