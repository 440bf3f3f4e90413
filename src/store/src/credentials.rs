//! Credentials and their versions: sealed bytes in, sealed bytes out.

use domain::{Credential, CredentialVersion, Timestamp, UpstreamId};

use crate::{Error, Result, Store, Tx, on, parse};

/// The columns of [`OptionalCredentialColumns`], over `cr` and its current version `cv`.
macro_rules! credential_columns {
    () => {
        "cr.id AS cr_id, cr.upstream_id AS cr_upstream_id, cr.version AS cr_version, cv.masked AS cr_masked, \
         cr.created_at AS cr_created_at, cr.updated_at AS cr_updated_at"
    };
}
pub(crate) use credential_columns;

const FIND: &str = concat!(
    "SELECT ",
    credential_columns!(),
    ", cv.sealed, cv.fingerprint, cv.origin, cv.created_at FROM credentials cr",
    " JOIN credential_versions cv ON cv.credential_id = cr.id AND cv.version = cr.version WHERE cr.upstream_id = $1"
);

/// A credential beside an upstream; every column is empty where it has none.
#[derive(sqlx::FromRow)]
#[allow(clippy::struct_field_names)] // as the columns are called beside an upstream's
pub(crate) struct OptionalCredentialColumns {
    cr_id: Option<String>,
    cr_upstream_id: Option<String>,
    cr_version: Option<i64>,
    cr_masked: Option<String>,
    cr_created_at: Option<i64>,
    cr_updated_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct SealedColumns {
    #[sqlx(flatten)]
    credential: OptionalCredentialColumns,
    sealed: Vec<u8>,
    fingerprint: Vec<u8>,
    origin: String,
    created_at: i64,
}

impl OptionalCredentialColumns {
    pub(crate) fn into_credential(self) -> Result<Option<Credential>> {
        let Some(id) = self.cr_id else { return Ok(None) };
        match (self.cr_upstream_id, self.cr_version, self.cr_masked, self.cr_created_at, self.cr_updated_at) {
            (Some(upstream_id), Some(version), Some(masked), Some(created_at), Some(updated_at)) => {
                Ok(Some(Credential {
                    id: parse::text("credentials.id", &id)?,
                    upstream_id: parse::text("credentials.upstream_id", &upstream_id)?,
                    version,
                    masked,
                    created_at: Timestamp(created_at),
                    updated_at: Timestamp(updated_at),
                }))
            }
            _ => Err(Error::Damaged("credentials: the current version is missing".to_owned())),
        }
    }
}

fn sealed(row: SealedColumns) -> Result<(Credential, CredentialVersion)> {
    let credential =
        row.credential.into_credential()?.ok_or_else(|| Error::Damaged("credentials.id: missing".to_owned()))?;
    let version = CredentialVersion {
        credential_id: credential.id.clone(),
        version: credential.version,
        sealed: row.sealed,
        fingerprint: row.fingerprint,
        origin: row.origin,
        masked: credential.masked.clone(),
        created_at: Timestamp(row.created_at),
    };
    Ok((credential, version))
}

impl Store {
    /// The credential of an upstream with the version in use.
    pub async fn find_credential(&self, upstream: &UpstreamId) -> Result<Option<(Credential, CredentialVersion)>> {
        let row: Option<SealedColumns> =
            on!(pool self.control(), |c| sqlx::query_as(FIND).bind(upstream.as_str()).fetch_optional(c).await)?;
        row.map(sealed).transpose()
    }
}

impl Tx {
    /// The credential of an upstream with the version in use. It stays as it is until this transaction ends.
    pub async fn find_credential(&mut self, upstream: &UpstreamId) -> Result<Option<(Credential, CredentialVersion)>> {
        let row: Option<SealedColumns> =
            on!(tx &mut self.open, |c| sqlx::query_as(FIND).bind(upstream.as_str()).fetch_optional(c).await)?;
        row.map(sealed).transpose()
    }

    /// Adds a credential with its first version.
    pub async fn insert_credential(&mut self, credential: &Credential, version: &CredentialVersion) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query(
            "INSERT INTO credentials (id, upstream_id, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5)"
        )
        .bind(credential.id.as_str())
        .bind(credential.upstream_id.as_str())
        .bind(credential.version)
        .bind(credential.created_at.0)
        .bind(credential.updated_at.0)
        .execute(c)
        .await
        .map(drop))?;
        self.insert_credential_version(version).await
    }

    /// Puts a new version into use; the one before stays as history.
    pub async fn replace_secret(&mut self, credential: &Credential, version: &CredentialVersion) -> Result<()> {
        self.insert_credential_version(version).await?;
        on!(tx &mut self.open, |c| sqlx::query("UPDATE credentials SET version = $2, updated_at = $3 WHERE id = $1")
            .bind(credential.id.as_str())
            .bind(credential.version)
            .bind(credential.updated_at.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    async fn insert_credential_version(&mut self, version: &CredentialVersion) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query(
            "INSERT INTO credential_versions (credential_id, version, sealed, fingerprint, origin, masked, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        )
        .bind(version.credential_id.as_str())
        .bind(version.version)
        .bind(&version.sealed)
        .bind(&version.fingerprint)
        .bind(&version.origin)
        .bind(&version.masked)
        .bind(version.created_at.0)
        .execute(c)
        .await
        .map(drop))?;
        Ok(())
    }
}
