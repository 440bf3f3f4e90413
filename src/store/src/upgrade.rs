//! Row MAC upgrade: reads rows that were written before rows were signed, once, in the transaction that says it is
//! done.

use domain::{
    Account, Credential, CredentialVersion, Installation, KeyVersion, Member, Project, RowMac, Unverified, Upstream,
    VirtualKey,
};

use crate::{
    Result, Tx,
    credentials::{CredentialRow, CredentialVersionRow},
    installation::InstallationRow,
    keys::{KeyRow, KeyVersionRow},
    on,
    projects::ProjectRow,
    signed::Bind,
    upstreams::UpstreamRow,
    users::{AccountRow, MemberRow},
};

/// So many keys are read at once.
const CHUNK: i64 = 1_000;

/// The rows of every small table that is signed, as they stand.
pub struct UnsignedRows {
    /// The installation.
    pub installation: Vec<Unverified<Installation>>,
    /// Projects.
    pub projects: Vec<Unverified<Project>>,
    /// People.
    pub accounts: Vec<Unverified<Account>>,
    /// Their roles.
    pub members: Vec<Unverified<Member>>,
    /// Upstreams.
    pub upstreams: Vec<Unverified<Upstream>>,
    /// Credentials.
    pub credentials: Vec<Unverified<Credential>>,
    /// Their secrets.
    pub credential_versions: Vec<Unverified<CredentialVersion>>,
}

/// A row that the upgrade signs.
pub enum Upgraded<'a> {
    /// The installation.
    Installation(&'a Installation),
    /// A project.
    Project(&'a Project),
    /// A person.
    Account(&'a Account),
    /// A role.
    Member(&'a Member),
    /// An upstream.
    Upstream(&'a Upstream),
    /// A credential.
    Credential(&'a Credential),
    /// A secret.
    CredentialVersion(&'a CredentialVersion),
    /// A key.
    Key(&'a VirtualKey),
    /// A key's secret.
    KeyVersion(&'a KeyVersion),
}

impl Tx {
    /// Every row of the small tables.
    pub async fn unsigned_rows(&mut self) -> Result<UnsignedRows> {
        Ok(UnsignedRows {
            installation: self.rows::<InstallationRow>("", &[]).await?,
            projects: self.rows::<ProjectRow>("", &[]).await?,
            accounts: self.rows::<AccountRow>("", &[]).await?,
            members: self.rows::<MemberRow>("", &[]).await?,
            upstreams: self.rows::<UpstreamRow>("", &[]).await?,
            credentials: self.rows::<CredentialRow>("", &[]).await?,
            credential_versions: self.rows::<CredentialVersionRow>("", &[]).await?,
        })
    }

    /// Some keys with ids behind `after`, each with its version in use, whose MAC is still the one over both
    /// (`key-row-v1`). Empty at the end.
    pub async fn unsigned_keys(
        &mut self,
        after: &str,
    ) -> Result<Vec<(Unverified<VirtualKey>, Option<Unverified<KeyVersion>>)>> {
        let binds = [Bind::Text(after), Bind::Number(CHUNK)];
        let keys = self.rows::<KeyRow>("WHERE t.id > $1 ORDER BY t.id LIMIT $2", &binds).await?;
        let Some(last) = keys.last().map(|key| key.id().to_owned()) else { return Ok(Vec::new()) };
        let tail = "JOIN keys k ON k.id = t.key_id AND k.version = t.version \
                    WHERE t.key_id > $1 AND t.key_id <= $2 ORDER BY t.key_id";
        let versions = self.rows::<KeyVersionRow>(tail, &[Bind::Text(after), Bind::Text(&last)]).await?;
        let mut versions = versions.into_iter().peekable();
        let owner = |version: &Unverified<KeyVersion>| version.id().split('/').next().unwrap_or_default().to_owned();
        Ok(keys
            .into_iter()
            .map(|key| {
                while versions.next_if(|version| owner(version).as_str() < key.id()).is_some() {}
                let version = versions.next_if(|version| owner(version) == key.id());
                (key, version)
            })
            .collect())
    }

    /// Signs a row that stands at epoch 0.
    pub async fn sign_upgraded(&mut self, macs: &dyn RowMac, row: Upgraded<'_>) -> Result<()> {
        match row {
            Upgraded::Installation(row) => self.sign_unsigned::<InstallationRow>(macs, row).await,
            Upgraded::Project(row) => self.sign_unsigned::<ProjectRow>(macs, row).await,
            Upgraded::Account(row) => self.sign_unsigned::<AccountRow>(macs, row).await,
            Upgraded::Member(row) => self.sign_unsigned::<MemberRow>(macs, row).await,
            Upgraded::Upstream(row) => self.sign_unsigned::<UpstreamRow>(macs, row).await,
            Upgraded::Credential(row) => self.sign_unsigned::<CredentialRow>(macs, row).await,
            Upgraded::CredentialVersion(row) => self.sign_unsigned::<CredentialVersionRow>(macs, row).await,
            Upgraded::Key(row) => self.sign_unsigned::<KeyRow>(macs, row).await,
            Upgraded::KeyVersion(row) => self.sign_unsigned::<KeyVersionRow>(macs, row).await,
        }
    }

    /// Ends every session: what their ids were stored as is no longer how ids are looked up.
    pub async fn end_every_session(&mut self) -> Result<()> {
        self.delete_all_sessions().await
    }

    /// Whether the audit log has a record of this act.
    pub async fn has_audit_record(&mut self, action: &str) -> Result<bool> {
        let found: Option<i64> = on!(tx &mut self.open, |c| sqlx::query_scalar(
            "SELECT seq FROM audit WHERE action = $1 LIMIT 1"
        )
        .bind(action)
        .fetch_optional(c)
        .await)?;
        Ok(found.is_some())
    }
}
