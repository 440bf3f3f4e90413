//! Start-up tests: what a start refuses, narrows and warns about, and which commands leave a schema alone. As
//! processes.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
    time::{Duration, Instant},
};

use domain::Timestamp;
use keyring::{Keyring, RootKeySource, load_root_key};
use server::sources::SystemRandom;
use store::{Location, Schema, schema};
use testkit_db::{applied, empty, empty_postgres, execute, migrate_up_to};

use crate::serving::{Serving, initialised, keywright, run, text};

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn serve(dir: &Path) -> Command {
    let mut command = keywright(dir);
    command.args(["serve", "--gateway-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    command
}

/// Exit 1 within two seconds, the fix named, nothing announced, nothing made.
fn refused(command: &mut Command, dir: &Path, fix: &str) -> String {
    let started = Instant::now();
    let out = run(command);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{said}");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert!(said.contains(fix) && out.stdout.is_empty(), "{said}");
    assert!(!dir.join("control.db").exists(), "nothing was made");
    said
}

#[test]
fn serve_refuses_what_others_can_write() {
    let dir = initialised();
    let root_key = dir.path().join("root.key");
    let settings = dir.path().join("keywright.toml");
    fs::write(&settings, "").unwrap();
    set(&settings, 0o600);
    for (path, good) in [(dir.path(), 0o700), (&root_key, 0o600), (&settings, 0o600)] {
        set(path, good | 0o022);
        refused(&mut serve(dir.path()), dir.path(), &format!("chmod go-w {}", path.display()));
        set(path, good);
    }
}

#[test]
fn serve_narrows_what_is_its_own_and_warns_about_the_rest() {
    let dir = initialised();
    drop(Serving::start(dir.path(), &[]));
    let own = ["control.db", "usage.db", "root.key", "setup-token"];
    for name in own {
        set(&dir.path().join(name), 0o644);
    }
    set(dir.path(), 0o755);
    set(&dir.path().join("spool"), 0o755);
    let mounted = tempfile::tempdir().unwrap();
    let secret = mounted.path().join("root-key");
    fs::copy(dir.path().join("root.key"), &secret).unwrap();
    set(&secret, 0o444);
    let log = mounted.path().join("log");
    let file = secret.display().to_string();
    let serving =
        Serving::logging(dir.path(), &[("ENCRYPTION_KEY_FILE", file.as_str())], fs::File::create(&log).unwrap().into());
    for name in own {
        assert_eq!(mode(&dir.path().join(name)), 0o600, "{name}");
    }
    for name in ["control.db-wal", "control.db-shm"] {
        assert_eq!(mode(&dir.path().join(name)), 0o600, "{name}");
    }
    assert_eq!((mode(dir.path()), mode(&dir.path().join("spool"))), (0o700, 0o700));
    assert_eq!(mode(&secret), 0o444, "what is mounted is left as it is");
    serving.stop();
    let said = fs::read_to_string(&log).unwrap();
    assert!(said.contains(&file) && said.contains("chmod 400"), "{said}");
}

#[test]
fn a_root_key_of_a_pattern_is_refused_and_not_repeated() {
    let dir = tempfile::tempdir().unwrap();
    for key in ["ab".repeat(32), "00112233".repeat(8), (0..32).map(|n| format!("{n:02x}")).collect::<Vec<_>>().concat()]
    {
        let said = refused(serve(dir.path()).env("ENCRYPTION_KEY", &key), dir.path(), "keywright init");
        assert!(!said.contains(&key), "{said}");
        let file = dir.path().join("weak.key");
        fs::write(&file, &key).unwrap();
        set(&file, 0o600);
        refused(serve(dir.path()).env("ENCRYPTION_KEY_FILE", &file), dir.path(), "weak.key");
    }
}

#[test]
fn a_weak_admin_token_is_refused_and_not_repeated() {
    let dir = initialised();
    for token in ["short-canary", &"canary".repeat(8), &"0123456789".repeat(4), &"ab".repeat(20)] {
        let said = refused(serve(dir.path()).env("ADMIN_TOKEN", token), dir.path(), "openssl rand -hex 32");
        assert!(!said.contains(token) && !said.contains("canary"), "{said}");
    }
}

#[test]
fn variables_that_mean_nothing_are_warned_about() {
    let dir = initialised();
    let log = dir.path().join("log");
    let settings = [("KEYWRIGHT_IDLE_TIMEUOT", "9"), ("KEYWRIGHT_SERVICE_HOST", "10.0.0.1"), ("KEYWRIGHT_PORT", "x")];
    Serving::logging(dir.path(), &settings, fs::File::create(&log).unwrap().into()).stop();
    let said = fs::read_to_string(&log).unwrap();
    assert!(said.contains("KEYWRIGHT_IDLE_TIMEUOT") && said.contains("do you mean KEYWRIGHT_IDLE_TIMEOUT?"), "{said}");
    assert!(!said.contains("KEYWRIGHT_SERVICE_HOST") && !said.contains("KEYWRIGHT_PORT"), "{said}");
    let checked = run(keywright(dir.path()).args(["config", "check"]).envs(settings));
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    assert!(text(&checked.stderr).contains("KEYWRIGHT_IDLE_TIMEUOT"));
    let wrong = run(keywright(dir.path()).args(["config", "check"]).env("KEYWRIGHT_IDLE_TIMEOUT", "soon"));
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("http.idle_timeout"), "{}", text(&wrong.stderr));
}

/// `doctor` says what a start would, and that an unverified way to PostgreSQL is one.
#[test]
fn doctor_names_permissions_and_an_unverified_postgres() {
    let dir = initialised();
    set(dir.path(), 0o770);
    let out = run(keywright(dir.path()).arg("doctor"));
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stdout).contains("chmod go-w"), "{}", text(&out.stdout));
    set(dir.path(), 0o700);
    // Nothing listens there: the database is wrong, and the way to it is named all the same.
    let out = run(keywright(dir.path())
        .arg("doctor")
        .env("DATABASE_URL", "postgres://u:canary@127.0.0.1:1/k?host=0.0.0.0")
        .env("PGSSLROOTCERT", "/nowhere"));
    let said = text(&out.stdout);
    assert!(said.contains("sslmode=verify-full") && said.contains("PGSSLROOTCERT is set"), "{said}");
    assert!(!said.contains("canary"), "{said}");
}

