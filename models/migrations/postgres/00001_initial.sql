-- +goose Up

-- Every table says its kind (docs/database.md). Columns that are keys or are
-- sorted by have collation C, so that both databases agree on the order.

-- Kind: log.
CREATE TABLE entries (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream       text COLLATE "C" NOT NULL,
    version      bigint CHECK (version > 0),
    act          text COLLATE "C" NOT NULL CHECK (act <> ''),
    at           timestamptz NOT NULL,
    actor_id     text COLLATE "C" NOT NULL,
    actor        text COLLATE "C" NOT NULL,
    actor_kind   text COLLATE "C" NOT NULL CHECK (actor_kind IN ('person', 'service', 'system', 'operator')),
    automated    boolean NOT NULL,
    role         text COLLATE "C" NOT NULL,
    grant_id     text COLLATE "C" NOT NULL,
    side         text COLLATE "C" NOT NULL CHECK (side IN ('', 'author', 'checker', 'system', 'administrator')),
    turn         integer NOT NULL CHECK (turn >= 0),
    project      text COLLATE "C",
    workspace    text COLLATE "C",
    organisation text COLLATE "C",
    backend      text COLLATE "C",
    request_id   text COLLATE "C",
    file_id      text COLLATE "C",
    path         text COLLATE "C",
    sha256       text COLLATE "C" CHECK (length(sha256) = 64),
    person_id    text COLLATE "C",
    policy       text COLLATE "C",
    program      text COLLATE "C" NOT NULL CHECK (program <> ''),
    bytes        bytea NOT NULL CHECK (length(bytes) BETWEEN 2 AND 32768),
    CONSTRAINT entries_stream_version UNIQUE (stream, version),
    CHECK ((stream = '') = (version IS NULL))
);
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
    entry_id bigint NOT NULL REFERENCES entries (id),
    hash     text COLLATE "C" NOT NULL CHECK (length(hash) = 64),
    salt     bytea CHECK (length(salt) = 32),
    text     text,
    PRIMARY KEY (entry_id, hash),
    CHECK ((salt IS NULL) = (text IS NULL))
);
CREATE INDEX words_hash ON words (hash);

-- Kind: folded.
CREATE TABLE people (
    id       text COLLATE "C" PRIMARY KEY,
    username text COLLATE "C" NOT NULL UNIQUE CHECK (username <> ''),
    name     text NOT NULL,
    created  timestamptz NOT NULL
);

-- Kind: folded.
CREATE TABLE grants (
    id        text COLLATE "C" PRIMARY KEY,
    person_id text COLLATE "C" NOT NULL REFERENCES people (id),
    role      text COLLATE "C" NOT NULL
        CHECK (role IN ('researcher', 'observer', 'output_checker', 'auditor', 'administrator')),
    scope     text COLLATE "C" NOT NULL CHECK (scope <> ''),
    since     timestamptz NOT NULL,
    until     timestamptz
);
CREATE INDEX grants_person ON grants (person_id, id);
CREATE UNIQUE INDEX grants_standing ON grants (person_id, role, scope) WHERE until IS NULL;

-- Kind: folded. The secret's hash is in no entry.
CREATE TABLE tokens (
    id        text COLLATE "C" PRIMARY KEY,
    person_id text COLLATE "C" REFERENCES people (id),
    backend   text COLLATE "C" CHECK (backend <> ''),
    name      text NOT NULL,
    scopes    text NOT NULL,
    secret    bytea NOT NULL CHECK (length(secret) = 32),
    made      timestamptz NOT NULL,
    expires   timestamptz,
    ended     timestamptz,
    CHECK ((person_id IS NULL) <> (backend IS NULL))
);
CREATE INDEX tokens_person ON tokens (person_id, id) WHERE person_id IS NOT NULL;

-- Kind: folded.
CREATE TABLE workspaces (
    name         text COLLATE "C" PRIMARY KEY CHECK (name <> ''),
    project      text COLLATE "C" NOT NULL,
    organisation text COLLATE "C" NOT NULL,
    backend      text COLLATE "C" NOT NULL,
    ongoing      boolean NOT NULL,
    archived     boolean NOT NULL
);
CREATE INDEX workspaces_project ON workspaces (project, name);
CREATE INDEX workspaces_organisation ON workspaces (organisation, name);
CREATE INDEX workspaces_backend ON workspaces (backend, name);

