-- +goose Up

-- While checkers have a request: how many votes of each stand, by the person's
-- id, as JSON. Each sees their own.
ALTER TABLE requests ADD COLUMN voted text NOT NULL DEFAULT '{}';

-- Kind: operational. How a request looked to somebody when they last looked at
-- it: what they saw, not how it stood.
CREATE TABLE looks (
    person_id  text COLLATE "C" NOT NULL REFERENCES people (id),
    request_id text COLLATE "C" NOT NULL REFERENCES requests (id),
    status     text COLLATE "C" NOT NULL,
    turn       bigint NOT NULL,
    files      bigint NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (person_id, request_id)
);
