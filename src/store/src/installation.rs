//! Installation table, its wrapped keys, and the one-time token that claims it.

use domain::{Installation, KeyringRow, RowMac, Timestamp, Unverified, Verified};

use crate::{Result, Store, Tx, on, signed::Mapped, table::table};

/// The only value of `installation.singleton`.
const SINGLETON: i64 = 1;

pub(crate) const SELECT_INSTALLATION: &str = "SELECT id, created_at FROM installation";
pub(crate) const SELECT_KEYRING: &str = "SELECT id, kind, root_key_id, wrapped, created_at FROM keyring ORDER BY id";

table! {
    /// The one row that says which installation this is.
    InstallationRow in "installation", signed "installation-v1", key(singleton);
    singleton: i64;
    id: String;
    setup_token_hash: Option<Vec<u8>>;
    created_at: i64;
}

table! {
    /// A wrapped key: an authenticated envelope, which is checked before anything else at a start.
    KeyringColumns in "keyring", unsigned "each row is an envelope under the root key; one that was changed stops the start, and created_at is for people to read";
    id: String;
    kind: String;
    root_key_id: String;
    wrapped: Vec<u8>;
    created_at: i64;
}

/// What identifies an installation, readable before its tables are those of this version.
#[derive(sqlx::FromRow)]
pub(crate) struct InstallationIdentity {
    id: String,
    created_at: i64,
}

impl From<InstallationIdentity> for Installation {
    fn from(row: InstallationIdentity) -> Self {
        Self { id: row.id, setup_token_hash: None, created_at: Timestamp(row.created_at) }
    }
}

impl Mapped for InstallationRow {
    type Value = Installation;

    fn parse(self) -> Result<Installation> {
        Ok(Installation {
            id: self.id,
            setup_token_hash: self.setup_token_hash,
            created_at: Timestamp(self.created_at),
        })
    }

    fn of(installation: &Installation) -> Self {
        let Installation { id, setup_token_hash, created_at } = installation;
        Self {
            singleton: SINGLETON,
            id: id.clone(),
            setup_token_hash: setup_token_hash.clone(),
            created_at: created_at.0,
            epoch: 0,
            mac: None,
        }
    }
}

impl From<KeyringColumns> for KeyringRow {
    fn from(row: KeyringColumns) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            root_key_id: row.root_key_id,
            wrapped: row.wrapped,
            created_at: Timestamp(row.created_at),
        }
    }
}

impl KeyringColumns {
    fn of(row: &KeyringRow) -> Self {
        let KeyringRow { id, kind, root_key_id, wrapped, created_at } = row;
        Self {
            id: id.clone(),
            kind: kind.clone(),
            root_key_id: root_key_id.clone(),
            wrapped: wrapped.clone(),
            created_at: created_at.0,
        }
    }
}

impl Store {
    /// The installation; `None` until it is seeded.
    pub async fn find_installation(&self) -> Result<Option<Unverified<Installation>>> {
        self.row::<InstallationRow>("", &[]).await
    }

    /// The id of the installation, to open its keyring with; `None` until it is seeded.
    pub async fn installation_id(&self) -> Result<Option<String>> {
        Ok(on!(pool self.control(), |c| sqlx::query_scalar("SELECT id FROM installation").fetch_optional(c).await)?)
    }

    /// The wrapped keys, by id.
    pub async fn list_keyring(&self) -> Result<Vec<KeyringRow>> {
        let rows: Vec<KeyringColumns> =
            on!(pool self.control(), |c| sqlx::query_as(SELECT_KEYRING).fetch_all(c).await)?;
        Ok(rows.into_iter().map(KeyringRow::from).collect())
    }
}

impl Tx {
    /// Seeds an empty database; [`crate::Error::Conflict`] where another process was first.
    pub async fn insert_installation(&mut self, macs: &dyn RowMac, installation: &Installation) -> Result<()> {
        self.insert_row::<InstallationRow>(macs, installation).await
    }

    /// The installation. It stays as it is until this transaction ends.
    pub async fn find_installation(&mut self) -> Result<Option<Unverified<Installation>>> {
        self.row::<InstallationRow>("", &[]).await
    }

    /// Writes the installation back.
    pub async fn update_installation(
        &mut self,
        macs: &dyn RowMac,
        installation: Verified<Installation>,
    ) -> Result<Verified<Installation>> {
        self.update_row::<InstallationRow>(macs, installation).await
    }

    /// The wrapped keys, by id, as of this transaction.
    pub async fn list_keyring(&mut self) -> Result<Vec<KeyringRow>> {
        let rows: Vec<KeyringColumns> = on!(tx &mut self.open, |c| sqlx::query_as(SELECT_KEYRING).fetch_all(c).await)?;
        Ok(rows.into_iter().map(KeyringRow::from).collect())
    }

    /// Adds a wrapped key.
    pub async fn insert_keyring_row(&mut self, row: &KeyringRow) -> Result<()> {
        KeyringColumns::of(row).insert(&mut self.open).await
    }

    /// Replaces what a wrapped key holds.
    pub async fn update_keyring_row(&mut self, row: &KeyringRow) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query("UPDATE keyring SET wrapped = $2 WHERE id = $1")
            .bind(&row.id)
            .bind(&row.wrapped)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
