-- +goose Up

-- While checkers have a request: how many votes of each stand, by the person's
-- id, as JSON. Each sees their own.
ALTER TABLE requests ADD COLUMN voted TEXT NOT NULL DEFAULT '{}';

-- Kind: operational. How a request looked to somebody when they last looked at
-- it: what they saw, not how it stood.
CREATE TABLE looks (
    person_id  TEXT NOT NULL REFERENCES people (id),
    request_id TEXT NOT NULL REFERENCES requests (id),
    status     TEXT NOT NULL,
    turn       INTEGER NOT NULL,
    files      INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (person_id, request_id)
) STRICT;
