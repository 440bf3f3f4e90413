//! Credentials table, with versions: sealed bytes in, sealed bytes out.

use domain::{Credential, CredentialVersion, RowMac, Timestamp, Unverified, UpstreamId, Verified};

use crate::{
    Result, Store, Tx, parse,
    signed::{Bind, Mapped},
    table::table,
};

/// The versions that their credentials say are in use.
const IN_USE: &str = "JOIN credentials cr ON cr.id = t.credential_id AND cr.version = t.version";

table! {
    /// A credential of an upstream.
    CredentialRow in "credentials", signed "credential-v1", key(id);
    id: String;
    upstream_id: String;
    version: i64;
    masked: String;
    created_at: i64;
    updated_at: i64;
}

table! {
    /// One secret of a credential, sealed.
    CredentialVersionRow in "credential_versions", signed "credential-version-v1", key(credential_id, version);
    credential_id: String;
    version: i64;
    sealed: Vec<u8>;
    fingerprint: Vec<u8>;
    base_url: String;
    masked: String;
    created_at: i64;
}

impl Mapped for CredentialRow {
    type Value = Credential;

    fn parse(self) -> Result<Credential> {
        Ok(Credential {
            id: parse::text("credentials.id", &self.id)?,
            upstream_id: parse::text("credentials.upstream_id", &self.upstream_id)?,
            version: self.version,
            masked: self.masked,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        })
    }

    fn of(credential: &Credential) -> Self {
        let Credential { id, upstream_id, version, masked, created_at, updated_at } = credential;
        Self {
            id: id.to_string(),
            upstream_id: upstream_id.to_string(),
            version: *version,
            masked: masked.clone(),
            created_at: created_at.0,
            updated_at: updated_at.0,
            epoch: 0,
            mac: None,
        }
    }
}

impl Mapped for CredentialVersionRow {
    type Value = CredentialVersion;

    fn parse(self) -> Result<CredentialVersion> {
        Ok(CredentialVersion {
            credential_id: parse::text("credential_versions.credential_id", &self.credential_id)?,
            version: self.version,
            sealed: self.sealed,
            fingerprint: self.fingerprint,
            base_url: self.base_url,
            masked: self.masked,
            created_at: Timestamp(self.created_at),
        })
    }

    fn of(version: &CredentialVersion) -> Self {
        let CredentialVersion { credential_id, version, sealed, fingerprint, base_url, masked, created_at } = version;
        Self {
            credential_id: credential_id.to_string(),
            version: *version,
            sealed: sealed.clone(),
            fingerprint: fingerprint.clone(),
            base_url: base_url.clone(),
            masked: masked.clone(),
            created_at: created_at.0,
            epoch: 0,
            mac: None,
        }
    }
}

/// A credential with the version in use. All of it is still to be verified.
#[derive(Clone, Debug)]
pub struct StoredCredential {
    /// The upstream that the row names, as it stands there.
    pub upstream_id: String,
    /// The credential.
    pub credential: Unverified<Credential>,
    /// The version in use; `None` where it is missing.
    pub version: Option<Unverified<CredentialVersion>>,
}

impl Store {
    /// Every credential with the version in use.
    pub async fn list_credentials(&self) -> Result<Vec<StoredCredential>> {
        let credentials = self.grouped_rows::<CredentialRow>("", &[], |row| row.upstream_id.clone()).await?;
        let mut versions =
            self.grouped_rows::<CredentialVersionRow>(IN_USE, &[], |row| row.credential_id.clone()).await?;
        Ok(credentials
            .into_iter()
            .map(|(upstream_id, credential)| {
                let at = versions.iter().position(|(owner, _)| owner == credential.id());
                StoredCredential { upstream_id, version: at.map(|at| versions.swap_remove(at).1), credential }
            })
            .collect())
    }

    /// The credential of an upstream with the version in use.
    pub async fn find_credential(&self, upstream: &UpstreamId) -> Result<Option<StoredCredential>> {
        let binds = [Bind::Text(upstream.as_str())];
        let Some(credential) = self.row::<CredentialRow>("WHERE t.upstream_id = $1", &binds).await? else {
            return Ok(None);
        };
        let tail = format!("{IN_USE} WHERE cr.upstream_id = $1");
        let version = self.row::<CredentialVersionRow>(&tail, &binds).await?;
        Ok(Some(StoredCredential { upstream_id: upstream.to_string(), credential, version }))
    }
}

impl Tx {
    /// The credential of an upstream. It stays as it is until this transaction ends.
    pub async fn find_credential(&mut self, upstream: &UpstreamId) -> Result<Option<Unverified<Credential>>> {
        self.row::<CredentialRow>("WHERE t.upstream_id = $1", &[Bind::Text(upstream.as_str())]).await
    }

    /// Adds a credential with its first version.
    pub async fn insert_credential(
        &mut self,
        macs: &dyn RowMac,
        credential: &Credential,
        version: &CredentialVersion,
    ) -> Result<()> {
        self.insert_row::<CredentialRow>(macs, credential).await?;
        self.insert_row::<CredentialVersionRow>(macs, version).await
    }

    /// Puts a new version into use; the one before stays as history.
    pub async fn replace_secret(
        &mut self,
        macs: &dyn RowMac,
        credential: Verified<Credential>,
        version: &CredentialVersion,
    ) -> Result<Verified<Credential>> {
        self.insert_row::<CredentialVersionRow>(macs, version).await?;
        self.update_row::<CredentialRow>(macs, credential).await
    }
}
