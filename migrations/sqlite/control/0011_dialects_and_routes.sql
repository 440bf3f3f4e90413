-- The dialects that an upstream is the default for, where they are others than OpenAI's alone, and its own settings. NULL in
-- older rows, so that their row MACs hold.
ALTER TABLE upstreams ADD COLUMN default_for TEXT;
ALTER TABLE upstreams ADD COLUMN settings TEXT;

-- There is one for each dialect now; the transaction that makes one takes it from the others.
DROP INDEX upstreams_default;

-- Names that clients ask for, and the deployments that may answer: JSON, because they are read and signed as a whole.
CREATE TABLE models (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL,
    strategy    TEXT    NOT NULL,
    deployments TEXT    NOT NULL,
    retries     INTEGER NOT NULL,
    retry_sent  INTEGER NOT NULL,
    rest_s      INTEGER NOT NULL,
    timeout_s   INTEGER,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    epoch       INTEGER NOT NULL DEFAULT 0,
    mac         BLOB
) STRICT;