-- Kind: folded.
CREATE TABLE requests (
    id          text COLLATE "C" PRIMARY KEY,
    workspace   text COLLATE "C" NOT NULL REFERENCES workspaces (name),
    title_entry bigint REFERENCES entries (id),
    title_hash  text COLLATE "C" NOT NULL,
    author_id   text COLLATE "C" NOT NULL REFERENCES people (id),
    author      text COLLATE "C" NOT NULL,
    status      text COLLATE "C" NOT NULL CHECK (status IN ('PENDING', 'SUBMITTED', 'PARTIALLY_REVIEWED',
        'REVIEWED', 'RETURNED', 'APPROVED', 'RELEASED', 'REJECTED', 'WITHDRAWN', 'REVOKED')),
    turn        integer NOT NULL CHECK (turn >= 0),
    turn_over   boolean NOT NULL,
    since       timestamptz NOT NULL,
    created     timestamptz NOT NULL,
    version     bigint NOT NULL CHECK (version > 0),
    last_at     timestamptz NOT NULL,
    files       integer NOT NULL CHECK (files >= 0),
    submitted   integer NOT NULL CHECK (submitted >= 0),
    needed      integer NOT NULL CHECK (needed >= 0),
    held_until  timestamptz,
    begun       timestamptz,
    editors     text NOT NULL,
    reviewed_by text NOT NULL
);
CREATE INDEX requests_since ON requests (since, id);
CREATE INDEX requests_status ON requests (status, since, id);
CREATE INDEX requests_workspace ON requests (workspace, since, id);
CREATE INDEX requests_author ON requests (author, since, id);

-- Kind: folded.
CREATE TABLE request_files (
    request_id text COLLATE "C" NOT NULL REFERENCES requests (id),
    file_id    text COLLATE "C" NOT NULL,
    workspace  text COLLATE "C" NOT NULL REFERENCES workspaces (name),
    path       text COLLATE "C" NOT NULL,
    sha256     text COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    kind       text COLLATE "C" NOT NULL CHECK (kind IN ('output', 'supporting', 'withdrawn')),
    active     boolean NOT NULL,
    PRIMARY KEY (request_id, file_id)
);
CREATE INDEX request_files_path ON request_files (workspace, path);
CREATE INDEX request_files_sha256 ON request_files (sha256);

-- Kind: folded. One place at a time: what active requests hold as outputs.
CREATE TABLE active_outputs (
    workspace  text COLLATE "C" NOT NULL REFERENCES workspaces (name),
    kind       text COLLATE "C" NOT NULL CHECK (kind IN ('path', 'sha256')),
    value      text COLLATE "C" NOT NULL,
    request_id text COLLATE "C" NOT NULL REFERENCES requests (id),
    PRIMARY KEY (workspace, kind, value)
);
CREATE INDEX active_outputs_request ON active_outputs (request_id);

-- Kind: folded.
CREATE TABLE released_files (
    request_id  text COLLATE "C" NOT NULL REFERENCES requests (id),
    file_id     text COLLATE "C" NOT NULL,
    destination text COLLATE "C" NOT NULL,
    workspace   text COLLATE "C" NOT NULL REFERENCES workspaces (name),
    path        text COLLATE "C" NOT NULL,
    sha256      text COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    size        bigint NOT NULL CHECK (size >= 0),
    location    text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (request_id, file_id, destination)
);
CREATE INDEX released_files_sha256 ON released_files (sha256, at);
CREATE INDEX released_files_workspace ON released_files (workspace, path);

-- Kind: operational. The idempotency keys of what was done.
CREATE TABLE commands (
    person_id  text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    body       text COLLATE "C" NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    result     text,
    answer     bytea,
    at         timestamptz NOT NULL,
    PRIMARY KEY (person_id, key)
);
CREATE INDEX commands_at ON commands (at);

-- Kind: openings. When a person's opening of bytes was last recorded.
CREATE TABLE openings (
    person_id text COLLATE "C" NOT NULL,
    place     text COLLATE "C" NOT NULL,
    sha256    text COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    act       text COLLATE "C" NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (person_id, place, sha256, act)
);
CREATE INDEX openings_at ON openings (at);

-- Kind: operational.
CREATE TABLE work (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text COLLATE "C" NOT NULL CHECK (kind <> ''),
    subject      text COLLATE "C" NOT NULL,
    due          timestamptz NOT NULL,
    attempts     integer NOT NULL CHECK (attempts >= 0),
    last_error   text NOT NULL,
    worker       text COLLATE "C" NOT NULL,
    leased_until timestamptz,
    stuck        boolean NOT NULL,
    made         timestamptz NOT NULL
);
CREATE INDEX work_due ON work (stuck, due, id);
CREATE INDEX work_subject ON work (kind, subject);

-- The log is append-only, whatever a program or a person at a console does.
-- ALWAYS: also for a session that plays a replica.
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_append_only;

-- Words are erased, salt and text at once, or stay as they are.
-- +goose StatementBegin
CREATE FUNCTION refuse_rewording() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.entry_id <> OLD.entry_id OR NEW.hash <> OLD.hash
        OR NEW.salt IS NOT NULL OR NEW.text IS NOT NULL THEN
        RAISE EXCEPTION 'words can only be erased' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER words_only_erased BEFORE UPDATE ON words
    FOR EACH ROW EXECUTE FUNCTION refuse_rewording();
CREATE TRIGGER words_stay BEFORE DELETE OR TRUNCATE ON words
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE words ENABLE ALWAYS TRIGGER words_only_erased;
ALTER TABLE words ENABLE ALWAYS TRIGGER words_stay;
