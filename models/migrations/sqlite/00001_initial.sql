-- +goose Up

-- Every table says its kind (docs/database.md). Times are microseconds since
-- 1970, truth values 0 and 1. Text is compared byte by byte, as PostgreSQL does
-- with collation C.

-- Kind: log.
CREATE TABLE entries (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    stream       TEXT NOT NULL,
    version      INTEGER CHECK (version > 0),
    act          TEXT NOT NULL CHECK (act <> ''),
    at           INTEGER NOT NULL,
    actor_id     TEXT NOT NULL,
    actor        TEXT NOT NULL,
    actor_kind   TEXT NOT NULL CHECK (actor_kind IN ('person', 'service', 'system', 'operator')),
    automated    INTEGER NOT NULL CHECK (automated IN (0, 1)),
    role         TEXT NOT NULL,
    grant_id     TEXT NOT NULL,
    side         TEXT NOT NULL CHECK (side IN ('', 'author', 'checker', 'system', 'administrator')),
    turn         INTEGER NOT NULL CHECK (turn >= 0),
    project      TEXT,
    workspace    TEXT,
    organisation TEXT,
    backend      TEXT,
    request_id   TEXT,
    file_id      TEXT,
    path         TEXT,
    sha256       TEXT CHECK (length(sha256) = 64),
    person_id    TEXT,
    policy       TEXT,
    program      TEXT NOT NULL CHECK (program <> ''),
    bytes        BLOB NOT NULL CHECK (length(bytes) BETWEEN 2 AND 32768),
    CONSTRAINT entries_stream_version UNIQUE (stream, version),
    CHECK ((stream = '') = (version IS NULL))
) STRICT;
CREATE INDEX entries_request ON entries (request_id, id) WHERE request_id IS NOT NULL;
CREATE INDEX entries_workspace ON entries (workspace, id) WHERE workspace IS NOT NULL;
CREATE INDEX entries_project ON entries (project, id) WHERE project IS NOT NULL;
CREATE INDEX entries_actor ON entries (actor_id, id);
CREATE INDEX entries_person ON entries (person_id, id) WHERE person_id IS NOT NULL;
CREATE INDEX entries_act ON entries (act, id);
CREATE INDEX entries_sha256 ON entries (sha256, id) WHERE sha256 IS NOT NULL;
CREATE INDEX entries_at ON entries (at, id);

-- Kind: log.
CREATE TABLE words (
    entry_id INTEGER NOT NULL REFERENCES entries (id),
    hash     TEXT NOT NULL CHECK (length(hash) = 64),
    salt     BLOB CHECK (length(salt) = 32),
    text     TEXT,
    PRIMARY KEY (entry_id, hash),
    CHECK ((salt IS NULL) = (text IS NULL))
) STRICT;
CREATE INDEX words_hash ON words (hash);

-- Kind: folded.
CREATE TABLE people (
    id       TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE CHECK (username <> ''),
    name     TEXT NOT NULL,
    created  INTEGER NOT NULL
) STRICT;

-- Kind: folded.
CREATE TABLE grants (
    id        TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    role      TEXT NOT NULL
        CHECK (role IN ('researcher', 'observer', 'output_checker', 'auditor', 'administrator')),
    scope     TEXT NOT NULL CHECK (scope <> ''),
    since     INTEGER NOT NULL,
    until     INTEGER
) STRICT;
CREATE INDEX grants_person ON grants (person_id, id);
CREATE UNIQUE INDEX grants_standing ON grants (person_id, role, scope) WHERE until IS NULL;

-- Kind: folded. The secret's hash is in no entry.
CREATE TABLE tokens (
    id        TEXT PRIMARY KEY,
    person_id TEXT REFERENCES people (id),
    backend   TEXT CHECK (backend <> ''),
    name      TEXT NOT NULL,
    scopes    TEXT NOT NULL,
    secret    BLOB NOT NULL CHECK (length(secret) = 32),
    made      INTEGER NOT NULL,
    expires   INTEGER,
    ended     INTEGER,
    CHECK ((person_id IS NULL) <> (backend IS NULL))
) STRICT;
CREATE INDEX tokens_person ON tokens (person_id, id) WHERE person_id IS NOT NULL;

-- Kind: folded.
CREATE TABLE workspaces (
    name         TEXT PRIMARY KEY CHECK (name <> ''),
    project      TEXT NOT NULL,
    organisation TEXT NOT NULL,
    backend      TEXT NOT NULL,
    ongoing      INTEGER NOT NULL CHECK (ongoing IN (0, 1)),
    archived     INTEGER NOT NULL CHECK (archived IN (0, 1))
) STRICT;
CREATE INDEX workspaces_project ON workspaces (project, name);
CREATE INDEX workspaces_organisation ON workspaces (organisation, name);
CREATE INDEX workspaces_backend ON workspaces (backend, name);

