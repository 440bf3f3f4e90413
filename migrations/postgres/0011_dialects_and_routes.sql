-- The dialects that an upstream is the default for, where they are others than OpenAI's alone, and its own settings. NULL in
-- older rows, so that their row MACs hold.
ALTER TABLE upstreams ADD COLUMN default_for TEXT;
ALTER TABLE upstreams ADD COLUMN settings TEXT;

-- There is one for each dialect now; the transaction that makes one takes it from the others.
DROP INDEX upstreams_default;

-- Names that clients ask for, and the deployments that may answer: JSON, because they are read and signed as a whole.
CREATE TABLE models (
    id          TEXT    COLLATE "C" NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL,
    strategy    TEXT    NOT NULL,
    deployments TEXT    NOT NULL,
    retries     BIGINT  NOT NULL,
    retry_sent  BOOLEAN NOT NULL,
    rest_s      BIGINT  NOT NULL,
    timeout_s   BIGINT,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    epoch       BIGINT  NOT NULL DEFAULT 0,
    mac         BYTEA
);

-- What an answer says of its cost beyond the four counts, and the tries that it took.
ALTER TABLE request_logs ADD COLUMN cache_write_tokens BIGINT;
ALTER TABLE request_logs ADD COLUMN usage_detail TEXT;
ALTER TABLE request_logs ADD COLUMN usage_raw TEXT;
ALTER TABLE request_logs ADD COLUMN service_tier TEXT;
ALTER TABLE request_logs ADD COLUMN cost_source TEXT;
ALTER TABLE request_logs ADD COLUMN session_id TEXT;
ALTER TABLE request_logs ADD COLUMN attempts_detail TEXT;

-- Answers taken on in the background: each is settled once, by the row that first tells its end.
CREATE TABLE background_answers (
    upstream_id TEXT COLLATE "C" NOT NULL,
    answer_id   TEXT COLLATE "C" NOT NULL,
    request_id  TEXT NOT NULL,
    started_ms  BIGINT NOT NULL,
    settled_by  TEXT,
    PRIMARY KEY (upstream_id, answer_id)
);
CREATE INDEX background_answers_open ON background_answers (started_ms) WHERE settled_by IS NULL;
