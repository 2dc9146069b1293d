-- +goose Up

-- Kind: folded. What holds for an organisation or a project: what its document
-- says, in the units of the log (said), and as it was written (document).
CREATE TABLE policies (
    scope      text COLLATE "C" PRIMARY KEY CHECK (scope LIKE 'organisation/_%' OR scope LIKE 'project/_%'),
    version    integer NOT NULL CHECK (version > 0),
    said       text COLLATE "C" NOT NULL,
    document   text COLLATE "C" NOT NULL,
    changed    timestamptz NOT NULL,
    changed_by text COLLATE "C" NOT NULL
);

-- Kind: folded. Changes of policies that wait for a second administrator, or
-- waited. Base is the version that they were made on.
CREATE TABLE policy_proposals (
    id         text COLLATE "C" PRIMARY KEY,
    scope      text COLLATE "C" NOT NULL CHECK (scope LIKE 'organisation/_%' OR scope LIKE 'project/_%'),
    base       integer NOT NULL CHECK (base >= 0),
    said       text COLLATE "C" NOT NULL,
    document   text COLLATE "C" NOT NULL,
    loosens    text COLLATE "C" NOT NULL,
    asked_by   text COLLATE "C" NOT NULL REFERENCES people (id),
    asked      timestamptz NOT NULL,
    lapses     timestamptz NOT NULL CHECK (lapses > asked),
    state      text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'confirmed', 'refused', 'lapsed')),
    settled_by text COLLATE "C",
    settled    timestamptz,
    CHECK ((state = 'waiting') = (settled IS NULL)),
    CHECK ((state IN ('confirmed', 'refused')) = (settled_by IS NOT NULL)),
    CHECK (state <> 'confirmed' OR settled_by <> asked_by)
);
CREATE UNIQUE INDEX policy_proposals_waiting ON policy_proposals (scope) WHERE state = 'waiting';
CREATE INDEX policy_proposals_state ON policy_proposals (state, id);

-- Whether the policy that a request was submitted under keeps researchers of its
-- project from checking it. Until now every policy did.
ALTER TABLE requests ADD COLUMN outside boolean NOT NULL DEFAULT false;
UPDATE requests SET outside = true WHERE turn > 0;