-- Kind: folded.
CREATE TABLE requests (
    id          TEXT PRIMARY KEY,
    workspace   TEXT NOT NULL REFERENCES workspaces (name),
    title_entry INTEGER REFERENCES entries (id),
    title_hash  TEXT NOT NULL,
    author_id   TEXT NOT NULL REFERENCES people (id),
    author      TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('PENDING', 'SUBMITTED', 'PARTIALLY_REVIEWED',
        'REVIEWED', 'RETURNED', 'APPROVED', 'RELEASED', 'REJECTED', 'WITHDRAWN', 'REVOKED')),
    turn        INTEGER NOT NULL CHECK (turn >= 0),
    turn_over   INTEGER NOT NULL CHECK (turn_over IN (0, 1)),
    since       INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    version     INTEGER NOT NULL CHECK (version > 0),
    last_at     INTEGER NOT NULL,
    files       INTEGER NOT NULL CHECK (files >= 0),
    submitted   INTEGER NOT NULL CHECK (submitted >= 0),
    needed      INTEGER NOT NULL CHECK (needed >= 0),
    held_until  INTEGER,
    begun       INTEGER,
    editors     TEXT NOT NULL,
    reviewed_by TEXT NOT NULL
) STRICT;
CREATE INDEX requests_since ON requests (since, id);
CREATE INDEX requests_status ON requests (status, since, id);
CREATE INDEX requests_workspace ON requests (workspace, since, id);
CREATE INDEX requests_author ON requests (author, since, id);

-- Kind: folded.
CREATE TABLE request_files (
    request_id TEXT NOT NULL REFERENCES requests (id),
    file_id    TEXT NOT NULL,
    workspace  TEXT NOT NULL REFERENCES workspaces (name),
    path       TEXT NOT NULL,
    sha256     TEXT NOT NULL CHECK (length(sha256) = 64),
    kind       TEXT NOT NULL CHECK (kind IN ('output', 'supporting', 'withdrawn')),
    active     INTEGER NOT NULL CHECK (active IN (0, 1)),
    PRIMARY KEY (request_id, file_id)
) STRICT;
CREATE INDEX request_files_path ON request_files (workspace, path);
CREATE INDEX request_files_sha256 ON request_files (sha256);

-- Kind: folded. One place at a time: what active requests hold as outputs.
CREATE TABLE active_outputs (
    workspace  TEXT NOT NULL REFERENCES workspaces (name),
    kind       TEXT NOT NULL CHECK (kind IN ('path', 'sha256')),
    value      TEXT NOT NULL,
    request_id TEXT NOT NULL REFERENCES requests (id),
    PRIMARY KEY (workspace, kind, value)
) STRICT;
CREATE INDEX active_outputs_request ON active_outputs (request_id);

-- Kind: folded.
CREATE TABLE released_files (
    request_id  TEXT NOT NULL REFERENCES requests (id),
    file_id     TEXT NOT NULL,
    destination TEXT NOT NULL,
    workspace   TEXT NOT NULL REFERENCES workspaces (name),
    path        TEXT NOT NULL,
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    size        INTEGER NOT NULL CHECK (size >= 0),
    location    TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (request_id, file_id, destination)
) STRICT;
CREATE INDEX released_files_sha256 ON released_files (sha256, at);
CREATE INDEX released_files_workspace ON released_files (workspace, path);

-- Kind: operational. The idempotency keys of what was done.
CREATE TABLE commands (
    person_id  TEXT NOT NULL,
    key        TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    body       TEXT NOT NULL,
    request_id TEXT NOT NULL,
    result     TEXT,
    answer     BLOB,
    at         INTEGER NOT NULL,
    PRIMARY KEY (person_id, key)
) STRICT;
CREATE INDEX commands_at ON commands (at);

-- Kind: openings. When a person's opening of bytes was last recorded.
CREATE TABLE openings (
    person_id TEXT NOT NULL,
    place     TEXT NOT NULL,
    sha256    TEXT NOT NULL CHECK (length(sha256) = 64),
    act       TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (person_id, place, sha256, act)
) STRICT;
CREATE INDEX openings_at ON openings (at);

-- Kind: operational.
CREATE TABLE work (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL CHECK (kind <> ''),
    subject      TEXT NOT NULL,
    due          INTEGER NOT NULL,
    attempts     INTEGER NOT NULL CHECK (attempts >= 0),
    last_error   TEXT NOT NULL,
    worker       TEXT NOT NULL,
    leased_until INTEGER,
    stuck        INTEGER NOT NULL CHECK (stuck IN (0, 1)),
    made         INTEGER NOT NULL
) STRICT;
CREATE INDEX work_due ON work (stuck, due, id);
CREATE INDEX work_subject ON work (kind, subject);

-- The log is append-only, whatever a program or a person at a console does. The
-- INSERT triggers are there because REPLACE removes rows without a DELETE
-- trigger.
-- +goose StatementBegin
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN
    SELECT RAISE(ABORT, 'entries is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN
    SELECT RAISE(ABORT, 'entries is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entries_no_replace BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM entries WHERE stream = NEW.stream AND version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'entries is append-only');
END;
-- +goose StatementEnd

-- Words are erased, salt and text at once, or stay as they are.
-- +goose StatementBegin
CREATE TRIGGER words_only_erased BEFORE UPDATE ON words
WHEN NEW.entry_id <> OLD.entry_id OR NEW.hash <> OLD.hash
    OR NEW.salt IS NOT NULL OR NEW.text IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'words can only be erased');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER words_no_delete BEFORE DELETE ON words BEGIN
    SELECT RAISE(ABORT, 'words is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER words_no_replace BEFORE INSERT ON words
WHEN EXISTS (SELECT 1 FROM words WHERE entry_id = NEW.entry_id AND hash = NEW.hash)
BEGIN
    SELECT RAISE(ABORT, 'words is append-only');
END;
-- +goose StatementEnd
