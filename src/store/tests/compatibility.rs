//! Schema compatibility: who may use which schema, and who may change it (F21).

use store::{Error, Location, Schema, SchemaError, Store, schema};
use testkit_db::{applied, empty, execute, migrate_up_to};

/// The same on both engines, each on a database that is untouched.
macro_rules! on_empty {
    ($(async fn $name:ident($location:ident: $kind:ty) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn body($location: $kind) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let (location, _files) = empty(false).await.unwrap();
                body(location).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some((location, _)) = empty(true).await {
                    body(location).await;
                }
            }
        }
    )+};
}

async fn migrated(location: &Location) -> Result<(), Error> {
    let store = Store::open(location).await?;
    let outcome = store.migrate().await;
    store.close().await;
    outcome
}

/// As a migration of a version to come would: it adds a table and says who may use the schema from then on.
async fn migrate_beyond(location: &Location, oldest_migration: i64) {
    migrated(location).await.unwrap();
    let sum = if matches!(location, Location::Postgres { .. }) { "'\\x00'" } else { "x'00'" };
    execute(
        location,
        &format!(
            "CREATE TABLE tomorrow (id BIGINT); \
             INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9000, 'tomorrow', TRUE, {sum}, 0); \
             UPDATE schema_support SET oldest_migration = {oldest_migration}, oldest_program = '7.8.9'"
        ),
    )
    .await;
}

on_empty! {
    async fn a_new_database_has_no_schema_and_then_this_versions(location: Location) {
        assert_eq!(schema(&location).await.unwrap(), Schema::Absent);
        assert_eq!(Schema::Absent.usable(), Err(SchemaError::Absent));
        migrated(&location).await.unwrap();
        assert_eq!(schema(&location).await.unwrap(), Schema::Current);
    }

    async fn a_database_at_the_first_migration_is_older_until_it_is_migrated(location: Location) {
        migrate_up_to(&location, 1).await;
        assert_eq!(schema(&location).await.unwrap(), Schema::Older);
        let refused = Schema::Older.usable().unwrap_err().to_string();
        assert!(refused.contains("keywright migrate") && refused.contains("Nothing was changed"), "{refused}");
        assert_eq!(applied(&location).await, [1], "looking changes nothing");
        migrated(&location).await.unwrap();
        assert_eq!(schema(&location).await.unwrap(), Schema::Current);
    }

    async fn a_newer_schema_that_names_this_version_is_used(location: Location) {
        migrate_beyond(&location, 6).await;
        assert_eq!(schema(&location).await.unwrap(), Schema::Newer);
        let before = applied(&location).await;
        migrated(&location).await.unwrap();
        assert_eq!(applied(&location).await, before);
    }

    async fn a_newer_schema_that_excludes_this_version_is_refused_with_the_version_it_needs(location: Location) {
        migrate_beyond(&location, 9000).await;
        let found = schema(&location).await.unwrap();
        assert_eq!(found, Schema::TooNew { oldest_program: Some("7.8.9".to_owned()) });
        match migrated(&location).await {
            Err(Error::Damaged(what)) => assert!(what.contains("newer version") && what.contains("7.8.9"), "{what}"),
            other => panic!("{other:?}"),
        }
    }

    async fn a_newer_schema_that_says_nothing_is_refused(location: Location) {
        migrate_beyond(&location, 6).await;
        execute(&location, "DELETE FROM schema_support").await;
        assert_eq!(schema(&location).await.unwrap(), Schema::TooNew { oldest_program: None });
    }

    async fn a_migration_of_another_build_is_refused(location: Location) {
        migrated(&location).await.unwrap();
        execute(&location, "UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM _sqlx_migrations WHERE version = 6) WHERE version = 1").await;
        assert!(matches!(schema(&location).await.unwrap(), Schema::Damaged(what) if what.contains("migration 1")));
        assert!(matches!(migrated(&location).await, Err(Error::Damaged(_))));
    }

    async fn several_nodes_started_at_once_migrate_once(location: Location) {
        migrate_up_to(&location, 1).await;
        let mut nodes = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let location = location.clone();
            nodes.spawn(async move { migrated(&location).await });
        }
        for outcome in nodes.join_all().await {
            outcome.unwrap();
        }
        let listed = applied(&location).await;
        let mut once = listed.clone();
        once.dedup();
        assert!(listed.len() >= 2 && listed == once, "{listed:?}");
        assert_eq!(schema(&location).await.unwrap(), Schema::Current);
    }
}
