-- What an answer says of its cost beyond the four counts, and the tries that it took.
ALTER TABLE request_logs ADD COLUMN cache_write_tokens INTEGER;
ALTER TABLE request_logs ADD COLUMN usage_detail TEXT;
ALTER TABLE request_logs ADD COLUMN usage_raw TEXT;
ALTER TABLE request_logs ADD COLUMN service_tier TEXT;
ALTER TABLE request_logs ADD COLUMN cost_source TEXT;
ALTER TABLE request_logs ADD COLUMN session_id TEXT;
ALTER TABLE request_logs ADD COLUMN attempts_detail TEXT;

-- Answers taken on in the background: each is settled once, by the row that first tells its end.
CREATE TABLE background_answers (
    upstream_id TEXT NOT NULL,
    answer_id   TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    started_ms  INTEGER NOT NULL,
    settled_by  TEXT,
    PRIMARY KEY (upstream_id, answer_id)
) STRICT;
CREATE INDEX background_answers_open ON background_answers (started_ms) WHERE settled_by IS NULL;
