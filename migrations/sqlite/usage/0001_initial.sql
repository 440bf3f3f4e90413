-- Request rows, apart from the control plane so that they never hold up a revoke.
-- In step with migrations/postgres by table and column.

CREATE TABLE request_logs (
    id               TEXT    NOT NULL PRIMARY KEY,
    started_ms       INTEGER NOT NULL,
    key_id           TEXT    NOT NULL,
    key_version      INTEGER NOT NULL,
    key_name         TEXT    NOT NULL,
    key_prefix       TEXT    NOT NULL,
    project_id       TEXT    NOT NULL,
    method           TEXT    NOT NULL,
    endpoint         TEXT    NOT NULL,
    streamed         INTEGER NOT NULL,
    model            TEXT,
    model_served     TEXT,
    upstream_id      TEXT,
    upstream         TEXT,
    status           INTEGER NOT NULL,
    upstream_status  INTEGER,
    input_tokens     INTEGER,
    cached_tokens    INTEGER,
    output_tokens    INTEGER,
    reasoning_tokens INTEGER,
    price_nano       INTEGER,
    latency_us       INTEGER NOT NULL,
    first_byte_us    INTEGER,
    attempts         INTEGER NOT NULL,
    client_address   TEXT    NOT NULL,
    user_agent       TEXT,
    error_class      TEXT
) STRICT;

-- Each filter of the log, newest first. Successes are found by walking the primary key; only failures are rare
-- enough to need an index: one for a single status, one for a class of them.
CREATE INDEX request_logs_key ON request_logs (key_id, id);
CREATE INDEX request_logs_model ON request_logs (model, id);
CREATE INDEX request_logs_upstream ON request_logs (upstream, id);
CREATE INDEX request_logs_failure ON request_logs (status, id) WHERE status >= 400;
CREATE INDEX request_logs_failure_class ON request_logs ((status / 100), id) WHERE status >= 400;

-- The first page's figures are read from this index alone.
CREATE INDEX request_logs_figures
    ON request_logs (started_ms, status, upstream, input_tokens, output_tokens, first_byte_us);
