//! Opening an installation in the only safe order: root key, canary, and only then migration and seed (C10, R10).

use std::sync::Arc;

use domain::{Clock, Installation, Project, ProjectId, Random, Timestamp};
use keyring::{Keyring, OpenError, RootKey};
use store::{Inspection, Location, SchemaError, Store};

/// Why an installation cannot be opened. `Display` names the fix.
#[derive(Debug, thiserror::Error)]
pub enum OpeningError {
    /// The root key is another one.
    #[error(
        "wrong root key: the database was sealed under {expected}, and {given} was supplied. \
         Supply the right one (ENCRYPTION_KEY_FILE, ENCRYPTION_KEY or DIR/root.key). The database is untouched"
    )]
    WrongRootKey {
        /// Id of the key the database needs.
        expected: String,
        /// Id of the key that was supplied.
        given: String,
    },
    /// The keyring's rows do not open.
    #[error("the keyring in the database is damaged ({0}); restore a backup. The database is untouched")]
    Damaged(String),
    /// Tables, but not ours or without our keyring.
    #[error(
        "the database holds tables but no keyring of Keywright; point it at an empty database or restore a backup. \
         The database is untouched"
    )]
    Foreign,
    /// Its tables are not the ones that this program may use.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// It does not answer.
    #[error("the database cannot be opened: {0}")]
    Store(#[from] store::Error),
}

/// For `serve` and `migrate`: checks `root` against the database without writing, then migrates, and seeds an empty one.
pub async fn open(
    location: &Location,
    root: &RootKey,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Result<(Store, Keyring), OpeningError> {
    let found = match store::inspect(location).await? {
        Inspection::Foreign => return Err(OpeningError::Foreign),
        Inspection::Seeded { installation, keyring } => Some(unlock(root, &installation, &keyring)?),
        Inspection::Empty => None,
    };
    store::schema(location).await?.migratable()?;
    let store = Store::open(location).await?;
    store.migrate().await?;
    let keyring = match found {
        Some(keyring) => keyring,
        None => seed(&store, root, clock.now(), &**random).await?,
    };
    Ok((store, keyring))
}

/// For every other command: the same checks, but a schema that is not this program's is refused and never changed.
pub async fn open_unchanged(location: &Location, root: &RootKey) -> Result<(Store, Keyring), OpeningError> {
    let keyring = match store::inspect(location).await? {
        Inspection::Foreign => return Err(OpeningError::Foreign),
        Inspection::Empty => return Err(SchemaError::Absent.into()),
        Inspection::Seeded { installation, keyring } => unlock(root, &installation, &keyring)?,
    };
    store::schema(location).await?.usable()?;
    Ok((Store::open(location).await?, keyring))
}

fn unlock(root: &RootKey, installation: &Installation, rows: &[domain::KeyringRow]) -> Result<Keyring, OpeningError> {
    Keyring::open(root, &installation.id, rows).map_err(|error| match error {
        OpenError::WrongRootKey { expected, given } => OpeningError::WrongRootKey { expected, given },
        OpenError::Damaged(what) => OpeningError::Damaged(what),
    })
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
    let installation = Installation { id, created_at: now };
    let (keyring, rows) = Keyring::seed(root, &installation.id, now, random);
    let project = Project { id: ProjectId::new(now, random.bytes()), name: "Default".to_owned(), created_at: now };
    let written = async {
        let mut tx = store.begin().await?;
        tx.insert_installation(&installation).await?;
        for row in &rows {
            tx.insert_keyring_row(row).await?;
        }
        tx.insert_project(&project).await?;
        tx.commit().await
    };
    match written.await {
        Ok(()) => Ok(keyring),
        Err(store::Error::Conflict(_)) => {
            // The winner's transaction is committed: its rows are all there.
            let installation = store.find_installation().await?.ok_or(OpeningError::Foreign)?;
            unlock(root, &installation, &store.list_keyring().await?)
        }
        Err(error) => Err(error.into()),
    }
}
