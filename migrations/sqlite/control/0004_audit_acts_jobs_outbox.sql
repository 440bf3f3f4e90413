-- Audit records by field, the head that anchors their chain, background jobs with leases, and the event outbox.
-- In step with migrations/postgres by table and column.

-- Rows written before have encoding 1: before_json and after_json, nothing of the columns below.
ALTER TABLE audit ADD COLUMN encoding INTEGER NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN target_kind TEXT;
ALTER TABLE audit ADD COLUMN project_id TEXT;
ALTER TABLE audit ADD COLUMN user_agent TEXT;
ALTER TABLE audit ADD COLUMN request_id TEXT;
ALTER TABLE audit ADD COLUMN changes TEXT;

CREATE INDEX audit_by_target ON audit (target, seq);
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_by_action ON audit (action, seq);

-- Where the chain ends, under a MAC; written with every record.
CREATE TABLE audit_head (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    seq       INTEGER NOT NULL,
    link      BLOB    NOT NULL,
    mac       BLOB    NOT NULL
) STRICT;

-- Who may do what only one node may do at a time, and until when.
CREATE TABLE leases (
    name       TEXT    NOT NULL PRIMARY KEY,
    holder     TEXT    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE jobs (
    name    TEXT    NOT NULL PRIMARY KEY,
    next_at INTEGER NOT NULL
) STRICT;

CREATE TABLE job_runs (
    id           TEXT    NOT NULL PRIMARY KEY,
    job          TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    requested_by TEXT,
    queued_at    INTEGER NOT NULL,
    started_at   INTEGER,
    ended_at     INTEGER,
    attempts     INTEGER NOT NULL,
    done         INTEGER NOT NULL,
    total        INTEGER,
    checkpoint   TEXT,
    detail       TEXT
) STRICT;

CREATE INDEX job_runs_of_job ON job_runs (job, id);
CREATE INDEX job_runs_open ON job_runs (job, state) WHERE ended_at IS NULL;

-- Events for others, written in the transaction of the act; delivered at least once, always under the same id.
CREATE TABLE outbox (
    id         TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    payload    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    done_at    INTEGER,
    delivered  TEXT    NOT NULL,
    last_error TEXT
) STRICT;

CREATE INDEX outbox_due ON outbox (next_at, id) WHERE done_at IS NULL;
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
