ALTER TABLE uploads ADD COLUMN rolling INTEGER NOT NULL DEFAULT 0;
ALTER TABLE uploads ADD COLUMN token TEXT NULL;

CREATE TABLE upload_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    dataset TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NULL,
    last_used_at INTEGER NULL
);
CREATE UNIQUE INDEX upload_tokens_by_hash ON upload_tokens (hash);
CREATE INDEX upload_tokens_by_dataset ON upload_tokens (dataset);

-- Names of blobs that nothing refers to any more; a row goes when its blob is gone.
CREATE TABLE discarded_blobs (
    name TEXT NOT NULL PRIMARY KEY
);
