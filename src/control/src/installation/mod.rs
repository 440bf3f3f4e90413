//! Start-up sequence of an installation, in the only safe order: root key, canary, and only then migration and seed
//! (C10, R10).

mod opening;
mod upgrade;

use std::sync::Arc;

use domain::{Clock, Installation, Project, ProjectId, Random, Timestamp};
use keyring::{Keyring, RootKey};
use store::{Inspection, Location, SchemaError, Store};

pub use opening::OpeningError;
use opening::unlock;

/// For `serve` and `migrate`: checks `root` against the database without writing, then migrates, and seeds an empty one.
pub async fn open(
    location: &Location,
    root: &RootKey,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Result<(Store, Keyring), OpeningError> {
    let found = match store::inspect(location).await? {
        Inspection::Foreign => return Err(OpeningError::Foreign),
        Inspection::Seeded { installation, keyring } => Some(unlock(root, &installation.id, &keyring)?),
        Inspection::Empty => None,
    };
    store::schema(location).await?.migratable()?;
    let store = Store::open(location).await?;
    store.migrate().await?;
    let keyring = match found {
        Some(keyring) if keyring.rows_are_signed() => keyring,
        Some(keyring) => {
            upgrade::sign_rows(&store, root, &keyring, clock.now(), &**random).await?;
            keyring
        }
        None => seed(&store, root, clock.now(), &**random).await?,
    };
    anchor(&store, &keyring).await?;
    Ok((store, keyring))
}

/// For every other command: the same checks, but a schema that is not this program's is refused and never changed.
pub async fn open_unchanged(location: &Location, root: &RootKey) -> Result<(Store, Keyring), OpeningError> {
    let keyring = match store::inspect(location).await? {
        Inspection::Foreign => return Err(OpeningError::Foreign),
        Inspection::Empty => return Err(SchemaError::Absent.into()),
        Inspection::Seeded { installation, keyring } => unlock(root, &installation.id, &keyring)?,
    };
    store::schema(location).await?.usable()?;
    // The tables are of this version, and the upgrade that signs their rows has not ended.
    if !keyring.rows_are_signed() {
        return Err(SchemaError::Older.into());
    }
    Ok((Store::open(location).await?, keyring))
}

/// From here on an audit log without its head shows that it was removed.
async fn anchor(store: &Store, keyring: &Keyring) -> Result<(), store::Error> {
    if store.audit_head().await?.is_some() {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    if let Some(seq) = tx.anchor_audit_head(&crate::audit::mac(keyring)).await? {
        tracing::info!(seq, "the audit log's head is anchored");
    }
    tx.commit().await
}

/// Installation id, keyring, canary and the first project, in one transaction. Of two nodes that meet an empty
/// database at once, one wins and the other opens what it wrote.
async fn seed(store: &Store, root: &RootKey, now: Timestamp, random: &dyn Random) -> Result<Keyring, OpeningError> {
    let id = random.bytes::<16>().iter().fold(String::with_capacity(32), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    let installation = Installation { id, setup_token_hash: None, created_at: now };
    let (keyring, rows) = Keyring::seed(root, &installation.id, now, random);
    let project = Project { id: ProjectId::new(now, random.bytes()), name: "Default".to_owned(), created_at: now };
    let written = async {
        let mut tx = store.begin().await?;
        tx.insert_installation(&keyring, &installation).await?;
        for row in &rows {
            tx.insert_keyring_row(row).await?;
        }
        tx.insert_project(&keyring, &project).await?;
        tx.commit().await
    };
    match written.await {
        Ok(()) => Ok(keyring),
        Err(store::Error::Conflict(_)) => {
            // The winner's transaction is committed: its rows are all there.
            let installation_id = store.installation_id().await?.ok_or(OpeningError::Foreign)?;
            unlock(root, &installation_id, &store.list_keyring().await?)
        }
        Err(error) => Err(error.into()),
    }
}
