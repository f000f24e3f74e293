CREATE TABLE requests (
    id TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    gateway TEXT NOT NULL,
    dataset TEXT NOT NULL,
    site TEXT NOT NULL,
    terms TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    reasons TEXT NOT NULL,
    trouble TEXT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    revision INTEGER NOT NULL
);

-- Until now each experiment was its own request, with bounds that are its own where it gave none.
INSERT INTO requests
SELECT id, issuer, subject, gateway, dataset, site,
    json_object(
        'bounds', coalesce(json(json_extract(spec, '$.bounds')), json_object('epochs', 1, 'initial_weights', json_array(), 'parameters', 1, 'progress_values', 0, 'trials', 1)),
        'dataset', dataset, 'id', id, 'project', json_extract(spec, '$.project'), 'purpose', json(json_extract(spec, '$.purpose')), 'site', site,
        'trainer', trainer, 'v', 1, 'version', json_extract(spec, '$.version')),
    at, request, reasons, trouble, attempts, due_at, revision
FROM experiments;

CREATE TABLE specs (
    trial_id TEXT NOT NULL PRIMARY KEY REFERENCES trials (id) ON DELETE RESTRICT,
    configuration INTEGER NOT NULL,
    choices TEXT NOT NULL,
    spec TEXT NOT NULL,
    seed INTEGER NOT NULL,
    epochs INTEGER NOT NULL,
    identity TEXT NOT NULL
);
INSERT INTO specs
SELECT trials.id, 0, '{}', json_extract(experiments.spec, '$.trial'), json_extract(experiments.spec, '$.seed'), coalesce(json_extract(experiments.spec, '$.trial.epochs'), 20), ''
FROM trials JOIN experiments ON experiments.id = trials.experiment_id;
CREATE INDEX specs_by_identity ON specs (identity);

CREATE TABLE rungs (
    trial_id TEXT NOT NULL REFERENCES trials (id) ON DELETE RESTRICT,
    epoch INTEGER NOT NULL,
    value REAL NOT NULL,
    goes_on INTEGER NOT NULL,
    PRIMARY KEY (trial_id, epoch)
);
ALTER TABLE trials ADD COLUMN stop_reason TEXT NULL;
ALTER TABLE trials ADD COLUMN reused TEXT NULL;

CREATE TABLE new_permits (
    request_id TEXT NOT NULL PRIMARY KEY REFERENCES requests (id) ON DELETE RESTRICT,
    permit TEXT NOT NULL,
    manifest TEXT NOT NULL
);
INSERT INTO new_permits SELECT experiment_id, permit, manifest FROM permits;
DROP TABLE permits;
ALTER TABLE new_permits RENAME TO permits;

-- A column that refers to another table cannot be added with a value, and the table not be made anew while trials refer to it.
ALTER TABLE experiments ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
UPDATE experiments SET request_id = id;
ALTER TABLE experiments ADD COLUMN method TEXT NULL;
DROP INDEX experiments_by_request;
ALTER TABLE experiments DROP COLUMN request;
ALTER TABLE experiments DROP COLUMN reasons;
ALTER TABLE experiments DROP COLUMN trouble;
ALTER TABLE experiments DROP COLUMN attempts;
ALTER TABLE experiments DROP COLUMN due_at;
ALTER TABLE experiments DROP COLUMN revision;
CREATE INDEX experiments_by_request ON experiments (request_id);
CREATE INDEX requests_by_person ON requests (issuer, subject, gateway, dataset);
CREATE INDEX requests_by_state ON requests (state);
