-- +goose Up

-- Kind: folded. What holds for an organisation or a project: what its document
-- says, in the units of the log (said), and as it was written (document).
CREATE TABLE policies (
    scope      TEXT PRIMARY KEY CHECK (scope LIKE 'organisation/_%' OR scope LIKE 'project/_%'),
    version    INTEGER NOT NULL CHECK (version > 0),
    said       TEXT NOT NULL,
    document   TEXT NOT NULL,
    changed    INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) STRICT;

-- Kind: folded. Changes of policies that wait for a second administrator, or
-- waited. Base is the version that they were made on.
CREATE TABLE policy_proposals (
    id         TEXT PRIMARY KEY,
    scope      TEXT NOT NULL CHECK (scope LIKE 'organisation/_%' OR scope LIKE 'project/_%'),
    base       INTEGER NOT NULL CHECK (base >= 0),
    said       TEXT NOT NULL,
    document   TEXT NOT NULL,
    loosens    TEXT NOT NULL,
    asked_by   TEXT NOT NULL REFERENCES people (id),
    asked      INTEGER NOT NULL,
    lapses     INTEGER NOT NULL CHECK (lapses > asked),
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'confirmed', 'refused', 'lapsed')),
    settled_by TEXT,
    settled    INTEGER,
    CHECK ((state = 'waiting') = (settled IS NULL)),
    CHECK ((state IN ('confirmed', 'refused')) = (settled_by IS NOT NULL)),
    CHECK (state <> 'confirmed' OR settled_by <> asked_by)
) STRICT;
CREATE UNIQUE INDEX policy_proposals_waiting ON policy_proposals (scope) WHERE state = 'waiting';
CREATE INDEX policy_proposals_state ON policy_proposals (state, id);

-- Whether the policy that a request was submitted under keeps researchers of its
-- project from checking it. Until now every policy did.
ALTER TABLE requests ADD COLUMN outside INTEGER NOT NULL DEFAULT 0 CHECK (outside IN (0, 1));
UPDATE requests SET outside = 1 WHERE turn > 0;
