//! Benchmark target: keywright with everything on: keys checked, a rate limit counted, usage metered, spool and rows
//! written.

use std::{
    fs::File,
    io::Read as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{KEYS, Server, Site, UPSTREAM_KEY, server};
use crate::load::{Connection, get, post};

/// The highest that a key may have. Each of the keys takes its share, so that it is never reached.
const REQUESTS_PER_MINUTE: u32 = 1_000_000;

/// An installation: its data directory, its administrator, its keys.
pub struct Keywright {
    name: &'static str,
    program: PathBuf,
    data: PathBuf,
    /// `postgres://…`; SQLite in the data directory where there is none.
    database: Option<String>,
    token: String,
    admin: SocketAddr,
    keys: Vec<String>,
}

impl Keywright {
    /// Makes the data directory `name` of the binary at `program`.
    pub fn init(site: &Site, program: PathBuf, name: &'static str) -> Result<Self> {
        let mut random = [0; 16];
        File::open("/dev/urandom")?.read_exact(&mut random)?;
        let token = format!("{:032x}", u128::from_ne_bytes(random));
        let data = site.dir.join(name);
        let new = Self { name, program, data, database: None, token, admin: server::free_address()?, keys: Vec::new() };
        let made = new.command("init").output().with_context(|| format!("cannot run {}", new.program.display()))?;
        if !made.status.success() {
            bail!("keywright init failed: {}", String::from_utf8_lossy(&made.stderr));
        }
        Ok(new)
    }

    /// The same on another database.
    pub fn on(mut self, database: Option<String>) -> Self {
        self.database = database;
        self
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = self.with_environment(&self.program);
        command.arg(verb);
        command
    }

    /// A program that finds this installation by its environment.
    pub fn with_environment(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("KEYWRIGHT_DATA_DIR", &self.data).env("NO_COLOR", "1");
        command.envs(self.database.iter().map(|url| ("DATABASE_URL", url)));
        command
    }

    /// A page of a list, from a server that runs.
    pub async fn list(&self, path: &str) -> Result<Value> {
        self.rest(&get(self.admin, path, &self.token), 200).await
    }

    /// Starts it. Settings are the defaults, but for what a test on one machine needs.
    pub(super) fn serve(&mut self, site: &Site, at: SocketAddr) -> Result<Server> {
        self.admin = server::free_address()?;
        let mut command = self.command("serve");
        command
            .args(["--gateway-listen", &at.to_string(), "--admin-listen", &self.admin.to_string()])
            .env("ADMIN_TOKEN", &self.token)
            .env("KEYWRIGHT_UPSTREAM_ALLOWED_CIDRS", "127.0.0.0/8");
        Server::start(self.name, command, &site.dir, Some(site.cores))
    }

    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    async fn rest(&self, request: &[u8], status: u16) -> Result<Value> {
        let mut connection = Connection::open(self.admin).await?;
        let answer = connection.call(request).await?;
        if answer.status != status {
            bail!("REST answered {}: {}", answer.status, String::from_utf8_lossy(answer.body));
        }
        Ok(serde_json::from_slice(answer.body)?)
    }

    /// Creates the upstream and the keys on a server that runs.
    pub async fn set_up(&mut self, upstream: SocketAddr) -> Result<()> {
        let create = |path: &str, body: Value| post(self.admin, path, &self.token, &body);
        let body = json!({ "name": "mock", "provider": "openai", "base_url": format!("http://{upstream}/v1"),
            "api_key": UPSTREAM_KEY, "is_default": true });
        self.rest(&create("/api/v1/upstreams", body), 201).await.context("cannot create the upstream")?;
        let mut keys = Vec::new();
        for n in 0..KEYS {
            let body = json!({ "name": format!("bench {n}"),
                "rate_limits": { "requests_per_minute": REQUESTS_PER_MINUTE } });
            let key = self.rest(&create("/api/v1/keys", body), 201).await.context("cannot create a key")?;
            keys.push(key["secret"].as_str().context("a key without its secret")?.to_owned());
        }
        self.keys = keys;
        Ok(())
    }

    /// Rows in the database and the prompt tokens metered in them, once there are as many rows as wanted or no more come.
    pub async fn rows(&self, wanted: u64) -> Result<(u64, u64)> {
        let request = get(self.admin, "/api/v1/overview", &self.token);
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let overview = self.rest(&request, 200).await?;
            let figure = |name: &str| overview[name].as_u64().with_context(|| format!("an overview without {name}"));
            let (rows, tokens) = (figure("requests")?, figure("input_tokens")?);
            if rows >= wanted || Instant::now() > deadline {
                return Ok((rows, tokens));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
