//! Full disk test (R8): a real one, of some megabytes, in a mount namespace of the server's own.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::json;
use testkit::FakeUpstream;

use crate::serving::{Serving, TOKEN, binary, install_tls, text};

/// Size of the disk. Databases and a spool of one megabyte take less than half of it.
const DISK: &str = "size=12m,mode=0700";

/// Runs a shell script where the directory is a disk of its own.
fn on_a_small_disk(dir: &str, script: &str) -> Command {
    let mut command = Command::new("unshare");
    let mount = format!("mount -t tmpfs -o {DISK} none {dir} && cp -r {dir}.saved/. {dir}/ && {script}");
    command
        .args(["--map-root-user", "--mount", "sh", "-ec", &mount])
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command
}

/// A server whose data directory is a small disk.
struct SmallDisk {
    serving: Serving,
    /// The disk, as this process reaches it.
    seen: PathBuf,
}

impl SmallDisk {
    fn start(dir: &std::path::Path, log: &std::path::Path) -> Self {
        let text = dir.to_str().unwrap();
        let script = format!("exec {} \"$0\" \"$@\"", binary());
        let mut command = on_a_small_disk(text, &script);
        command
            .env("KEYWRIGHT_DATA_DIR", dir)
            .env("KEYWRIGHT_SPOOL_BYTES", "1048576")
            .stdin(Stdio::null())
            .stderr(fs::File::create(log).unwrap());
        let serving = Serving::spawn(command, &[]);
        let seen = PathBuf::from(format!("/proc/{}/root{text}", serving.child.id()));
        Self { serving, seen }
    }

    /// Writes until there is no space for another byte.
    fn fill(&self) {
        let mut ballast = fs::File::create(self.seen.join("ballast")).unwrap();
        for size in [1 << 16, 1 << 10, 1] {
            while ballast.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }

    fn make_space(&self) {
        fs::remove_file(self.seen.join("ballast")).unwrap();
    }
}

/// Full, and space again: clients are served for as long as the spool takes it, then refused; no completed row is lost
/// or doubled, and administrators get 503 meanwhile.
#[tokio::test]
async fn a_full_disk_loses_nothing() {
    if std::env::var("KEYWRIGHT_TEST_NO_NAMESPACES").is_ok_and(|value| value == "1") {
        eprintln!("left out: KEYWRIGHT_TEST_NO_NAMESPACES=1");
        return;
    }
    install_tls();
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("data");
    let saved = parent.path().join("data.saved");
    for made in [&dir, &saved] {
        fs::create_dir(made).unwrap();
    }
    let made = Command::new(binary()).arg("init").env_clear().env("KEYWRIGHT_DATA_DIR", &saved).output().unwrap();
    assert!(made.status.success(), "{}", text(&made.stderr));
    let allowed = on_a_small_disk(dir.to_str().unwrap(), "true").output().unwrap();
    assert!(
        allowed.status.success(),
        "no mount namespace of one's own here ({}); KEYWRIGHT_TEST_NO_NAMESPACES=1 leaves this test out",
        text(&allowed.stderr).trim()
    );

    let upstream = FakeUpstream::start().await;
    let log = parent.path().join("log");
    let disk = SmallDisk::start(&dir, &log);
    let serving = &disk.serving;
    let secret = crate::serving::create_key(serving, &dir);
    serving.connect(&upstream).await;
    let client = reqwest::Client::new();
    let chat = async || {
        let body = json!({ "model": "m", "messages": [{ "role": "user", "content": "x" }] });
        let request = client.post(format!("{}/v1/chat/completions", serving.gateway)).bearer_auth(&secret).json(&body);
        let answer = request.send().await.unwrap();
        let id = answer.headers()["x-keywright-request-id"].to_str().unwrap().to_owned();
        let status = answer.status().as_u16();
        (status, id, answer.text().await.unwrap())
    };
    let mut completed = BTreeSet::new();
    for _ in 0..20 {
        let (status, id, _) = chat().await;
        assert_eq!(status, 200);
        completed.insert(id);
    }

    disk.fill();
    let mut during = 0;
    let refusal = loop {
        let (status, id, body) = chat().await;
        if status != 200 {
            break (status, body);
        }
        completed.insert(id);
        during += 1;
        assert!(during < 20_000, "a full disk takes everything");
    };
    assert!(during > 50, "the spool has space of its own: {during}");
    assert_eq!(refusal.0, 503);
    assert!(refusal.1.contains("store_unavailable"), "{}", refusal.1);
    for _ in 0..20 {
        assert_eq!(chat().await.0, 503);
    }
    let said = fs::read_to_string(&log).unwrap().matches("requests are refused because they cannot be noted").count();
    assert_eq!(said, 1, "the log says it once, whoever calls how often");
    let body = json!({ "name": "meanwhile" });
    let admin =
        client.post(format!("{}/api/v1/keys", serving.admin)).bearer_auth(TOKEN).json(&body).send().await.unwrap();
    assert_eq!(admin.status(), 503);

    disk.make_space();
    // Refused clients are served again as soon as there is space.
    let again = async {
        loop {
            let (status, id, _) = chat().await;
            if status == 200 {
                break id;
            }
            tokio::task::yield_now().await;
        }
    };
    completed.insert(tokio::time::timeout(std::time::Duration::from_secs(20), again).await.expect("space is noticed"));
    let arrived = async {
        loop {
            let rows = serving.rows().await;
            let ids: BTreeSet<String> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
            assert_eq!(ids.len(), rows.len(), "a row is doubled");
            if completed.is_subset(&ids) {
                break rows;
            }
            tokio::task::yield_now().await;
        }
    };
    let rows = tokio::time::timeout(std::time::Duration::from_secs(30), arrived).await.expect("every row arrives");
    for row in rows.iter().filter(|row| completed.contains(row["id"].as_str().unwrap())) {
        assert!(row["error_class"].is_null() && row["output_tokens"] == 10, "{row}");
    }
}
