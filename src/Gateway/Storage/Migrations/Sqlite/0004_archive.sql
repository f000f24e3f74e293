-- De-identified DICOM beside the samples, where a dataset's policy wants it. An object's rendition is kept apart while its samples are.
CREATE TABLE renditions (
    dataset TEXT NOT NULL,
    object_key TEXT NOT NULL,
    blob TEXT NOT NULL,
    plaintext_bytes INTEGER NOT NULL,
    ciphertext TEXT NOT NULL,
    ciphertext_bytes INTEGER NOT NULL,
    PRIMARY KEY (dataset, object_key)
);

-- Which object lies in which part of the archive.
CREATE TABLE archived_objects (
    dataset TEXT NOT NULL,
    part TEXT NOT NULL,
    object_key TEXT NOT NULL,
    PRIMARY KEY (dataset, part, object_key)
);

ALTER TABLE versions ADD COLUMN archive TEXT NULL;
