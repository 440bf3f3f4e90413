-- Audit records by field, the head that anchors their chain, background jobs with leases, and the event outbox.
-- In step with migrations/sqlite by table and column.

-- Rows written before have encoding 1: before_json and after_json, nothing of the columns below.
ALTER TABLE audit ADD COLUMN encoding BIGINT NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN target_kind TEXT;
ALTER TABLE audit ADD COLUMN project_id TEXT COLLATE "C";
ALTER TABLE audit ADD COLUMN user_agent TEXT;
ALTER TABLE audit ADD COLUMN request_id TEXT COLLATE "C";
ALTER TABLE audit ADD COLUMN changes TEXT;

CREATE INDEX audit_by_target ON audit (target, seq);
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_by_action ON audit (action, seq);

-- Where the chain ends, under a MAC; written with every record.
CREATE TABLE audit_head (
    singleton BIGINT CONSTRAINT audit_head_singleton PRIMARY KEY CHECK (singleton = 1),
    seq       BIGINT NOT NULL,
    link      BYTEA  NOT NULL,
    mac       BYTEA  NOT NULL
);

-- Who may do what only one node may do at a time, and until when.
CREATE TABLE leases (
    name       TEXT COLLATE "C" NOT NULL CONSTRAINT leases_name PRIMARY KEY,
    holder     TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE jobs (
    name    TEXT COLLATE "C" NOT NULL CONSTRAINT jobs_name PRIMARY KEY,
    next_at BIGINT NOT NULL
);

CREATE TABLE job_runs (
    id           TEXT COLLATE "C" NOT NULL CONSTRAINT job_runs_id PRIMARY KEY,
    job          TEXT COLLATE "C" NOT NULL,
    state        TEXT   NOT NULL,
    requested_by TEXT,
    queued_at    BIGINT NOT NULL,
    started_at   BIGINT,
    ended_at     BIGINT,
    attempts     BIGINT NOT NULL,
    done         BIGINT NOT NULL,
    total        BIGINT,
    checkpoint   TEXT,
    detail       TEXT
);

CREATE INDEX job_runs_of_job ON job_runs (job, id);
CREATE INDEX job_runs_open ON job_runs (job, state) WHERE ended_at IS NULL;

-- Events for others, written in the transaction of the act; delivered at least once, always under the same id.
CREATE TABLE outbox (
    id         TEXT COLLATE "C" NOT NULL CONSTRAINT outbox_id PRIMARY KEY,
    kind       TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    payload    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    done_at    BIGINT,
    delivered  TEXT   NOT NULL,
    last_error TEXT
);

CREATE INDEX outbox_due ON outbox (next_at, id) WHERE done_at IS NULL;
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
