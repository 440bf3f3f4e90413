-- Rows that give access carry a MAC over their columns and an epoch that every write raises. MACs are filled by the
-- program right after this, once (a keyring canary of version 2 says that it was done); afterwards a row without one is damaged.

ALTER TABLE installation ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE installation ADD COLUMN mac BLOB;

ALTER TABLE projects ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE projects ADD COLUMN mac BLOB;

ALTER TABLE users ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN mac BLOB;

ALTER TABLE members ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN mac BLOB;

ALTER TABLE sessions ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN mac BLOB;

-- What a key may do is one JSON document. Text is put together, not parsed: a broken list breaks its own row alone.
ALTER TABLE keys ADD COLUMN masked TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN policy TEXT NOT NULL DEFAULT '{}';
ALTER TABLE keys ADD COLUMN policy_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE keys ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE keys ADD COLUMN mac BLOB;
UPDATE keys SET
    masked = COALESCE((SELECT v.masked FROM key_versions v WHERE v.key_id = keys.id AND v.version = keys.version), ''),
    policy = '{"allowed_models":' || allowed_models || ',"allowed_upstreams":' || allowed_upstreams
        || ',"allowed_cidrs":' || allowed_cidrs
        || ',"rate_limits":{"requests_per_minute":' || COALESCE(CAST(requests_per_minute AS TEXT), 'null') || '}}';
ALTER TABLE keys DROP COLUMN allowed_models;
ALTER TABLE keys DROP COLUMN allowed_upstreams;
ALTER TABLE keys DROP COLUMN allowed_cidrs;
ALTER TABLE keys DROP COLUMN requests_per_minute;

ALTER TABLE key_versions RENAME COLUMN row_mac TO mac;
ALTER TABLE key_versions ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;

ALTER TABLE upstreams ADD COLUMN has_secret INTEGER NOT NULL DEFAULT 0;
ALTER TABLE upstreams ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE upstreams ADD COLUMN mac BLOB;
UPDATE upstreams SET has_secret = 1 WHERE EXISTS (SELECT 1 FROM credentials c WHERE c.upstream_id = upstreams.id);

ALTER TABLE credentials ADD COLUMN masked TEXT NOT NULL DEFAULT '';
ALTER TABLE credentials ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credentials ADD COLUMN mac BLOB;
UPDATE credentials SET masked = COALESCE((SELECT v.masked FROM credential_versions v
    WHERE v.credential_id = credentials.id AND v.version = credentials.version), '');

-- A secret is bound to the whole base URL, not to its origin alone.
ALTER TABLE credential_versions RENAME COLUMN origin TO base_url;
ALTER TABLE credential_versions ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credential_versions ADD COLUMN mac BLOB;
