//! Soak test: the whole table, dozens of times, against a process of its own: it lives, serves, has not grown, keeps
//! nothing open and has written no secret down.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::json;
use testkit::{
    Raw, RawUpstream,
    raw::{TIMEOUT, find},
    raw_upstream::Act,
};

use crate::canary::every_file;

use super::{
    body,
    case::{EntryPoints, Plane, get, json as posted},
    fixture::UPSTREAM_SECRET,
    table,
};

const TOKEN: &str = "edge-test-admin-token-0123456789abcdef";
const PROMPT: &str = "the heron waits behind the seventh lock";
const ROUNDS: usize = 24;
/// Rounds before memory is looked at: pools, caches and allocators fill up first.
const WARM: usize = 4;
/// What it may grow by in half of the others. What leaks grows in both halves; an allocator takes another few pages once.
const GROWTH_KIB: u64 = 3 * 1024;

/// A running `serve`; killed when it goes out of scope.
struct Serving {
    child: Child,
    gateway: SocketAddr,
    admin: SocketAddr,
}

impl Serving {
    fn start(dir: &Path, log: fs::File) -> Self {
        let init = keywright(dir).arg("init").stdout(Stdio::null()).status().unwrap();
        assert!(init.success());
        let mut child = keywright(dir)
            .args(["serve", "--gateway-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .env("ADMIN_TOKEN", TOKEN)
            .env("KEYWRIGHT_UPSTREAM_ALLOWED_CIDRS", "127.0.0.0/8")
            .env("KEYWRIGHT_LOG", "trace")
            .envs(body::SETTINGS.map(|(key, value)| (format!("KEYWRIGHT_{}", key.to_uppercase()), value)))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut address = |word: &str| {
            let line = lines.find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("no line {word}"));
            let url = line.split_whitespace().last().unwrap();
            url.trim_start_matches("http://").trim_end_matches("/v1").parse().unwrap()
        };
        let (gateway, admin) = (address("Gateway"), address("Admin"));
        // Keep reading, so that the process never blocks on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, gateway, admin }
    }

    fn proc(&self, name: &str) -> std::path::PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(name)
    }

