//! Process tests: start-up order, exit codes, signals, `kill -9`, the command line.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Stdio,
    time::Duration,
};

use serde_json::{Value, json};
use testkit::{FakeUpstream, canary};

use crate::serving::{Serving, TOKEN, create_key, echo, initialised, install_tls, keywright, run, text};

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
    let other = "7d0c5e1f9a3b8842c6d1e05f7749ab23fe6610d8935b2c47a1e8f0937bd4526c".to_owned();
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
    for text in [secret.as_str(), TOKEN, "sk-upstream-secret", prompt, "Bearer "] {
        let line = said.lines().find(|line| canary::found_in(line.as_bytes(), text).is_some());
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
    // The poll comes twice a second; a busy test machine gets some time beyond the promise.
    tokio::time::timeout(Duration::from_secs(3), refused).await.expect("the revocation must hold soon");
}

/// Made-up bearers and cookies are counted in the log, not listed.
#[tokio::test]
async fn a_flood_of_made_up_credentials_is_a_line_in_the_log() {
    install_tls();
    let dir = initialised();
    let log = dir.path().join("serve.log");
    let serving = Serving::logging(dir.path(), &[("KEYWRIGHT_LOG", "info")], fs::File::create(&log).unwrap().into());
    let http = reqwest::Client::new();
    let url = format!("{}/api/v1/keys", serving.admin);
    let mut slowed = 0;
    for n in 0..100 {
        let cookie = format!("keywright={}", ["A", "B", "C", "D"][n % 4].repeat(22));
        assert_eq!(http.get(&url).header("cookie", cookie).send().await.unwrap().status(), 401);
        slowed += usize::from(http.get(&url).bearer_auth(format!("wrong-{n}")).send().await.unwrap().status() == 429);
    }
    assert!(slowed > 0);
    serving.stop();
    let said = fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("credentials were refused")).collect();
    assert!((1..=3).contains(&lines.len()), "{said}");
    assert!(lines.iter().all(|line| line.contains("bearer token") && line.contains("loopback")), "{said}");
    assert!(!said.contains("suspicious") && said.lines().count() < 20, "{said}");
}

/// Too many failures lock an account; `users unlock` opens it, in a running server too (F15).
#[tokio::test]
async fn an_account_is_unlocked_from_the_command_line() {
    install_tls();
    let dir = initialised();
    let serving = Serving::start(dir.path(), &[]);
    let token = fs::read_to_string(dir.path().join("setup-token")).unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let post = async |path: &str, form: String| {
        let request = http.post(format!("{}{path}", serving.admin)).header("origin", &serving.admin);
        let form = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        form.send().await.unwrap().status().as_u16()
    };
    let good = "email=ada%40example.org&password=quiet+otters+count+bridges";
    assert_eq!(post("/setup", format!("token={}&{good}", token.trim())).await, 303);
    for _ in 0..10 {
        assert_eq!(post("/login", "email=ada%40example.org&password=wrong".to_owned()).await, 422);
    }
    assert_eq!(post("/login", good.to_owned()).await, 429);
    for (arguments, code) in [
        (&["users", "unlock", "ada@example.org"][..], 2),
        (&["users", "unlock", "--local", "nobody@example.org"], 2),
        (&["users", "unlock", "--local", "Ada@example.org"], 0),
    ] {
        let out = run(keywright(dir.path()).args(arguments));
        assert_eq!(out.status.code(), Some(code), "{arguments:?}: {}", text(&out.stderr));
    }
    let unlocked = async {
        while post("/login", good.to_owned()).await != 303 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), unlocked).await.expect("running servers apply it soon");
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
    for path in ["/livez", "/readyz", "/healthz", "/login"] {
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
    let printed = text(&created.stdout);
    let secret = printed.lines().find_map(|line| line.strip_prefix("secret\t")).unwrap();
    assert!(secret.starts_with("sk-auto-live-") && secret.len() == "sk-auto-live-".len() + 46, "{printed}");
    assert_eq!(printed.matches(secret).count(), 1, "once, and only here");
    let listed = serving.cli(dir.path(), &["keys", "list", "--json"]);
    let page: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let id = page["items"][0]["id"].as_str().unwrap();
    for arguments in [&["keys", "list"][..], &["keys", "list", "--json"], &["keys", "show", id]] {
        let later = serving.cli(dir.path(), arguments);
        assert!(later.status.success());
        assert!(![later.stdout, later.stderr, created.stderr.clone()].iter().any(|said| text(said).contains(secret)));
    }
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
        (vec!["config", "check"], 0),
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
    let without_token = run(keywright(dir.path())
        .args(["keys", "list"])
        .env("KEYWRIGHT_URL", "http://127.0.0.1:9")
        .env("KEYWRIGHT_TOKEN", TOKEN));
    assert_eq!(without_token.status.code(), Some(8));
    let shown = run(keywright(dir.path()).args(["config", "show"]).env("ADMIN_TOKEN", TOKEN));
    assert!(!text(&shown.stdout).contains(TOKEN));
}
