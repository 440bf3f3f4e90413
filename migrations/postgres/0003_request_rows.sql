-- By which version of a key's policy a request was judged, how many requests a row stands for (1, but for refusals that
-- are written together), and whether the upstream's token counts could not be read.
ALTER TABLE request_logs ADD COLUMN policy_version BIGINT;
ALTER TABLE request_logs ADD COLUMN count BIGINT NOT NULL DEFAULT 1;
ALTER TABLE request_logs ADD COLUMN usage_unreadable BOOLEAN NOT NULL DEFAULT FALSE;

-- The first page's figures are read from this index alone; those of an upstream go by its id.
DROP INDEX request_logs_figures;
CREATE INDEX request_logs_figures ON request_logs
    (started_ms, status, upstream_id, input_tokens, output_tokens, first_byte_us, count, error_class);

-- The newest failure of an upstream.
CREATE INDEX request_logs_upstream_failure ON request_logs (upstream_id, id) WHERE status >= 500;
