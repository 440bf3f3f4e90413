//! Virtual keys and their versions, one at a time.

use domain::{KeyEnv, KeyId, KeyVersion, ModelPattern, RateLimits, RevokeReason, Timestamp, VirtualKey};

use crate::{Error, Result, Store, Tx, on, parse};

/// The columns of [`KeyColumns`], `masked` being the current version's.
macro_rules! key_columns {
    () => {
        "k.id, k.project_id, k.owner_id, k.name, k.description, k.env, k.version, k.enabled, k.expires_at, \
         k.revoked_at, k.revoke_reason, k.allowed_models, k.allowed_upstreams, k.allowed_cidrs, \
         k.requests_per_minute, k.created_at, k.updated_at, k.last_used_at, c.masked"
    };
}
pub(crate) use key_columns;

macro_rules! version_columns {
    () => {
        "v.version AS v_version, v.lookup_hash AS v_lookup_hash, v.masked AS v_masked, v.row_mac AS v_row_mac, \
         v.created_at AS v_created_at"
    };
}

const FIND: &str = concat!(
    "SELECT ",
    key_columns!(),
    " FROM keys k JOIN key_versions c ON c.key_id = k.id AND c.version = k.version WHERE k.id = $1"
);
const FIND_STORED: &str = concat!(
    "SELECT ",
    key_columns!(),
    ", ",
    version_columns!(),
    " FROM keys k JOIN key_versions c ON c.key_id = k.id AND c.version = k.version",
    " JOIN key_versions v ON v.key_id = k.id AND v.version = k.version WHERE k.id = $1"
);
const FIND_BY_HASH: &str = concat!(
    "SELECT ",
    key_columns!(),
    ", ",
    version_columns!(),
    " FROM key_versions v JOIN keys k ON k.id = v.key_id",
    " JOIN key_versions c ON c.key_id = k.id AND c.version = k.version WHERE v.lookup_hash = $1"
);

/// A key with one of its versions, and the MAC that must hold over both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// The key.
    pub key: VirtualKey,
    /// The version that was asked for.
    pub version: KeyVersion,
    /// The MAC over [`VirtualKey::mac_bytes`].
    pub row_mac: Vec<u8>,
}

#[derive(sqlx::FromRow)]
pub(crate) struct KeyColumns {
    id: String,
    project_id: String,
    owner_id: Option<String>,
    name: String,
    description: String,
    env: String,
    version: i64,
    enabled: bool,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    revoke_reason: Option<String>,
    allowed_models: String,
    allowed_upstreams: String,
    allowed_cidrs: String,
    requests_per_minute: Option<i64>,
    created_at: i64,
    updated_at: i64,
    last_used_at: Option<i64>,
    masked: String,
}

#[derive(sqlx::FromRow)]
struct StoredColumns {
    #[sqlx(flatten)]
    key: KeyColumns,
    v_version: i64,
    v_lookup_hash: Vec<u8>,
    v_masked: String,
    v_row_mac: Vec<u8>,
    v_created_at: i64,
}

impl TryFrom<KeyColumns> for VirtualKey {
    type Error = Error;

    fn try_from(row: KeyColumns) -> Result<Self> {
        Ok(Self {
            id: parse::text("keys.id", &row.id)?,
            project_id: parse::text("keys.project_id", &row.project_id)?,
            owner_id: row.owner_id.map(|id| parse::text("keys.owner_id", &id)).transpose()?,
            name: row.name,
            description: row.description,
            env: parse::one_of("keys.env", &row.env, KeyEnv::parse)?,
            masked: row.masked,
            version: row.version,
            enabled: row.enabled,
            expires_at: row.expires_at.map(Timestamp),
            revoked_at: row.revoked_at.map(Timestamp),
            revoke_reason: row
                .revoke_reason
                .map(|reason| parse::one_of("keys.revoke_reason", &reason, RevokeReason::parse))
                .transpose()?,
            allowed_models: parse::list("keys.allowed_models", &row.allowed_models)?,
            allowed_upstreams: parse::list("keys.allowed_upstreams", &row.allowed_upstreams)?,
            allowed_cidrs: parse::list("keys.allowed_cidrs", &row.allowed_cidrs)?,
            rate_limits: RateLimits {
                requests_per_minute: row
                    .requests_per_minute
                    .map(|limit| parse::number("keys.requests_per_minute", limit))
                    .transpose()?,
            },
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            last_used_at: row.last_used_at.map(Timestamp),
        })
    }
}

impl TryFrom<StoredColumns> for StoredKey {
    type Error = Error;

    fn try_from(row: StoredColumns) -> Result<Self> {
        let key = VirtualKey::try_from(row.key)?;
        let version = KeyVersion {
            key_id: key.id.clone(),
            version: row.v_version,
            lookup_hash: parse::bytes("key_versions.lookup_hash", &row.v_lookup_hash)?,
            masked: row.v_masked,
            created_at: Timestamp(row.v_created_at),
        };
        Ok(Self { key, version, row_mac: row.v_row_mac })
    }
}

impl Store {
    /// The key with this id.
    pub async fn find_key(&self, id: &KeyId) -> Result<Option<VirtualKey>> {
        let row: Option<KeyColumns> =
            on!(pool self.control(), |c| sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(c).await)?;
        row.map(VirtualKey::try_from).transpose()
    }

