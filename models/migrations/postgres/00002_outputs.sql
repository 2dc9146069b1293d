-- +goose Up

-- Kind: reported. One row for each job request, as its reports amount to: JSON,
-- with the jobs and the project.yaml, which may be large, beside it.
CREATE TABLE job_requests (
    identifier    text COLLATE "C" PRIMARY KEY CHECK (length(identifier) = 16),
    workspace     text COLLATE "C" NOT NULL REFERENCES workspaces (name),
    at            timestamptz NOT NULL,
    status        text COLLATE "C" NOT NULL CHECK (status <> ''),
    runtime       bigint,
    report        text NOT NULL,
    reported_jobs text,
    project_yaml  text,
    first_report  timestamptz NOT NULL,
    last_report   timestamptz NOT NULL,
    reports       bigint NOT NULL CHECK (reports > 0),
    report_sha256 text COLLATE "C" NOT NULL CHECK (length(report_sha256) = 64)
);
CREATE INDEX job_requests_at ON job_requests (at, identifier);
CREATE INDEX job_requests_workspace ON job_requests (workspace, at, identifier);

-- Kind: reported. The jobs of a job request, those that it implies included.
CREATE TABLE jobs (
    identifier  text COLLATE "C" PRIMARY KEY CHECK (length(identifier) = 16),
    job_request text COLLATE "C" NOT NULL REFERENCES job_requests (identifier),
    workspace   text COLLATE "C" NOT NULL REFERENCES workspaces (name),
    action      text COLLATE "C" NOT NULL CHECK (action <> ''),
    status      text COLLATE "C" NOT NULL CHECK (status <> ''),
    derived     boolean NOT NULL,
    UNIQUE (job_request, action)
);

-- Kind: reported. The last reading of each workspace, and why a later one
-- failed. The manifest that was read is known by inode, size and modified.
CREATE TABLE workspace_readings (
    workspace     text COLLATE "C" PRIMARY KEY REFERENCES workspaces (name),
    tried_at      timestamptz NOT NULL,
    read_at       timestamptz,
    linked        boolean NOT NULL,
    stale         boolean NOT NULL,
    inode         bigint NOT NULL,
    size          bigint NOT NULL,
    modified      bigint NOT NULL,
    sha256        text COLLATE "C" NOT NULL CHECK (length(sha256) IN (0, 64)),
    outputs       bigint NOT NULL CHECK (outputs >= 0),
    problems      text NOT NULL,
    more_problems bigint NOT NULL CHECK (more_problems >= 0),
    error         text NOT NULL,
    lasting       boolean NOT NULL
);

-- Kind: reported. What a workspace lists, whatever its level. In dir the slashes
-- are U+0001, so that a folder is followed at once by what is below it.
CREATE TABLE outputs (
    workspace   text COLLATE "C" NOT NULL REFERENCES workspaces (name),
    path        text COLLATE "C" NOT NULL CHECK (path <> ''),
    dir         text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL CHECK (name <> ''),
    same_name   text COLLATE "C" NOT NULL,
    level       text COLLATE "C" NOT NULL
        CHECK (level IN ('highly_sensitive', 'moderately_sensitive', 'minimally_sensitive')),
    size        bigint NOT NULL CHECK (size >= -1),
    sha256      text COLLATE "C" NOT NULL CHECK (length(sha256) IN (0, 64)),
    job         text COLLATE "C" NOT NULL,
    job_request text COLLATE "C" NOT NULL,
    action      text COLLATE "C" NOT NULL,
    commit_id   text COLLATE "C" NOT NULL,
    out_of_date boolean NOT NULL,
    excluded    boolean NOT NULL,
    message     text NOT NULL,
    refused     text NOT NULL,
    declared    boolean NOT NULL,
    digest      text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, path)
);
CREATE INDEX outputs_folder ON outputs (workspace, dir, name);
CREATE INDEX outputs_same_name ON outputs (workspace, same_name);
CREATE INDEX outputs_job_request ON outputs (job_request, path);

-- Kind: reported. Names that a workspace lists but that are no outputs of it:
-- no other file is shown under one that could mean the same.
CREATE TABLE taken_names (
    workspace text COLLATE "C" NOT NULL REFERENCES workspaces (name),
    same_name text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, same_name)
);

-- Releases are listed by when their delivery began.
CREATE INDEX requests_begun ON requests (begun, id) WHERE begun IS NOT NULL;
