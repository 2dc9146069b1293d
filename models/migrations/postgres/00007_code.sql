-- +goose Up

-- The repository that an output's code is in, as the manifest says.
ALTER TABLE outputs ADD COLUMN repo text NOT NULL DEFAULT '';
CREATE INDEX outputs_code ON outputs (workspace, commit_id, repo);

-- Manifests that were read are read again, for the repositories in them.
UPDATE workspace_readings SET inode = 0, modified = 0, sha256 = '0000000000000000000000000000000000000000000000000000000000000000'
WHERE sha256 <> '';
