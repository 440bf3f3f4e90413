//! The binary as a process: start-up order, exit codes, signals, `kill -9`, the command line.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use testkit::FakeUpstream;

const TOKEN: &str = "process-test-admin-token-0123456789ab";

fn keywright(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keywright"));
    command.env_clear().env("KEYWRIGHT_DATA_DIR", dir).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn initialised() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let out = run(keywright(dir.path()).arg("init"));
    assert!(out.status.success(), "{}", text(&out.stderr));
    dir
}

/// A running `serve`; killed when it goes out of scope.
struct Serving {
    child: Child,
    gateway: String,
    admin: String,
}

impl Serving {
    fn start(dir: &Path, settings: &[(&str, &str)]) -> Self {
        Self::logging(dir, settings, Stdio::inherit())
    }

    fn logging(dir: &Path, settings: &[(&str, &str)], log: Stdio) -> Self {
        let mut command = keywright(dir);
        command
            .args(["serve", "--gateway-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .env("ADMIN_TOKEN", TOKEN)
            .env("KEYWRIGHT_UPSTREAM_ALLOWED_CIDRS", "127.0.0.0/8")
            .env("KEYWRIGHT_LOG", "warn")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut url = |word: &str| {
            let line = lines.find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("no line {word}"));
            line.split_whitespace().last().unwrap().trim_end_matches("/v1").to_owned()
        };
        let (gateway, admin) = (url("Gateway"), url("Admin"));
        // Keep reading, so that the process never blocks on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, gateway, admin }
    }

    fn cli(&self, dir: &Path, arguments: &[&str]) -> Output {
        run(keywright(dir).args(arguments).env("KEYWRIGHT_URL", &self.admin).env("KEYWRIGHT_TOKEN", TOKEN))
    }

    /// SIGTERM, and a good end.
    fn stop(mut self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }

    async fn rest(&self, path: &str) -> Value {
        reqwest::Client::new()
            .get(format!("{}/api/v1{path}", self.admin))
            .bearer_auth(TOKEN)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn install_tls() {
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// `init` creates the root key once, for its owner alone (C10).
#[test]
fn init_refuses_to_overwrite() {
    let dir = initialised();
    let path = dir.path().join("root.key");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&path).unwrap();
    let again = run(keywright(dir.path()).arg("init"));
    assert_eq!(again.status.code(), Some(6));
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// Missing, malformed or wrong root key: exit 1 within two seconds, nothing bound, nothing written (C10, R10).
#[test]
fn wrong_root_keys_touch_nothing() {
    let dir = initialised();
    drop(Serving::start(dir.path(), &[]));
    let before: Vec<_> = ["control.db", "usage.db"].map(|name| fs::read(dir.path().join(name)).unwrap()).to_vec();
    let listing = || {
        let mut names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let names = listing();
    let other = "ab".repeat(32);
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[("ENCRYPTION_KEY", other.as_str())], "wrong root key"),
        (&[("ENCRYPTION_KEY", "too short")], "ENCRYPTION_KEY"),
        (&[("ENCRYPTION_KEY_FILE", "/nowhere/root.key")], "/nowhere/root.key"),
        (&[("ENCRYPTION_KEY", other.as_str()), ("ENCRYPTION_KEY_FILE", "/x")], "not both"),
    ];
    for (settings, word) in cases {
        let started = std::time::Instant::now();
        let out = run(keywright(dir.path())
            .args(["serve", "--gateway-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .envs(settings.iter().copied()));
        assert_eq!(out.status.code(), Some(1), "{settings:?}");
        assert!(started.elapsed() < Duration::from_secs(2));
        let said = text(&out.stderr);
        assert!(said.contains(word), "{said}");
        assert!(!said.contains(&other) && !said.contains("too short"), "{said}");
        assert!(out.stdout.is_empty(), "nothing was announced");
        if word == "wrong root key" {
            assert_eq!(said.matches("rk_").count(), 2, "expected and given key id: {said}");
        }
    }
    assert_eq!(listing(), names);
    let after: Vec<_> = ["control.db", "usage.db"].map(|name| fs::read(dir.path().join(name)).unwrap()).to_vec();
    assert!(before == after, "a database file changed");

    let empty = tempfile::tempdir().unwrap();
    let out = run(keywright(empty.path()).arg("serve"));
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("root.key"), "{}", text(&out.stderr));
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0, "nothing was created");
}

/// The log at its most talkative holds no key, no secret, no token, no prompt and no answer (R11, L8).
#[tokio::test]
async fn trace_log_holds_no_canary() {
    install_tls();
    let dir = initialised();
    let log = dir.path().join("trace.log");
    let upstream = FakeUpstream::start().await;
    let serving = Serving::logging(dir.path(), &[("KEYWRIGHT_LOG", "trace")], fs::File::create(&log).unwrap().into());
    let secret = create_key(&serving, dir.path());
    let client = reqwest::Client::new();
    let body = json!({ "name": "fake", "provider": "openai", "base_url": upstream.base_url(), "api_key": "sk-upstream-secret" });
    let made =
        client.post(format!("{}/api/v1/upstreams", serving.admin)).bearer_auth(TOKEN).json(&body).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let prompt = "the otter hides under the third bridge";
    for (model, stream) in [("echo", false), ("echo", true), ("m", false), ("m", true), ("unauthorized", false)] {
        let body = json!({ "model": model, "stream": stream, "messages": [{ "role": "user", "content": prompt }] });
        let request = client.post(format!("{}/v1/chat/completions", serving.gateway)).bearer_auth(&secret);
        request.json(&body).send().await.unwrap().text().await.unwrap();
    }
    client.get(format!("{}/v1/models?key={secret}", serving.gateway)).send().await.unwrap();
    serving.stop();
    let said = fs::read_to_string(&log).unwrap();
    assert!(said.lines().count() > 20, "it was talkative: {} lines", said.lines().count());
    for canary in [secret.as_str(), TOKEN, "sk-upstream-secret", prompt, "Bearer "] {
        let line = said.lines().find(|line| line.contains(canary));
        assert!(line.is_none(), "{line:?}");
    }
}

/// SIGTERM: exit 0, and what was served is in the database (R9).
#[tokio::test]
async fn sigterm_settles_and_exits_zero() {
    install_tls();
    let dir = initialised();
    let serving = Serving::start(dir.path(), &[]);
    let secret = create_key(&serving, dir.path());
    assert_eq!(echo(&serving, &secret, 1).await, Some(200));
    serving.stop();
    let out = run(keywright(dir.path()).args(["logs", "list", "--local", "--json"]));
    assert!(out.status.success(), "{}", text(&out.stderr));
    let page: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

fn create_key(serving: &Serving, dir: &Path) -> String {
    let out = serving.cli(dir, &["keys", "create", "--name", "load", "--rpm", "none", "--json"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let key: Value = serde_json::from_slice(&out.stdout).unwrap();
    key["secret"].as_str().unwrap().to_owned()
}

/// One request; the status if the answer arrived whole.
async fn echo(serving: &Serving, secret: &str, n: usize) -> Option<u16> {
    let body = json!({ "model": "echo", "messages": [{ "role": "user", "content": format!("n{n}") }] });
    let answer = reqwest::Client::new()
        .post(format!("{}/v1/chat/completions", serving.gateway))
        .bearer_auth(secret)
        .json(&body)
        .send()
        .await
        .ok()?;
    let status = answer.status().as_u16();
    answer.bytes().await.ok()?;
    Some(status)
}

/// `kill -9` under load, ten times: what a client saw completed has its row, nothing is doubled, and every row that
/// was admitted is terminal (R1, L2).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_nine_loses_nothing() {
    install_tls();
    let dir = initialised();
    let upstream = FakeUpstream::start().await;
    let mut completed: Vec<String> = Vec::new();
    let mut secret = String::new();
    for round in 0..10 {
        let mut serving = Serving::start(dir.path(), &[]);
        if round == 0 {
            secret = create_key(&serving, dir.path());
            let out = Command::new(env!("CARGO_BIN_EXE_keywright"))
                .args([
                    "upstreams",
                    "create",
                    "--name",
                    "fake",
                    "--provider",
                    "openai",
                    "--base-url",
                    upstream.base_url().as_str(),
                    "--secret-stdin",
                ])
                .env_clear()
                .env("KEYWRIGHT_URL", &serving.admin)
                .env("KEYWRIGHT_TOKEN", TOKEN)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .and_then(|mut child| {
                    child.stdin.take().unwrap().write_all(b"sk-upstream-secret")?;
                    child.wait()
                })
                .unwrap();
            assert!(out.success());
        }
        let client = reqwest::Client::new();
        let (done, mut ids) = tokio::sync::mpsc::unbounded_channel();
        let workers: Vec<_> = (0..8)
            .map(|n| {
                let (client, url, secret, done) =
                    (client.clone(), format!("{}/v1/chat/completions", serving.gateway), secret.clone(), done.clone());
                tokio::spawn(async move {
                    loop {
                        let body = json!({ "model": "m", "stream": n % 2 == 0, "messages": [{ "role": "user", "content": "x" }] });
                        let Ok(answer) = client.post(&url).bearer_auth(&secret).json(&body).send().await else { return };
                        let id = answer.headers()["x-keywright-request-id"].to_str().unwrap().to_owned();
                        let Ok(text) = answer.text().await else { return };
                        if text.contains("[DONE]") || text.contains("chat.completion\"") {
                            drop(done.send(id));
                        }
                    }
                })
            })
            .collect();
        drop(done);
        // Each round is cut at another point of the load: after so many completed requests, not after a time.
        for _ in 0..(20 + round * 7) {
            completed.push(ids.recv().await.expect("the load goes on until the kill"));
        }
        serving.child.kill().unwrap();
        serving.child.wait().unwrap();
        for worker in workers {
            drop(worker.await);
        }
        while let Some(id) = ids.recv().await {
            completed.push(id);
        }
    }
    // A start replays the spool, and a stop leaves nothing in it.
    Serving::start(dir.path(), &[]).stop();
    let serving = Serving::start(dir.path(), &[]);
    let mut rows: Vec<Value> = Vec::new();
    let mut path = "/logs?limit=500".to_owned();
    loop {
        let page = serving.rest(&path).await;
        rows.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/logs?limit=500&cursor={cursor}"),
            None => break,
        }
    }
    let mut ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "a row is doubled");
    for id in &completed {
        assert!(ids.binary_search(id).is_ok(), "{id} was completed and has no row");
    }
    assert!(completed.len() >= 500, "{}", completed.len());
    // Admitted and sent = rows: the upstream counted what left.
    assert!(upstream.calls() <= all, "{} requests left, {all} rows", upstream.calls());
    for row in rows.iter().filter(|row| !completed.contains(&row["id"].as_str().unwrap().to_owned())) {
        assert!(row["status"].is_number(), "{row}");
    }
}

/// What `--local` writes takes effect in a running server within a second (G8).
#[tokio::test]
async fn local_changes_reach_a_running_server() {
    install_tls();
    let dir = initialised();
    let serving = Serving::start(dir.path(), &[]);
    let secret = create_key(&serving, dir.path());
    assert_eq!(echo(&serving, &secret, 1).await, Some(200));
    let keys = serving.rest("/keys").await;
    let id = keys["items"][0]["id"].as_str().unwrap();
    let out = run(keywright(dir.path()).args(["keys", "revoke", "--local", id]));
    assert!(out.status.success(), "{}", text(&out.stderr));
    let refused = async {
        while echo(&serving, &secret, 2).await != Some(401) {
            tokio::task::yield_now().await;
        }
    };
    // The poll comes twice a second; a busy test machine gets some room beyond the promise.
    tokio::time::timeout(Duration::from_secs(3), refused).await.expect("the revocation must hold soon");
}

/// Equal explicit addresses: one port for both planes.
#[tokio::test]
async fn one_port_for_both_planes() {
    install_tls();
    let dir = initialised();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let serving = Serving::start_on(dir.path(), &free);
    let secret = create_key(&serving, dir.path());
    assert_eq!(serving.gateway, serving.admin);
    assert_eq!(echo(&serving, &secret, 1).await, Some(200));
    for path in ["/livez", "/readyz", "/login"] {
        let status = reqwest::Client::new().get(format!("{}{path}", serving.admin)).send().await.unwrap().status();
        assert!(status.is_success() || status.is_redirection(), "{path}: {status}");
    }
}

impl Serving {
    fn start_on(dir: &Path, address: &str) -> Self {
        let mut command = keywright(dir);
        command
            .args(["serve", "--gateway-listen", address, "--admin-listen", address])
            .env("ADMIN_TOKEN", TOKEN)
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.starts_with("Admin")));
        std::thread::spawn(move || lines.for_each(drop));
        let url = format!("http://{address}");
        Self { child, gateway: url.clone(), admin: url }
    }
}

/// Exit codes, data on stdout, messages on stderr, JSON on demand (A8).
#[tokio::test]
async fn command_line() {
    let dir = initialised();
    let serving = Serving::start(dir.path(), &[]);
    let created = serving.cli(dir.path(), &["keys", "create", "--name", "ci"]);
    assert!(created.status.success(), "{}", text(&created.stderr));
    assert_eq!(
        text(&created.stdout).matches("sk-auto-live-").count(),
        text(&created.stdout).matches("sk-auto-live-").count().max(1)
    );
    let listed = serving.cli(dir.path(), &["keys", "list", "--json"]);
    let page: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let id = page["items"][0]["id"].as_str().unwrap();
    for (arguments, code) in [
        (vec!["keys", "show", id], 0),
        (vec!["keys", "disable", id], 0),
        (vec!["keys", "enable", id], 0),
        (vec!["keys", "revoke", id], 0),
        (vec!["keys", "enable", id], 6),
        (vec!["keys", "show", "key_00000000000000000000000000"], 3),
        (vec!["keys", "create", "--name", ""], 2),
        (vec!["keys", "nonsense"], 2),
        (vec!["upstreams", "list"], 0),
        (vec!["logs", "list"], 0),
        (vec!["users", "reset-password", "--email", "a@b.c"], 2),
        (vec!["doctor"], 0),
        (vec!["config", "show", "--origin"], 0),
    ] {
        let out = serving.cli(dir.path(), &arguments);
        assert_eq!(out.status.code(), Some(code), "{arguments:?}: {}{}", text(&out.stdout), text(&out.stderr));
        if code != 0 {
            assert!(out.stdout.is_empty() && !out.stderr.is_empty(), "{arguments:?}");
        }
    }
    let wrong = run(keywright(dir.path())
        .args(["keys", "list"])
        .env("KEYWRIGHT_URL", &serving.admin)
        .env("KEYWRIGHT_TOKEN", "wrong"));
    assert_eq!(wrong.status.code(), Some(4));
    let nobody = run(keywright(dir.path())
        .args(["keys", "list"])
        .env("KEYWRIGHT_URL", "http://127.0.0.1:9")
        .env("KEYWRIGHT_TOKEN", TOKEN));
    assert_eq!(nobody.status.code(), Some(8));
    let shown = run(keywright(dir.path()).args(["config", "show"]).env("ADMIN_TOKEN", TOKEN));
    assert!(!text(&shown.stdout).contains(TOKEN));
}
