-- +goose Up

-- Out of date because the project.yaml no longer has the action, and not
-- because the action ran again without writing the file.
ALTER TABLE outputs ADD COLUMN action_gone INTEGER NOT NULL DEFAULT 0 CHECK (action_gone IN (0, 1));

-- Manifests that were read are read again, for that.
UPDATE workspace_readings SET inode = 0, modified = 0, sha256 = '0000000000000000000000000000000000000000000000000000000000000000'
WHERE sha256 <> '';