    /// Resident memory, KiB.
    fn resident(&self) -> u64 {
        let status = fs::read_to_string(self.proc("status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Open sockets, and what else is open but for the databases, whose pools open another connection when they are busy.
    fn open(&self) -> (usize, Vec<String>) {
        let links =
            fs::read_dir(self.proc("fd")).unwrap().filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
        let (sockets, others): (Vec<String>, Vec<String>) =
            links.map(|link| link.display().to_string()).partition(|link| link.starts_with("socket:"));
        (sockets.len(), others.into_iter().filter(|link| !link.contains(".db")).collect())
    }

    async fn rest(&self, path: &str, body: serde_json::Value) -> serde_json::Value {
        let url = format!("http://{}/api/v1{path}", self.admin);
        let answer = reqwest::Client::new().post(url).bearer_auth(TOKEN).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }

    /// SIGTERM, and a good end.
    fn stop(mut self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn keywright(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keywright"));
    command.env_clear().env("KEYWRIGHT_DATA_DIR", dir).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// The whole table once, and a good request to each plane.
async fn round(entry_points: &EntryPoints, received: &mut Vec<u8>) {
    for case in table::cases() {
        for plane in case.planes() {
            received.extend(entry_points.hold(*plane, &case).await.unwrap_or_else(|why| panic!("{why}")));
        }
    }
    for plane in [Plane::Gateway, Plane::Admin] {
        entry_points.good(plane, &mut Raw::connect(entry_points.address(plane)).await, "the whole table").await;
    }
}

/// An event stream that is one line without end, for 48 MiB of it.
async fn endless_line(entry_points: &EntryPoints, upstream: &RawUpstream) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ";
    upstream.play(&[Act::Say(head.as_bytes().to_vec()), Act::Repeat(vec![b'x'; 64 * 1024])]);
    let left = upstream.left();
    let mut raw = Raw::connect(entry_points.gateway).await;
    let body = json!({ "model": "m", "stream": true, "messages": [{ "role": "user", "content": PROMPT }] }).to_string();
    raw.send(&entry_points.fill(Plane::Gateway, &posted(&body))).await;
    assert!(raw.head().await.unwrap().starts_with("HTTP/1.1 200"));
    raw.skip(48 << 20).await;
    drop(raw);
    upstream.wait_left(left + 1).await;
    answer_and_close(upstream);
}

/// So that none of its connections is kept for later, and every open socket belongs to another connection.
fn answer_and_close(upstream: &RawUpstream) {
    let good = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    upstream.play(&[Act::Say(good.as_bytes().to_vec()), Act::Close]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_table_leaves_no_trace() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let dir = tempfile::tempdir().unwrap();
    let log = tempfile::NamedTempFile::new().unwrap();
    let serving = Serving::start(dir.path(), log.reopen().unwrap());
    let upstream = RawUpstream::start().await;
    answer_and_close(&upstream);
    let view =
        json!({ "name": "raw", "provider": "openai", "base_url": upstream.base_url(), "api_key": UPSTREAM_SECRET });
    serving.rest("/upstreams", view).await;
    let mut secrets = Vec::new();
    for name in ["one", "two"] {
        let key = serving.rest("/keys", json!({ "name": name, "rate_limits": { "requests_per_minute": null } })).await;
        secrets.push(key["secret"].as_str().unwrap().to_owned());
    }
    let mut entry_points = EntryPoints {
        gateway: serving.gateway,
        admin: serving.admin,
        key: secrets[0].clone(),
        other: secrets[1].clone(),
        token: TOKEN.to_owned(),
        source: [127, 0, 0, 1].into(),
    };
    // What is under way anyway: one request with a prompt that is served.
    let chat = json!({ "model": "m", "messages": [{ "role": "user", "content": PROMPT }] }).to_string();
    let served =
        Raw::connect(entry_points.gateway).await.ask(&entry_points.fill(Plane::Gateway, &posted(&chat))).await.unwrap();
    assert_eq!(served.status, 200);
    let before = serving.open();

    let mut received = Vec::new();
    // Each round from an address of its own: wrong bearers of one are slowed.
    let of_round = |number: usize| [127, 0, 1, u8::try_from(number + 1).unwrap()].into();
    for number in 0..WARM {
        entry_points.source = of_round(number);
        round(&entry_points, &mut received).await;
        endless_line(&entry_points, &upstream).await;
    }
    let mut resident = vec![serving.resident()];
    received.clear();
    for number in WARM..ROUNDS {
        entry_points.source = of_round(number);
        round(&entry_points, &mut received).await;
        if number % 4 == 0 {
            endless_line(&entry_points, &upstream).await;
        }
        if number + 1 == usize::midpoint(WARM, ROUNDS) {
            resident.push(serving.resident());
        }
    }
    resident.push(serving.resident());
    let least = resident.windows(2).map(|half| half[1].saturating_sub(half[0])).min();
    assert!(least <= Some(GROWTH_KIB), "it goes on growing: {resident:?} KiB");
    let (sockets, others) = before;
    // Connections of the last requests are closed soon. The spool may have begun another segment.
    let closed = async {
        while serving.open().0 > sockets {
            tokio::task::yield_now().await;
        }
    };
    let closed = tokio::time::timeout(TIMEOUT, closed).await;
    assert!(closed.is_ok(), "{sockets} open sockets before, {} after", serving.open().0);
    let after = serving.open().1;
    assert!(after.len() <= others.len() + 2, "open before: {others:?}, after: {after:?}");

    for plane in [Plane::Gateway, Plane::Admin] {
        let answer =
            Raw::connect(entry_points.address(plane)).await.ask(&entry_points.fill(plane, &get(""))).await.unwrap();
        received.extend(answer.head.as_bytes());
        received.extend(answer.body);
    }
    serving.stop();
    let mut sinks =
        vec![("the answers".to_owned(), received), ("the trace log".to_owned(), fs::read(log.path()).unwrap())];
    assert!(sinks[1].1.len() > 1 << 20, "it was talkative");
    every_file(dir.path(), &mut sinks);
    assert!(sinks.len() > 4, "databases and spool were looked at");
    for canary in [&secrets[0], &secrets[1], TOKEN, UPSTREAM_SECRET, PROMPT, &secrets[0][14..]] {
        for (name, bytes) in &sinks {
            assert!(find(bytes, 0, canary.as_bytes()).is_none(), "{name} holds {canary}");
        }
    }
}
