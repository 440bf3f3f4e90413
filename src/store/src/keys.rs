//! Virtual key tables: keys and their versions, one at a time.

use domain::{
    KeyEnv, KeyId, KeyVersion, Labels, Policy, RevokeReason, RowMac, Timestamp, Unverified, Verified, VirtualKey,
};

use crate::{
    Error, Result, Store, Tx, key_search, on, parse,
    signed::{Bind, Mapped},
    table::table,
};

table! {
    /// A virtual key.
    KeyRow in "keys", signed "key-v2", key(id);
    id: String;
    project_id: String;
    owner_id: Option<String>;
    name: String;
    description: String;
    tags: Option<String>;
    metadata: Option<String>;
    env: String;
    masked: String;
    version: i64;
    enabled: bool;
    expires_at: Option<i64>;
    revoked_at: Option<i64>;
    revoke_reason: Option<String>;
    policy: String;
    policy_version: i64;
    created_at: i64;
    updated_at: i64;
    last_used_at: Option<i64>, unsigned "when a key was last used is for people to read; nothing is decided by it";
}

table! {
    /// One secret of a key: only its lookup hash.
    KeyVersionRow in "key_versions", signed "key-version-v2", key(key_id, version);
    key_id: String;
    version: i64;
    lookup_hash: Vec<u8>;
    masked: String;
    created_at: i64;
}

/// A presented secret's version with its key. Both are still to be verified.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// The version that has the lookup hash.
    pub version: Unverified<KeyVersion>,
    /// The key it belongs to.
    pub key: Unverified<VirtualKey>,
}

impl Mapped for KeyRow {
    type Value = VirtualKey;

    fn parse(self) -> Result<VirtualKey> {
        Ok(VirtualKey {
            id: parse::text("keys.id", &self.id)?,
            project_id: parse::text("keys.project_id", &self.project_id)?,
            owner_id: self.owner_id.map(|id| parse::text("keys.owner_id", &id)).transpose()?,
            name: self.name,
            labels: Labels {
                description: self.description,
                tags: parse::list("keys.tags", self.tags.as_deref().unwrap_or("[]"))?,
                metadata: parse::json("keys.metadata", self.metadata.as_deref().unwrap_or("{}"))?,
            },
            env: parse::one_of("keys.env", &self.env, KeyEnv::parse)?,
            masked: self.masked,
            version: self.version,
            enabled: self.enabled,
            expires_at: self.expires_at.map(Timestamp),
            revoked_at: self.revoked_at.map(Timestamp),
            revoke_reason: self.revoke_reason.map(RevokeReason::stored),
            policy: Policy::parse(&self.policy).map_err(|error| Error::Damaged(format!("keys.policy: {error}")))?,
            policy_version: self.policy_version,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
            last_used_at: self.last_used_at.map(Timestamp),
        })
    }

    fn of(key: &VirtualKey) -> Self {
        let VirtualKey {
            id,
            project_id,
            owner_id,
            name,
            labels: Labels { description, tags, metadata },
            env,
            masked,
            version,
            enabled,
            expires_at,
            revoked_at,
            revoke_reason,
            policy,
            policy_version,
            created_at,
            updated_at,
            last_used_at,
        } = key;
        Self {
            id: id.to_string(),
            project_id: project_id.to_string(),
            owner_id: owner_id.as_ref().map(ToString::to_string),
            name: name.clone(),
            description: description.clone(),
            tags: (!tags.is_empty()).then(|| parse::to_list(tags)),
            metadata: (!metadata.is_empty()).then(|| metadata.to_text()),
            env: env.as_str().to_owned(),
            masked: masked.clone(),
            version: *version,
            enabled: *enabled,
            expires_at: expires_at.map(|at| at.0),
            revoked_at: revoked_at.map(|at| at.0),
            revoke_reason: revoke_reason.as_ref().map(|reason| reason.as_str().to_owned()),
            policy: policy.to_json(),
            policy_version: *policy_version,
            created_at: created_at.0,
            updated_at: updated_at.0,
            last_used_at: last_used_at.map(|at| at.0),
            epoch: 0,
            mac: None,
        }
    }
}

