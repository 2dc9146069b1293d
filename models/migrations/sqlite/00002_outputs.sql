-- +goose Up

-- Kind: reported. One row for each job request, as its reports amount to: JSON,
-- with the jobs and the project.yaml, which may be large, beside it.
CREATE TABLE job_requests (
    identifier    TEXT PRIMARY KEY CHECK (length(identifier) = 16),
    workspace     TEXT NOT NULL REFERENCES workspaces (name),
    at            INTEGER NOT NULL,
    status        TEXT NOT NULL CHECK (status <> ''),
    runtime       INTEGER,
    report        TEXT NOT NULL,
    reported_jobs TEXT,
    project_yaml  TEXT,
    first_report  INTEGER NOT NULL,
    last_report   INTEGER NOT NULL,
    reports       INTEGER NOT NULL CHECK (reports > 0),
    report_sha256 TEXT NOT NULL CHECK (length(report_sha256) = 64)
) STRICT;
CREATE INDEX job_requests_at ON job_requests (at, identifier);
CREATE INDEX job_requests_workspace ON job_requests (workspace, at, identifier);

-- Kind: reported. The jobs of a job request, those that it implies included.
CREATE TABLE jobs (
    identifier  TEXT PRIMARY KEY CHECK (length(identifier) = 16),
    job_request TEXT NOT NULL REFERENCES job_requests (identifier),
    workspace   TEXT NOT NULL REFERENCES workspaces (name),
    action      TEXT NOT NULL CHECK (action <> ''),
    status      TEXT NOT NULL CHECK (status <> ''),
    derived     INTEGER NOT NULL CHECK (derived IN (0, 1)),
    UNIQUE (job_request, action)
) STRICT;

-- Kind: reported. The last reading of each workspace, and why a later one
-- failed. The manifest that was read is known by inode, size and modified.
CREATE TABLE workspace_readings (
    workspace     TEXT PRIMARY KEY REFERENCES workspaces (name),
    tried_at      INTEGER NOT NULL,
    read_at       INTEGER,
    linked        INTEGER NOT NULL CHECK (linked IN (0, 1)),
    stale         INTEGER NOT NULL CHECK (stale IN (0, 1)),
    inode         INTEGER NOT NULL,
    size          INTEGER NOT NULL,
    modified      INTEGER NOT NULL,
    sha256        TEXT NOT NULL CHECK (length(sha256) IN (0, 64)),
    outputs       INTEGER NOT NULL CHECK (outputs >= 0),
    problems      TEXT NOT NULL,
    more_problems INTEGER NOT NULL CHECK (more_problems >= 0),
    error         TEXT NOT NULL,
    lasting       INTEGER NOT NULL CHECK (lasting IN (0, 1))
) STRICT;

-- Kind: reported. What a workspace lists, whatever its level. In dir the slashes
-- are U+0001, so that a folder is followed at once by what is below it.
CREATE TABLE outputs (
    workspace   TEXT NOT NULL REFERENCES workspaces (name),
    path        TEXT NOT NULL CHECK (path <> ''),
    dir         TEXT NOT NULL,
    name        TEXT NOT NULL CHECK (name <> ''),
    same_name   TEXT NOT NULL,
    level       TEXT NOT NULL
        CHECK (level IN ('highly_sensitive', 'moderately_sensitive', 'minimally_sensitive')),
    size        INTEGER NOT NULL CHECK (size >= -1),
    sha256      TEXT NOT NULL CHECK (length(sha256) IN (0, 64)),
    job         TEXT NOT NULL,
    job_request TEXT NOT NULL,
    action      TEXT NOT NULL,
    commit_id   TEXT NOT NULL,
    out_of_date INTEGER NOT NULL CHECK (out_of_date IN (0, 1)),
    excluded    INTEGER NOT NULL CHECK (excluded IN (0, 1)),
    message     TEXT NOT NULL,
    refused     TEXT NOT NULL,
    declared    INTEGER NOT NULL CHECK (declared IN (0, 1)),
    digest      TEXT NOT NULL,
    PRIMARY KEY (workspace, path)
) STRICT;
CREATE INDEX outputs_folder ON outputs (workspace, dir, name);
CREATE INDEX outputs_same_name ON outputs (workspace, same_name);
CREATE INDEX outputs_job_request ON outputs (job_request, path);

-- Kind: reported. Names that a workspace lists but that are no outputs of it:
-- no other file is shown under one that could mean the same.
CREATE TABLE taken_names (
    workspace TEXT NOT NULL REFERENCES workspaces (name),
    same_name TEXT NOT NULL,
    PRIMARY KEY (workspace, same_name)
) STRICT;

-- Releases are listed by when their delivery began.
CREATE INDEX requests_begun ON requests (begun, id) WHERE begun IS NOT NULL;
