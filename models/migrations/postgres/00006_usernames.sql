-- +goose Up

-- A new username is compared with the others without regard to capitals.
CREATE INDEX people_lower_username ON people (lower(username));
