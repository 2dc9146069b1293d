-- +goose Up

-- Who asked for the jobs, as the backend knows them, so that lists can be
-- narrowed by it; '' if nobody said.
ALTER TABLE job_requests ADD COLUMN requested_by text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE job_requests ADD COLUMN requested_by_name text COLLATE "C" NOT NULL DEFAULT '';
UPDATE job_requests SET
    requested_by = coalesce(report::jsonb -> 'requested_by' ->> 'username', ''),
    requested_by_name = coalesce(report::jsonb -> 'requested_by' ->> 'name', '');
CREATE INDEX job_requests_status ON job_requests (status, at, identifier);
CREATE INDEX job_requests_requested_by ON job_requests (requested_by, at, identifier);
CREATE INDEX job_requests_requested_by_name ON job_requests (requested_by_name, at, identifier);
