//! Store tests: opening a database.

use domain::{Installation, KeyringRow};
use store::{Error, Inspection, Location, Store, inspect};
use testkit_db::{TestDb, both_engines};

use crate::builders::{
    NOON, TestMacs, behind_its_back, behind_its_back_on_usage, project, request, sound, with_project,
};

async fn seed(store: &Store) -> (Installation, KeyringRow) {
    let installation = Installation { id: "00ff".to_owned(), setup_token_hash: None, created_at: NOON };
    let row = KeyringRow {
        id: "canary".to_owned(),
        kind: "canary".to_owned(),
        root_key_id: "rk_0".to_owned(),
        wrapped: vec![1],
        created_at: NOON,
    };
    let mut tx = store.begin().await.unwrap();
    tx.insert_installation(&TestMacs, &installation).await.unwrap();
    tx.insert_keyring_row(&row).await.unwrap();
    tx.insert_project(&TestMacs, &project()).await.unwrap();
    tx.commit().await.unwrap();
    (installation, row)
}

both_engines! {
    async fn tables_without_a_row_are_an_empty_database(db: TestDb) {
        assert!(matches!(inspect(&db.location).await.unwrap(), Inspection::Empty));
    }

    async fn a_seeded_database_shows_its_keyring_while_it_is_in_use(db: TestDb) {
        let (installation, row) = seed(&db.store).await;
        match inspect(&db.location).await.unwrap() {
            Inspection::Seeded { installation: found, keyring } => assert_eq!((found, keyring), (installation, vec![row])),
            other => panic!("{other:?}"),
        }
    }

    async fn a_seeded_database_shows_its_keyring_after_it_was_closed(db: TestDb) {
        let (installation, _) = seed(&db.store).await;
        db.store.close().await;
        match inspect(&db.location).await.unwrap() {
            Inspection::Seeded { installation: found, .. } => assert_eq!(found, installation),
            other => panic!("{other:?}"),
        }
    }

    async fn a_lost_keyring_makes_a_database_foreign(db: TestDb) {
        seed(&db.store).await;
        behind_its_back(&db, "DELETE FROM keyring").await;
        assert!(matches!(inspect(&db.location).await.unwrap(), Inspection::Foreign));
    }

    async fn rows_without_an_installation_make_a_database_foreign(db: TestDb) {
        with_project(&db.store).await;
        assert!(matches!(inspect(&db.location).await.unwrap(), Inspection::Foreign));
    }

    async fn request_rows_without_an_installation_make_a_database_foreign(db: TestDb) {
        db.store.insert_requests(&[request(0)]).await.unwrap();
        assert!(matches!(inspect(&db.location).await.unwrap(), Inspection::Foreign));
    }

    async fn tables_of_another_application_make_a_database_foreign(db: TestDb) {
        behind_its_back(&db, "CREATE TABLE wp_posts (id BIGINT)").await;
        assert!(matches!(inspect(&db.location).await.unwrap(), Inspection::Foreign));
    }

    async fn migrating_twice_changes_nothing(db: TestDb) {
        with_project(&db.store).await;
        db.store.migrate().await.unwrap();
        assert_eq!(sound(db.store.first_project().await.unwrap()), Some(project()));
    }

    async fn several_processes_may_migrate_at_once(db: TestDb) {
        // Back to nothing, then four at the same time.
        let index = match db.location {
            Location::Postgres { .. } => {
                "DROP FUNCTION key_search_grams(TEXT, TEXT); DROP FUNCTION key_search_count()"
            }
            _ => "DROP TABLE key_search_index",
        };
        behind_its_back(&db, &format!("DROP TABLE key_search; DROP TABLE key_counts; {index}")).await;
        for table in [
            "models", "credential_versions", "credentials", "upstreams", "key_versions", "keys", "sessions", "members", "users",
            "projects", "keyring", "installation", "audit", "audit_head", "leases", "jobs", "job_runs", "outbox", "changes",
            "schema_support", "_sqlx_migrations",
        ] {
            behind_its_back(&db, &format!("DROP TABLE {table}")).await;
        }
        behind_its_back_on_usage(&db, "DROP TABLE request_logs").await;
        behind_its_back_on_usage(&db, "DROP TABLE background_answers").await;
        behind_its_back_on_usage(&db, "DROP TABLE IF EXISTS _sqlx_migrations").await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let location = db.location.clone();
            tasks.spawn(async move {
                let store = Store::open(&location).await.unwrap();
                store.migrate().await.unwrap();
                store.ping().await.unwrap();
                store.close().await;
            });
        }
        tasks.join_all().await;
        with_project(&db.store).await;
    }

    async fn a_database_of_a_newer_version_is_refused(db: TestDb) {
        behind_its_back(&db, "UPDATE _sqlx_migrations SET version = version + 9000").await;
        match db.store.migrate().await {
            Err(Error::Damaged(what)) => assert!(what.contains("newer version"), "{what}"),
            other => panic!("{other:?}"),
        }
    }

    async fn a_store_answers_until_it_is_closed(db: TestDb) {
        db.store.ping().await.unwrap();
        db.store.close().await;
        assert!(matches!(db.store.ping().await, Err(Error::Unavailable(_))));
    }

    async fn a_handle_outlives_the_one_it_was_cloned_from(db: TestDb) {
        let clone = db.store.clone();
        let other = Store::open(&db.location).await.unwrap();
        drop(other);
        clone.ping().await.unwrap();
    }
}

