-- +goose Up

-- Kind: folded. Roles that an administrator asked for, and that wait for another
-- administrator, or waited.
CREATE TABLE confirmations (
    id         text COLLATE "C" PRIMARY KEY,
    person_id  text COLLATE "C" NOT NULL REFERENCES people (id),
    role       text COLLATE "C" NOT NULL CHECK (role IN ('output_checker', 'auditor', 'administrator')),
    scope      text COLLATE "C" NOT NULL CHECK (scope <> ''),
    asked_by   text COLLATE "C" NOT NULL REFERENCES people (id) CHECK (asked_by <> person_id),
    asked      timestamptz NOT NULL,
    lapses     timestamptz NOT NULL CHECK (lapses > asked),
    state      text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'confirmed', 'refused', 'lapsed')),
    settled_by text COLLATE "C",
    settled    timestamptz,
    CHECK ((state = 'waiting') = (settled IS NULL)),
    CHECK ((state IN ('confirmed', 'refused')) = (settled_by IS NOT NULL)),
    CHECK (state <> 'confirmed' OR settled_by <> asked_by AND settled_by <> person_id)
);
CREATE UNIQUE INDEX confirmations_waiting ON confirmations (person_id, role, scope) WHERE state = 'waiting';
CREATE INDEX confirmations_state ON confirmations (state, id);
CREATE INDEX confirmations_person ON confirmations (person_id, id);

-- The tokens of services are listed.
CREATE INDEX tokens_backend ON tokens (id) WHERE backend IS NOT NULL;
