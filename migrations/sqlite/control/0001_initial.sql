-- The control plane. In step with migrations/postgres by table and column.
-- Ids are text that sorts by creation, instants are milliseconds since 1970 UTC, lists are JSON.

CREATE TABLE installation (
    singleton        INTEGER PRIMARY KEY CHECK (singleton = 1),
    id               TEXT    NOT NULL,
    setup_token_hash BLOB,
    created_at       INTEGER NOT NULL
) STRICT;

CREATE TABLE keyring (
    id          TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    root_key_id TEXT    NOT NULL,
    wrapped     BLOB    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE projects (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL REFERENCES projects (id),
    role       TEXT NOT NULL,
    PRIMARY KEY (user_id, project_id)
) STRICT;

CREATE TABLE sessions (
    id_hash    BLOB    NOT NULL PRIMARY KEY,
    user_id    TEXT    REFERENCES users (id) ON DELETE CASCADE,
    data       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE keys (
    id                  TEXT    NOT NULL PRIMARY KEY,
    project_id          TEXT    NOT NULL REFERENCES projects (id),
    owner_id            TEXT    REFERENCES users (id),
    name                TEXT    NOT NULL,
    description         TEXT    NOT NULL,
    env                 TEXT    NOT NULL,
    version             INTEGER NOT NULL,
    enabled             INTEGER NOT NULL,
    expires_at          INTEGER,
    revoked_at          INTEGER,
    revoke_reason       TEXT,
    allowed_models      TEXT    NOT NULL,
    allowed_upstreams   TEXT    NOT NULL,
    allowed_cidrs       TEXT    NOT NULL,
    requests_per_minute INTEGER,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    last_used_at        INTEGER
) STRICT;

CREATE INDEX keys_by_creation ON keys (created_at, id);
CREATE INDEX keys_by_expiry ON keys (expires_at) WHERE revoked_at IS NULL;

CREATE TABLE key_versions (
    key_id      TEXT    NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    version     INTEGER NOT NULL,
    lookup_hash BLOB    NOT NULL UNIQUE,
    masked      TEXT    NOT NULL,
    row_mac     BLOB    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (key_id, version)
) STRICT;

CREATE TABLE upstreams (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    provider   TEXT    NOT NULL,
    base_url   TEXT    NOT NULL,
    is_default INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Of all upstreams, one at most is the default.
CREATE UNIQUE INDEX upstreams_default ON upstreams (is_default) WHERE is_default;

CREATE TABLE credentials (
    id          TEXT    NOT NULL PRIMARY KEY,
    upstream_id TEXT    NOT NULL UNIQUE REFERENCES upstreams (id) ON DELETE CASCADE,
    version     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE credential_versions (
    credential_id TEXT    NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    version       INTEGER NOT NULL,
    sealed        BLOB    NOT NULL,
    fingerprint   BLOB    NOT NULL,
    origin        TEXT    NOT NULL,
    masked        TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (credential_id, version)
) STRICT;

-- Append-only; each row's link is a MAC over the row and the link before.
CREATE TABLE audit (
    seq         INTEGER NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL,
    actor       TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    target      TEXT    NOT NULL,
    address     TEXT,
    before_json TEXT,
    after_json  TEXT,
    previous    BLOB    NOT NULL,
    link        BLOB    NOT NULL
) STRICT;

-- What other processes must hear about; only the newest rows are kept.
CREATE TABLE changes (
    seq  INTEGER NOT NULL PRIMARY KEY,
    kind TEXT    NOT NULL,
    id   TEXT    NOT NULL
) STRICT;
