//! Child process fixture: `keywright serve` as a process of its own, for tests of what only a process can show.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "process-test-admin-token-0123456789ab";

/// The binary that the tests were built with; `scripts/drill.sh` names the one that is shipped.
pub(crate) fn binary() -> String {
    std::env::var("KEYWRIGHT_TEST_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_keywright").to_owned())
}

pub(crate) fn keywright(dir: &Path) -> Command {
    let mut command = Command::new(binary());
    command.env_clear().env("KEYWRIGHT_DATA_DIR", dir).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

pub(crate) fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn initialised() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let out = run(keywright(dir.path()).arg("init"));
    assert!(out.status.success(), "{}", text(&out.stderr));
    dir
}

/// A running `serve`; killed when it goes out of scope.
pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) gateway: String,
    pub(crate) admin: String,
}

impl Serving {
    pub(crate) fn start(dir: &Path, settings: &[(&str, &str)]) -> Self {
        Self::logging(dir, settings, Stdio::inherit())
    }

    pub(crate) fn logging(dir: &Path, settings: &[(&str, &str)], log: Stdio) -> Self {
        let mut command = keywright(dir);
        command.stderr(log);
        Self::spawn(command, settings)
    }

    /// Starts `serve` by a command that ends in the binary's name.
    pub(crate) fn spawn(mut command: Command, settings: &[(&str, &str)]) -> Self {
        command
            .args(["serve", "--gateway-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .env("ADMIN_TOKEN", TOKEN)
            .env("KEYWRIGHT_UPSTREAM_ALLOWED_CIDRS", "127.0.0.0/8")
            .env("KEYWRIGHT_LOG", "warn")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped());
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

    pub(crate) fn cli(&self, dir: &Path, arguments: &[&str]) -> Output {
        run(keywright(dir).args(arguments).env("KEYWRIGHT_URL", &self.admin).env("KEYWRIGHT_TOKEN", TOKEN))
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Every row of the log, newest first.
    pub(crate) async fn rows(&self) -> Vec<Value> {
        let mut rows: Vec<Value> = Vec::new();
        let mut path = "/logs?limit=500".to_owned();
        loop {
            let page = self.rest(&path).await;
            rows.extend(page["items"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/logs?limit=500&cursor={cursor}"),
                None => return rows,
            }
        }
    }

    /// Stores an upstream and makes it the default one.
    pub(crate) async fn connect(&self, upstream: &testkit::FakeUpstream) {
        let body = json!({ "name": "fake", "provider": "openai", "base_url": upstream.base_url(), "api_key": "sk-upstream-secret" });
        let request = reqwest::Client::new().post(format!("{}/api/v1/upstreams", self.admin)).bearer_auth(TOKEN);
        assert_eq!(request.json(&body).send().await.unwrap().status(), 201);
    }

    /// SIGTERM, and a good end.
    pub(crate) fn stop(mut self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }

    pub(crate) async fn rest(&self, path: &str) -> Value {
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

pub(crate) fn install_tls() {
    drop(rustls::crypto::ring::default_provider().install_default());
}

pub(crate) fn create_key(serving: &Serving, dir: &Path) -> String {
    let out = serving.cli(dir, &["keys", "create", "--name", "load", "--rpm", "none", "--json"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let key: Value = serde_json::from_slice(&out.stdout).unwrap();
    key["secret"].as_str().unwrap().to_owned()
}

/// One request; the status if the answer arrived whole.
pub(crate) async fn echo(serving: &Serving, secret: &str, n: usize) -> Option<u16> {
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