impl Mapped for KeyVersionRow {
    type Value = KeyVersion;

    fn parse(self) -> Result<KeyVersion> {
        Ok(KeyVersion {
            key_id: parse::text("key_versions.key_id", &self.key_id)?,
            version: self.version,
            lookup_hash: parse::bytes("key_versions.lookup_hash", &self.lookup_hash)?,
            masked: self.masked,
            created_at: Timestamp(self.created_at),
        })
    }

    fn of(version: &KeyVersion) -> Self {
        let KeyVersion { key_id, version, lookup_hash, masked, created_at } = version;
        Self {
            key_id: key_id.to_string(),
            version: *version,
            lookup_hash: lookup_hash.to_vec(),
            masked: masked.clone(),
            created_at: created_at.0,
            epoch: 0,
            mac: None,
        }
    }
}

impl Store {
    /// The key with this id.
    pub async fn find_key(&self, id: &KeyId) -> Result<Option<Unverified<VirtualKey>>> {
        self.row::<KeyRow>("WHERE t.id = $1", &[Bind::Text(id.as_str())]).await
    }

    /// The version with this lookup hash, and its key.
    pub async fn find_key_by_hash(&self, lookup_hash: &[u8; 32]) -> Result<Option<StoredKey>> {
        let (tail, binds) = ("WHERE t.lookup_hash = $1", [Bind::Bytes(lookup_hash)]);
        let versions = self.grouped_rows::<KeyVersionRow>(tail, &binds, |row| row.key_id.clone()).await?;
        let Some((key_id, version)) = versions.into_iter().next() else { return Ok(None) };
        let key = self.row::<KeyRow>("WHERE t.id = $1", &[Bind::Text(&key_id)]).await?;
        Ok(key.map(|key| StoredKey { version, key }))
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
    /// The key with this id. It stays as it is until this transaction ends.
    pub async fn find_key(&mut self, id: &KeyId) -> Result<Option<Unverified<VirtualKey>>> {
        self.row::<KeyRow>("WHERE t.id = $1", &[Bind::Text(id.as_str())]).await
    }

    /// Adds a key with its first version.
    pub async fn insert_key(&mut self, macs: &dyn RowMac, key: &VirtualKey, version: &KeyVersion) -> Result<()> {
        self.insert_keys(macs, &[(key, version)]).await
    }

    /// Adds keys, each with its first version, in few statements.
    pub async fn insert_keys(&mut self, macs: &dyn RowMac, keys: &[(&VirtualKey, &KeyVersion)]) -> Result<()> {
        let (keys, versions): (Vec<_>, Vec<_>) = keys.iter().copied().unzip();
        self.insert_rows::<KeyRow>(macs, &keys).await?;
        self.insert_rows::<KeyVersionRow>(macs, &versions).await?;
        let indexed: Vec<_> = keys.into_iter().map(key_search::Indexed::from).collect();
        key_search::add(&mut self.open, &indexed).await
    }

    /// Writes a key back. `last_used_at` has its own writer, [`Store::touch_keys`], and is left alone.
    pub async fn update_key(&mut self, macs: &dyn RowMac, key: Verified<VirtualKey>) -> Result<Verified<VirtualKey>> {
        let key = self.update_row::<KeyRow>(macs, key).await?;
        key_search::write(&mut self.open, key.id.as_str()).await?;
        Ok(key)
    }

    /// Ends a key whose row does not verify. The row is not signed and stays damaged: nothing it says is taken over.
    pub async fn revoke_damaged_key(&mut self, id: &KeyId, at: Timestamp, reason: &RevokeReason) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query(
            "UPDATE keys SET enabled = FALSE, revoked_at = $2, revoke_reason = $3, updated_at = $2 WHERE id = $1"
        )
        .bind(id.as_str())
        .bind(at.0)
        .bind(reason.as_str())
        .execute(c)
        .await
        .map(drop))?;
        key_search::write(&mut self.open, id.as_str()).await
    }
}
