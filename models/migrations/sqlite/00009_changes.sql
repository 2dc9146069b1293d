-- +goose Up

-- When the job wrote the file, as the manifest has it, in microseconds since
-- 1970; 0 if it does not say. It is known after the next reading, which is
-- therefore asked for.
ALTER TABLE outputs ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
UPDATE workspace_readings SET inode = 0, size = 0, modified = 0 WHERE linked = 0;

-- How many readings changed what the workspace lists or what is said of it,
-- failed ones included, so that a page knows that it is an old one; and since
-- when changes are kept. failed_at is when the error that stands began.
ALTER TABLE workspace_readings ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workspace_readings ADD COLUMN kept_since INTEGER;
ALTER TABLE workspace_readings ADD COLUMN failed_at INTEGER;

-- Kind: reported. What became of outputs from one reading of their workspace
-- to the next. The first reading is compared with nothing, and has no rows.
CREATE TABLE output_changes (
    workspace   TEXT NOT NULL REFERENCES workspaces (name),
    path        TEXT NOT NULL CHECK (path <> ''),
    version     INTEGER NOT NULL CHECK (version > 0),
    dir         TEXT NOT NULL,
    at          INTEGER NOT NULL,
    change      TEXT NOT NULL
        CHECK (change IN ('came', 'changed', 'same', 'written', 'out_of_date', 'went', 'other')),
    level       TEXT NOT NULL,
    action      TEXT NOT NULL,
    job_request TEXT NOT NULL,
    sha256      TEXT NOT NULL CHECK (length(sha256) IN (0, 64)),
    before      TEXT NOT NULL CHECK (length(before) IN (0, 64)),
    PRIMARY KEY (workspace, path, version)
) STRICT;
CREATE INDEX output_changes_version ON output_changes (workspace, version, dir);
CREATE INDEX output_changes_job_request ON output_changes (job_request, path, version);
