//! Test databases: both engines, for tests of store and control.
//!
//! Every test gets databases of its own, migrated and empty, which go when the test ends. `PostgreSQL` is the server
//! that `KEYWRIGHT_TEST_POSTGRES` names; `scripts/postgres.sh run` starts one.
// A test that cannot have its database has failed.
#![allow(clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

mod fault;
mod first_version;
mod older;
mod postgres;
mod tamper;

pub use fault::{Lock, lock_postgres, lock_sqlite};
pub use first_version::first_version;
pub use older::{applied, execute, migrate_up_to};
use store::{Location, Store};
pub use tamper::{ColumnKind, DbColumn, Intruder};
use tempfile::TempDir;

const NO_SERVER: &str = "KEYWRIGHT_TEST_POSTGRES is not set. Run the tests by `scripts/postgres.sh run cargo test …`, \
    or set KEYWRIGHT_TEST_SQLITE_ONLY=1 to leave PostgreSQL out";

/// Databases of one test's own.
pub struct TestDb {
    /// The store over them.
    pub store: Store,
    /// Where they are: for opening them a second time.
    pub location: Location,
    _guard: Guard,
}

/// What goes when the test ends.
#[allow(dead_code)] // kept for being dropped
enum Guard {
    Files(TempDir),
    Database(postgres::Database),
}

/// Files in a temporary directory, opened as the product opens them.
pub async fn sqlite() -> TestDb {
    let files = TempDir::with_prefix("keywright-test-").expect("a temporary directory");
    let location = Location::Sqlite { dir: files.path().to_owned() };
    open(location, Guard::Files(files)).await
}

/// A database of its own on the server that `KEYWRIGHT_TEST_POSTGRES` names; `None` if it names none.
pub async fn postgres() -> Option<TestDb> {
    let server = postgres::server()?;
    let database = postgres::Database::create(&server).await;
    let location = Location::Postgres { url: database.url().to_owned() };
    Some(open(location, Guard::Database(database)).await)
}

/// The same, but a test must not pass for want of a server: unless `KEYWRIGHT_TEST_SQLITE_ONLY=1` says so, its
/// absence is a failure that names the way to have one.
pub async fn postgres_or_skip() -> Option<TestDb> {
    let found = postgres().await;
    if found.is_none() {
        assert!(postgres::skipping(), "{NO_SERVER}");
        #[allow(clippy::print_stderr)] // the test's own output
        {
            eprintln!("left out: KEYWRIGHT_TEST_SQLITE_ONLY=1");
        }
    }
    found
}

/// An empty database, not even migrated: for a product that is to seed it. It goes with the cluster.
pub async fn empty_postgres() -> Option<String> {
    let Some(server) = postgres::server() else {
        assert!(postgres::skipping(), "{NO_SERVER}");
        return None;
    };
    let database = postgres::Database::create(&server).await;
    let url = database.url().to_owned();
    std::mem::forget(database);
    Some(url)
}

/// An empty place for a database, not even migrated. Files go with the second value.
pub async fn empty(postgres: bool) -> Option<(Location, Option<TempDir>)> {
    if postgres {
        return empty_postgres().await.map(|url| (Location::Postgres { url }, None));
    }
    let files = TempDir::with_prefix("keywright-test-").expect("a temporary directory");
    Some((Location::Sqlite { dir: files.path().to_owned() }, Some(files)))
}

/// Every row of every table of the database at `url`, as text: for looking whether something is in there.
pub async fn dump(url: &str) -> String {
    postgres::dump(url).await
}

async fn open(location: Location, guard: Guard) -> TestDb {
    let store = Store::open(&location).await.expect("a fresh database opens");
    store.migrate().await.expect("a fresh database migrates");
    TestDb { store, location, _guard: guard }
}

/// Makes two tests of each function, `NAME::sqlite` and `NAME::postgres`.
///
/// ```ignore
/// both_engines! {
///     /// What holds.
///     async fn a_key_is_found(db: TestDb) { … }
/// }
/// ```
#[macro_export]
macro_rules! both_engines {
    ($($(#[$attribute:meta])* async fn $name:ident($db:ident: $kind:ty) $body:block)+) => {$(
        mod $name {
            use super::*;

            $(#[$attribute])*
            async fn body($db: $kind) $body

            #[::tokio::test]
            async fn sqlite() {
                body($crate::sqlite().await).await;
            }

            #[::tokio::test]
            async fn postgres() {
                if let Some(db) = $crate::postgres_or_skip().await {
                    body(db).await;
                }
            }
        }
    )+};
}
