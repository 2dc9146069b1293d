-- +goose Up

-- Findings of weight on output files: how many nobody answered, and how many
-- are high.
ALTER TABLE requests ADD COLUMN unanswered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN high INTEGER NOT NULL DEFAULT 0;

-- Kind: operational. What disclosure checks say of a file of a request: which
-- findings there are is in the log; what they say, and where, is here alone. It
-- can be made again from the bytes.
CREATE TABLE file_checks (
    request_id    TEXT NOT NULL REFERENCES requests (id),
    file_id       TEXT NOT NULL,
    findings_hash TEXT NOT NULL CHECK (length(findings_hash) = 64),
    sha256        TEXT NOT NULL CHECK (length(sha256) = 64),
    found         TEXT NOT NULL,
    report        TEXT NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (request_id, file_id, findings_hash)
) STRICT;

-- Kind: operational. What is compared of the tables in bytes that were checked,
-- and the keys under which tables like them are found.
CREATE TABLE table_extracts (
    sha256   TEXT NOT NULL CHECK (length(sha256) = 64),
    position INTEGER NOT NULL,
    extract  TEXT NOT NULL,
    PRIMARY KEY (sha256, position)
) STRICT;

-- Kind: operational.
CREATE TABLE table_keys (
    key      TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (key, sha256, position),
    FOREIGN KEY (sha256, position) REFERENCES table_extracts (sha256, position) ON DELETE CASCADE
) STRICT;
CREATE INDEX table_keys_sha256 ON table_keys (sha256, position);