    /// The key one of whose versions has this lookup hash, with that version.
    pub async fn find_key_by_hash(&self, lookup_hash: &[u8; 32]) -> Result<Option<StoredKey>> {
        let row: Option<StoredColumns> =
            on!(pool self.control(), |c| sqlx::query_as(FIND_BY_HASH).bind(&lookup_hash[..]).fetch_optional(c).await)?;
        row.map(StoredKey::try_from).transpose()
    }

    /// Notes when keys were last used. Never moves an instant back, and leaves `updated_at` alone.
    pub async fn touch_keys(&self, touches: &[(KeyId, Timestamp)]) -> Result<()> {
        if touches.is_empty() {
            return Ok(());
        }
        // In one order everywhere, so that two nodes never wait for each other's rows.
        let mut touches: Vec<&(KeyId, Timestamp)> = touches.iter().collect();
        touches.sort();
        let mut open = crate::dialect::begin_shared(self.control_writer()).await?;
        for (id, at) in touches {
            on!(tx &mut open, |c| sqlx::query(
                "UPDATE keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)"
            )
            .bind(id.as_str())
            .bind(at.0)
            .execute(c)
            .await
            .map(drop))?;
        }
        open.commit().await?;
        Ok(())
    }
}

impl Tx {
    /// The key with this id and its current version. It stays as it is until this transaction ends.
    pub async fn find_key(&mut self, id: &KeyId) -> Result<Option<StoredKey>> {
        let row: Option<StoredColumns> =
            on!(tx &mut self.open, |c| sqlx::query_as(FIND_STORED).bind(id.as_str()).fetch_optional(c).await)?;
        row.map(StoredKey::try_from).transpose()
    }

    /// Adds a key with its first version.
    pub async fn insert_key(&mut self, key: &VirtualKey, version: &KeyVersion, row_mac: &[u8]) -> Result<()> {
        on!(tx &mut self.open, |c| {
            sqlx::query(
                "INSERT INTO keys (id, project_id, owner_id, name, description, env, version, enabled, expires_at, \
                 revoked_at, revoke_reason, allowed_models, allowed_upstreams, allowed_cidrs, requests_per_minute, \
                 created_at, updated_at, last_used_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            )
            .bind(key.id.as_str())
            .bind(key.project_id.as_str())
            .bind(key.owner_id.as_ref().map(domain::UserId::as_str))
            .bind(&key.name)
            .bind(&key.description)
            .bind(key.env.as_str())
            .bind(key.version)
            .bind(key.enabled)
            .bind(key.expires_at.map(|at| at.0))
            .bind(key.revoked_at.map(|at| at.0))
            .bind(key.revoke_reason.map(RevokeReason::as_str))
            .bind(models(key))
            .bind(parse::to_list(&key.allowed_upstreams))
            .bind(parse::to_list(&key.allowed_cidrs))
            .bind(key.rate_limits.requests_per_minute.map(i64::from))
            .bind(key.created_at.0)
            .bind(key.updated_at.0)
            .bind(key.last_used_at.map(|at| at.0))
            .execute(&mut *c)
            .await?;
            sqlx::query(
                "INSERT INTO key_versions (key_id, version, lookup_hash, masked, row_mac, created_at) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(version.key_id.as_str())
            .bind(version.version)
            .bind(&version.lookup_hash[..])
            .bind(&version.masked)
            .bind(row_mac)
            .bind(version.created_at.0)
            .execute(c)
            .await
            .map(drop)
        })?;
        Ok(())
    }

    /// Writes everything of a key that may change, with the MAC of its current version. `last_used_at` has its own
    /// writer, [`Store::touch_keys`], and is left alone.
    pub async fn update_key(&mut self, key: &VirtualKey, row_mac: &[u8]) -> Result<()> {
        on!(tx &mut self.open, |c| {
            sqlx::query(
                "UPDATE keys SET owner_id = $2, name = $3, description = $4, enabled = $5, expires_at = $6, \
                 revoked_at = $7, revoke_reason = $8, allowed_models = $9, allowed_upstreams = $10, \
                 allowed_cidrs = $11, requests_per_minute = $12, updated_at = $13, project_id = $14 WHERE id = $1",
            )
            .bind(key.id.as_str())
            .bind(key.owner_id.as_ref().map(domain::UserId::as_str))
            .bind(&key.name)
            .bind(&key.description)
            .bind(key.enabled)
            .bind(key.expires_at.map(|at| at.0))
            .bind(key.revoked_at.map(|at| at.0))
            .bind(key.revoke_reason.map(RevokeReason::as_str))
            .bind(models(key))
            .bind(parse::to_list(&key.allowed_upstreams))
            .bind(parse::to_list(&key.allowed_cidrs))
            .bind(key.rate_limits.requests_per_minute.map(i64::from))
            .bind(key.updated_at.0)
            .bind(key.project_id.as_str())
            .execute(&mut *c)
            .await?;
            sqlx::query("UPDATE key_versions SET row_mac = $3 WHERE key_id = $1 AND version = $2")
                .bind(key.id.as_str())
                .bind(key.version)
                .bind(row_mac)
                .execute(c)
                .await
                .map(drop)
        })?;
        Ok(())
    }
}

fn models(key: &VirtualKey) -> String {
    parse::to_list(key.allowed_models.iter().map(ModelPattern::as_str))
}