/// Every file below a directory, with its bytes.
fn snapshot(dir: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn dir(location: &Location) -> &std::path::Path {
    match location {
        Location::Sqlite { dir } => dir,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn inspecting_creates_and_changes_nothing() {
    let db = testkit_db::sqlite().await;
    seed(&db.store).await;
    db.store.close().await;
    let before = snapshot(dir(&db.location));
    assert_eq!(before.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["control.db", "usage.db"]);
    inspect(&db.location).await.unwrap();
    assert_eq!(snapshot(dir(&db.location)), before);
}

#[tokio::test]
async fn inspecting_a_directory_without_databases_creates_nothing() {
    let empty = tempfile::tempdir().unwrap();
    let location = Location::Sqlite { dir: empty.path().to_owned() };
    assert!(matches!(inspect(&location).await.unwrap(), Inspection::Empty));
    assert_eq!(snapshot(empty.path()), []);
}

#[tokio::test]
async fn a_lost_control_database_beside_request_rows_is_foreign() {
    let db = testkit_db::sqlite().await;
    db.store.insert_requests(&[request(0)]).await.unwrap();
    db.store.close().await;
    std::fs::remove_file(dir(&db.location).join("control.db")).unwrap();
    assert!(matches!(inspect(&db.location).await.unwrap(), Inspection::Foreign));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_an_error() {
    let files = tempfile::tempdir().unwrap();
    std::fs::write(files.path().join("control.db"), [b'x'; 8192]).unwrap();
    let location = Location::Sqlite { dir: files.path().to_owned() };
    assert!(matches!(inspect(&location).await, Err(Error::Unavailable(_))));
}

#[tokio::test]
async fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let db = testkit_db::sqlite().await;
    seed(&db.store).await;
    db.store.insert_requests(&[request(0)]).await.unwrap();
    let files = std::fs::read_dir(dir(&db.location)).unwrap().map(Result::unwrap).collect::<Vec<_>>();
    assert!(files.iter().any(|file| file.file_name() == "control.db-wal"), "the log is among them");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn throw_away_databases_work_and_are_apart() {
    let (one, two) =
        (Store::open(&Location::SqliteMemory).await.unwrap(), Store::open(&Location::SqliteMemory).await.unwrap());
    one.migrate().await.unwrap();
    two.migrate().await.unwrap();
    with_project(&one).await;
    assert_eq!(sound(one.first_project().await.unwrap()), Some(project()));
    assert!(two.first_project().await.unwrap().is_none());
    assert!(matches!(inspect(&Location::SqliteMemory).await.unwrap(), Inspection::Empty));
}

#[tokio::test]
async fn what_cannot_be_reached_is_unavailable() {
    let nowhere = Location::Sqlite { dir: "/nonexistent/keywright".into() };
    assert!(matches!(Store::open(&nowhere).await, Err(Error::Unavailable(_))));
    // Port 1 refuses; the password must not show anywhere.
    let nowhere = Location::Postgres { url: "postgres://u:hunter2@127.0.0.1:1/db".to_owned() };
    assert!(!format!("{nowhere:?}").contains("hunter2"));
    for outcome in [Store::open(&nowhere).await.map(drop), inspect(&nowhere).await.map(drop)] {
        match outcome {
            Err(error @ Error::Unavailable(_)) => assert!(!format!("{error} {error:?}").contains("hunter2")),
            other => panic!("{other:?}"),
        }
    }
}
