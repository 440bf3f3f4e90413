-- Control plane and request rows. In step with migrations/sqlite by table and column.
-- Ids are text that sorts by creation, byte by byte whatever the database's collation; instants are milliseconds
-- since 1970 UTC; lists are JSON. Constraints are named because errors are told apart by their names.

CREATE TABLE installation (
    singleton        BIGINT CONSTRAINT installation_singleton PRIMARY KEY CHECK (singleton = 1),
    id               TEXT   NOT NULL,
    setup_token_hash BYTEA,
    created_at       BIGINT NOT NULL
);

CREATE TABLE keyring (
    id          TEXT COLLATE "C" NOT NULL CONSTRAINT keyring_id PRIMARY KEY,
    kind        TEXT   NOT NULL,
    root_key_id TEXT   NOT NULL,
    wrapped     BYTEA  NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE TABLE projects (
    id         TEXT COLLATE "C" NOT NULL CONSTRAINT projects_id PRIMARY KEY,
    name       TEXT   NOT NULL CONSTRAINT projects_name UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id            TEXT COLLATE "C" NOT NULL CONSTRAINT users_id PRIMARY KEY,
    email         TEXT   NOT NULL CONSTRAINT users_email UNIQUE,
    password_hash TEXT   NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE TABLE members (
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    role       TEXT NOT NULL,
    PRIMARY KEY (user_id, project_id)
);

CREATE TABLE sessions (
    id_hash    BYTEA  NOT NULL CONSTRAINT sessions_id_hash PRIMARY KEY,
    user_id    TEXT COLLATE "C" REFERENCES users (id) ON DELETE CASCADE,
    data       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE keys (
    id                  TEXT COLLATE "C" NOT NULL CONSTRAINT keys_id PRIMARY KEY,
    project_id          TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    owner_id            TEXT COLLATE "C" REFERENCES users (id),
    name                TEXT    NOT NULL,
    description         TEXT    NOT NULL,
    env                 TEXT    NOT NULL,
    version             BIGINT  NOT NULL,
    enabled             BOOLEAN NOT NULL,
    expires_at          BIGINT,
    revoked_at          BIGINT,
    revoke_reason       TEXT,
    allowed_models      TEXT    NOT NULL,
    allowed_upstreams   TEXT    NOT NULL,
    allowed_cidrs       TEXT    NOT NULL,
    requests_per_minute BIGINT,
    created_at          BIGINT  NOT NULL,
    updated_at          BIGINT  NOT NULL,
    last_used_at        BIGINT
);

CREATE INDEX keys_by_creation ON keys (created_at, id);
CREATE INDEX keys_by_expiry ON keys (expires_at) WHERE revoked_at IS NULL;

CREATE TABLE key_versions (
    key_id      TEXT COLLATE "C" NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    version     BIGINT NOT NULL,
    lookup_hash BYTEA  NOT NULL CONSTRAINT keys_hash UNIQUE,
    masked      TEXT   NOT NULL,
    row_mac     BYTEA  NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (key_id, version)
);

CREATE TABLE upstreams (
    id         TEXT COLLATE "C" NOT NULL CONSTRAINT upstreams_id PRIMARY KEY,
    name       TEXT    NOT NULL CONSTRAINT upstreams_name UNIQUE,
    provider   TEXT    NOT NULL,
    base_url   TEXT    NOT NULL,
    is_default BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL
);

-- Of all upstreams, one at most is the default.
CREATE UNIQUE INDEX upstreams_default ON upstreams (is_default) WHERE is_default;

CREATE TABLE credentials (
    id          TEXT COLLATE "C" NOT NULL CONSTRAINT credentials_id PRIMARY KEY,
    upstream_id TEXT COLLATE "C" NOT NULL CONSTRAINT credentials_upstream UNIQUE
                REFERENCES upstreams (id) ON DELETE CASCADE,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);

CREATE TABLE credential_versions (
    credential_id TEXT COLLATE "C" NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    version       BIGINT NOT NULL,
    sealed        BYTEA  NOT NULL,
    fingerprint   BYTEA  NOT NULL,
    origin        TEXT   NOT NULL,
    masked        TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (credential_id, version)
);

-- Append-only; each row's link is a MAC over the row and the link before.
CREATE TABLE audit (
    seq         BIGINT NOT NULL PRIMARY KEY,
    id          TEXT COLLATE "C" NOT NULL CONSTRAINT audit_id UNIQUE,
    created_at  BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    target      TEXT   NOT NULL,
    address     TEXT,
    before_json TEXT,
    after_json  TEXT,
    previous    BYTEA  NOT NULL,
    link        BYTEA  NOT NULL
);

-- What other processes must hear about; only the newest rows are kept.
CREATE TABLE changes (
    seq  BIGINT NOT NULL PRIMARY KEY,
    kind TEXT   NOT NULL,
    id   TEXT   NOT NULL
);

-- Partitioned by day: whoever writes a row creates its day first, and old days leave by being dropped.
CREATE TABLE request_logs (
    id               TEXT COLLATE "C" NOT NULL,
    started_ms       BIGINT  NOT NULL,
    key_id           TEXT COLLATE "C" NOT NULL,
    key_version      BIGINT  NOT NULL,
    key_name         TEXT    NOT NULL,
    key_prefix       TEXT    NOT NULL,
    project_id       TEXT    NOT NULL,
    method           TEXT    NOT NULL,
    endpoint         TEXT    NOT NULL,
    streamed         BOOLEAN NOT NULL,
    model            TEXT COLLATE "C",
    model_served     TEXT,
    upstream_id      TEXT,
    upstream         TEXT COLLATE "C",
    status           BIGINT  NOT NULL,
    upstream_status  BIGINT,
    input_tokens     BIGINT,
    cached_tokens    BIGINT,
    output_tokens    BIGINT,
    reasoning_tokens BIGINT,
    price_nano       BIGINT,
    latency_us       BIGINT  NOT NULL,
    first_byte_us    BIGINT,
    attempts         BIGINT  NOT NULL,
    client_address   TEXT    NOT NULL,
    user_agent       TEXT,
    error_class      TEXT,
    PRIMARY KEY (id, started_ms)
) PARTITION BY RANGE (started_ms);

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
