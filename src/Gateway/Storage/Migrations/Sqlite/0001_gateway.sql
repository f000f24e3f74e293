-- Times are milliseconds since 1970; digests are 'sha256:' and hex; lists are canonical JSON.

CREATE TABLE datasets (
    name TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    steward TEXT NOT NULL,
    state TEXT NOT NULL,
    policy TEXT NOT NULL,
    policy_revision TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE policies (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    dataset TEXT NOT NULL,
    revision TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX policies_by_dataset ON policies (dataset);

CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    dataset TEXT NOT NULL,
    actor TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    active_at INTEGER NOT NULL,
    closed_at INTEGER NULL
);
CREATE INDEX uploads_by_dataset ON uploads (dataset);

CREATE TABLE upload_objects (
    upload TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    code TEXT NULL,
    PRIMARY KEY (upload, ordinal)
);

-- Identifiers only as hashes under the dataset's own key.
CREATE TABLE samples (
    dataset TEXT NOT NULL,
    key TEXT NOT NULL,
    upload TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    sop_hash TEXT NULL,
    series_hash TEXT NOT NULL,
    study_hash TEXT NULL,
    accession_hash TEXT NULL,
    patient_hash TEXT NULL,
    patient TEXT NOT NULL,
    labelled_patient TEXT NULL,
    series TEXT NOT NULL,
    plaintext_bytes INTEGER NOT NULL,
    ciphertext TEXT NOT NULL,
    ciphertext_bytes INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    PRIMARY KEY (dataset, key)
);

CREATE TABLE sample_labels (
    dataset TEXT NOT NULL,
    sample TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (dataset, sample, name)
);

CREATE TABLE versions (
    dataset TEXT NOT NULL,
    version INTEGER NOT NULL,
    manifest TEXT NOT NULL,
    manifest_digest TEXT NOT NULL,
    samples INTEGER NOT NULL,
    patients INTEGER NOT NULL,
    label_names TEXT NOT NULL,
    sealed_at INTEGER NOT NULL,
    PRIMARY KEY (dataset, version)
);

CREATE TABLE shard_samples (
    dataset TEXT NOT NULL,
    part TEXT NOT NULL,
    sample TEXT NOT NULL,
    patient TEXT NOT NULL,
    PRIMARY KEY (dataset, part, sample)
);

CREATE TABLE requests (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    dataset TEXT NOT NULL,
    state TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    organisation TEXT NOT NULL,
    roles TEXT NOT NULL,
    project TEXT NOT NULL,
    access TEXT NULL,
    job TEXT NULL,
    version INTEGER NOT NULL,
    approvals_needed INTEGER NOT NULL,
    reasons TEXT NOT NULL,
    permit TEXT NULL,
    permit_digest TEXT NULL,
    expires_at INTEGER NULL,
    broker TEXT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX requests_by_dataset ON requests (dataset);
CREATE UNIQUE INDEX requests_by_job ON requests (job, kind);

CREATE TABLE approvals (
    request TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    organisation TEXT NOT NULL,
    roles TEXT NOT NULL,
    decision TEXT NOT NULL,
    comment TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (request, issuer, subject)
);

CREATE TABLE jobs (
    digest TEXT NOT NULL PRIMARY KEY,
    request TEXT NOT NULL,
    dataset TEXT NOT NULL,
    broker TEXT NOT NULL,
    site TEXT NOT NULL,
    statement TEXT NOT NULL,
    public_key TEXT NULL,
    trainer TEXT NULL,
    runtime TEXT NULL,
    isolation TEXT NULL,
    sequence INTEGER NOT NULL,
    counted_at INTEGER NULL,
    lease_until INTEGER NULL,
    progress_sequence INTEGER NOT NULL,
    progress_values INTEGER NOT NULL,
    failure TEXT NULL,
    ended_at INTEGER NULL,
    receipt TEXT NULL
);
CREATE INDEX jobs_by_request ON jobs (request);

CREATE TABLE results (
    job TEXT NOT NULL PRIMARY KEY,
    dataset TEXT NOT NULL,
    bundle TEXT NOT NULL,
    metrics TEXT NOT NULL,
    model TEXT NOT NULL,
    metrics_file_bytes INTEGER NULL,
    metrics_file_ciphertext TEXT NULL,
    metrics_file_ciphertext_bytes INTEGER NULL,
    model_file_bytes INTEGER NULL,
    model_file_ciphertext TEXT NULL,
    model_file_ciphertext_bytes INTEGER NULL,
    precision TEXT NULL,
    checks TEXT NOT NULL,
    reasons TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX results_by_dataset ON results (dataset);

CREATE TABLE ledger (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    dataset TEXT NOT NULL,
    exit TEXT NOT NULL,
    job TEXT NOT NULL,
    request TEXT NOT NULL,
    amount INTEGER NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX ledger_by_dataset ON ledger (dataset);

CREATE TABLE used_tokens (
    broker TEXT NOT NULL,
    token_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (broker, token_id)
);

CREATE TABLE served_parts (
    request TEXT NOT NULL,
    part TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (request, part)
);

CREATE TABLE settled_entries (
    entry TEXT NOT NULL PRIMARY KEY
);

CREATE TABLE audit_cursor (
    id INTEGER NOT NULL PRIMARY KEY,
    settled INTEGER NOT NULL
);
INSERT INTO audit_cursor VALUES (1, 0);
