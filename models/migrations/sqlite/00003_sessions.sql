-- +goose Up

-- Kind: folded. Who a sign-in provider says somebody is. subject is the SHA-256
-- of the provider's, which is kept nowhere.
CREATE TABLE identities (
    issuer    TEXT NOT NULL CHECK (issuer <> ''),
    subject   TEXT NOT NULL CHECK (length(subject) = 64),
    person_id TEXT NOT NULL UNIQUE REFERENCES people (id),
    linked    INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;

-- Kind: operational. The browsers in which people are signed in.
CREATE TABLE sessions (
    id        TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    secret    BLOB NOT NULL CHECK (length(secret) = 32),
    label     TEXT NOT NULL,
    created   INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    expires   INTEGER NOT NULL,
    ended     INTEGER
) STRICT;
CREATE INDEX sessions_person ON sessions (person_id, created, id);
CREATE INDEX sessions_expires ON sessions (expires);

-- A role is given by an administrator, or by a claim of the sign-in provider,
-- and comes and goes with the one that gave it. One person may have it from
-- both.
ALTER TABLE grants ADD COLUMN source TEXT NOT NULL DEFAULT 'local' CHECK (source IN ('local', 'claim'));
DROP INDEX grants_standing;
CREATE UNIQUE INDEX grants_standing ON grants (person_id, role, scope, source) WHERE until IS NULL;