/// An installation that only the first migration has touched, as a running older version has it.
async fn older_installation(dir: &Path, location: &Location) {
    migrate_up_to(location, 1).await;
    let root = load_root_key(&RootKeySource::File(dir.join("root.key"))).ok().unwrap();
    let id = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    let (_, rows) = Keyring::seed(&root, id, Timestamp(1), &SystemRandom);
    let mut sql = vec![format!("INSERT INTO installation (singleton, id, created_at) VALUES (1, '{id}', 1);")];
    for row in rows {
        let hex = row.wrapped.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let wrapped =
            if matches!(location, Location::Postgres { .. }) { format!("'\\x{hex}'") } else { format!("x'{hex}'") };
        sql.push(format!(
            "INSERT INTO keyring (id, kind, root_key_id, wrapped, created_at) VALUES ('{}', '{}', '{}', {wrapped}, 1);",
            row.id, row.kind, row.root_key_id
        ));
    }
    execute(location, &sql.concat()).await;
}

fn on(mut command: Command, location: &Location) -> Output {
    if let Location::Postgres { url } = location {
        command.env("DATABASE_URL", url);
    }
    run(&mut command)
}

async fn commands_leave_an_older_schema_alone(dir: &Path, location: &Location) {
    older_installation(dir, location).await;
    for arguments in [
        &["keys", "list", "--local"][..],
        &["keys", "create", "--name", "x", "--local"],
        &["upstreams", "list", "--local"],
        &["logs", "list", "--local"],
        &["users", "reset-password", "--local", "--email", "a@b.c"],
    ] {
        let mut command = keywright(dir);
        command.args(arguments);
        let out = on(command, location);
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(6), "{arguments:?}: {said}");
        assert!(said.contains("older version") && said.contains("keywright migrate"), "{said}");
        assert_eq!(applied(location).await, [1], "{arguments:?}");
    }
    let mut command = keywright(dir);
    command.arg("doctor");
    let out = on(command, location);
    assert!(text(&out.stdout).contains("schema\twarning\t"), "{}", text(&out.stdout));
    assert_eq!(applied(location).await, [1]);
    // Several nodes of the new version at once: one migrates, the others wait and use it.
    let nodes: Vec<_> = (0..4)
        .map(|_| {
            let mut command = keywright(dir);
            command.arg("migrate");
            let location = location.clone();
            std::thread::spawn(move || on(command, &location))
        })
        .collect();
    for node in nodes {
        let out = node.join().unwrap();
        assert!(out.status.success(), "{}", text(&out.stderr));
    }
    assert_eq!(schema(location).await.unwrap(), Schema::Current);
    let listed = applied(location).await;
    assert!(listed.windows(2).all(|pair| pair[0] < pair[1]), "each once: {listed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_leave_an_older_sqlite_schema_alone_and_migrate_once() {
    let dir = initialised();
    let location = Location::Sqlite { dir: dir.path().to_owned() };
    commands_leave_an_older_schema_alone(dir.path(), &location).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_leave_an_older_postgres_schema_alone_and_migrate_once() {
    let Some(url) = empty_postgres().await else { return };
    let dir = initialised();
    commands_leave_an_older_schema_alone(dir.path(), &Location::Postgres { url }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_servers_started_at_once_on_an_empty_postgres_seed_it_once() {
    let Some((location, _)) = empty(true).await else { return };
    let dir = initialised();
    let nodes: Vec<_> = (0..3)
        .map(|_| {
            let mut command = keywright(dir.path());
            command.arg("migrate");
            let location = location.clone();
            std::thread::spawn(move || on(command, &location))
        })
        .collect();
    for node in nodes {
        let out = node.join().unwrap();
        assert!(out.status.success(), "{}", text(&out.stderr));
    }
    assert_eq!(schema(&location).await.unwrap(), Schema::Current);
}

/// A command beside a newer version's database that excludes this one.
#[tokio::test]
async fn serve_and_commands_refuse_a_schema_that_excludes_them() {
    let dir = initialised();
    let location = Location::Sqlite { dir: dir.path().to_owned() };
    let made = run(keywright(dir.path()).arg("migrate"));
    assert!(made.status.success(), "{}", text(&made.stderr));
    let tomorrow = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                    VALUES (9000, 'tomorrow', TRUE, x'00', 0);";
    execute(&location, tomorrow).await;
    let listed = run(keywright(dir.path()).args(["keys", "list", "--local"]));
    assert!(listed.status.success(), "a newer schema that names this version: {}", text(&listed.stderr));
    execute(&location, "UPDATE schema_support SET oldest_migration = 9000, oldest_program = '7.8.9'").await;
    for (arguments, code) in [(&["keys", "list", "--local"][..], 6), (&["serve"], 1), (&["migrate"], 1)] {
        let out = run(keywright(dir.path()).args(arguments));
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains("7.8.9") && said.contains("Install the newer version"), "{said}");
    }
}
