-- One slice's mask, encrypted in the blob store like a sample, and what it is of: an image, a series, or a volume.
CREATE TABLE masks (
    dataset TEXT NOT NULL,
    object_key TEXT NOT NULL,
    number INTEGER NOT NULL,
    upload TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    blob TEXT NOT NULL,
    sop_hash TEXT NULL,
    frame INTEGER NULL,
    series_hash TEXT NULL,
    volume TEXT NULL,
    facts TEXT NOT NULL,
    plaintext_bytes INTEGER NOT NULL,
    ciphertext TEXT NOT NULL,
    ciphertext_bytes INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    PRIMARY KEY (dataset, object_key, number)
);

-- Which masks were drawn beside a sample in its shard: what was sealed before has none.
ALTER TABLE shard_samples ADD COLUMN mask TEXT NULL;
