CREATE TABLE experiments (
    id TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    gateway TEXT NOT NULL,
    dataset TEXT NOT NULL,
    site TEXT NOT NULL,
    trainer TEXT NOT NULL,
    spec TEXT NOT NULL,
    at INTEGER NOT NULL,
    request TEXT NOT NULL,
    reasons TEXT NOT NULL,
    trouble TEXT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX experiments_by_person ON experiments (issuer, subject, at);
CREATE INDEX experiments_by_request ON experiments (request);

CREATE TABLE permits (
    experiment_id TEXT NOT NULL PRIMARY KEY REFERENCES experiments (id) ON DELETE RESTRICT,
    permit TEXT NOT NULL,
    manifest TEXT NOT NULL
);

CREATE TABLE trials (
    id TEXT NOT NULL PRIMARY KEY,
    experiment_id TEXT NOT NULL REFERENCES experiments (id) ON DELETE RESTRICT,
    ordinal INTEGER NOT NULL,
    site TEXT NOT NULL,
    state TEXT NOT NULL,
    at INTEGER NOT NULL,
    ending TEXT NULL,
    failure TEXT NULL,
    explanation TEXT NULL,
    trouble TEXT NULL,
    job TEXT NULL,
    cancel_asked INTEGER NOT NULL,
    cancel_sent INTEGER NOT NULL,
    receipt_held INTEGER NOT NULL,
    progress_seen INTEGER NOT NULL,
    metrics TEXT NULL,
    model TEXT NULL,
    staging_total INTEGER NOT NULL,
    staging_sent INTEGER NOT NULL,
    staging_shared INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    revision INTEGER NOT NULL
);
CREATE UNIQUE INDEX trials_by_experiment ON trials (experiment_id, ordinal);
CREATE INDEX trials_by_site ON trials (site, state);

CREATE TABLE jobs (
    trial_id TEXT NOT NULL PRIMARY KEY REFERENCES trials (id) ON DELETE RESTRICT,
    statement TEXT NOT NULL
);

CREATE TABLE outcomes (
    trial_id TEXT NOT NULL PRIMARY KEY REFERENCES trials (id) ON DELETE RESTRICT,
    bundle TEXT NULL,
    receipt TEXT NULL,
    metrics TEXT NULL
);

CREATE TABLE progress (
    trial_id TEXT NOT NULL REFERENCES trials (id) ON DELETE RESTRICT,
    sequence INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    step INTEGER NOT NULL,
    numbers TEXT NOT NULL,
    statement TEXT NOT NULL,
    carried INTEGER NOT NULL,
    PRIMARY KEY (trial_id, sequence)
);
CREATE INDEX progress_to_carry ON progress (carried) WHERE carried = 0;
