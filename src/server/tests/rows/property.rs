//! Property test (R13): every column of every table is changed under a running product. What follows is what was
//! before, or a refusal.
//!
//! Tables and columns come from the database itself. One that `store::TABLES` does not declare fails the test, and so does
//! a change of a signed column that goes unnoticed; what is not signed is listed with its reason in docs/security.md.

use std::{collections::BTreeMap, time::Duration};

use reqwest::Method;
use serde_json::json;
use store::{Cover, DERIVED, KEY_SEARCH_INDEX, TABLES, TableInfo};
use testkit::{FakeUpstream, Key, TestServer, both_engines, fake_upstream::DEFAULT_SECRET};
use testkit_db::{ColumnKind, DbColumn, Intruder};
use testkit_domain::CountedRandom;

use crate::admin::Browser;

/// Longer than anything is remembered by the gateway while the database answers, shorter than sessions are noted at.
const UNTIL_READ_AGAIN: Duration = Duration::from_secs(6);
/// Random changes of each column beside the chosen ones.
const RANDOM: u64 = 2;
/// So many changes of a signed column, and of one in a table without MACs, drawn from all of them by the column's seed.
/// `KEYWRIGHT_TEST_ALL_CHANGES=1` (set by `make drill`) makes all of them, which takes a quarter of an hour.
const DRAWN: [usize; 2] = [4, 1];
/// Columns that SQLite keeps as numbers: 2 is as true as 1.
const TRUTHS: [&str; 6] = ["enabled", "is_default", "has_secret", "streamed", "usage_unreadable", "retry_sent"];

/// The product with a signed-in user, and a place where nothing of it may ever arrive.
struct PropertyFixture {
    server: TestServer,
    elsewhere: FakeUpstream,
    cookie: String,
    keys: BTreeMap<&'static str, Key>,
}

/// What each of a fixed set of requests was answered.
type Answers = BTreeMap<String, u16>;

impl PropertyFixture {
    async fn start(engine: testkit::Engine) -> Self {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        let cookie = browser.cookie.clone().unwrap();
        let first = server.connect_upstream().await;
        let elsewhere = FakeUpstream::start().await;
        let other = json!({ "name": "other", "provider": "openai_compatible", "base_url": server.upstream().base_url(), "api_key": DEFAULT_SECRET });
        let (_, other) = server.rest(Method::POST, "/upstreams", Some(other)).await;
        let mut keys = BTreeMap::new();
        keys.insert("plain", server.key(json!({ "name": "plain" })).await);
        keys.insert(
            "narrow",
            server.key(json!({ "name": "narrow", "allowed_models": ["gpt-*"], "allowed_upstreams": [first] })).await,
        );
        keys.insert("far", server.key(json!({ "name": "far", "allowed_cidrs": ["10.0.0.0/8"] })).await);
        keys.insert("bound", server.key(json!({ "name": "bound", "allowed_upstreams": [other["id"]] })).await);
        keys.insert("off", server.key(json!({ "name": "off", "enabled": false })).await);
        keys.insert("ended", server.key(json!({ "name": "ended" })).await);
        server.revoke(&keys["ended"]).await;
        keys.insert("old", server.key(json!({ "name": "old", "expires_in_days": 1 })).await);
        server.clock().advance(Duration::from_hours(25));
        let mut fixture = Self { server, elsewhere, cookie, keys };
        fixture.sign_in().await;
        fixture
    }

    async fn sign_in(&mut self) {
        let mut browser = Browser::new(&self.server);
        let form = [("email", "ada@example.org"), ("password", crate::admin::PASSWORD)];
        assert_eq!(browser.post("/login", &form).await.status(), 303);
        self.cookie = browser.cookie.clone().unwrap();
    }

    /// Asks everything once.
    async fn ask(&self) -> Answers {
        let mut answers = Answers::new();
        for (name, model) in [
            ("plain", "gpt-5"),
            ("plain", "echo"),
            ("narrow", "gpt-5"),
            ("narrow", "o1"),
            ("far", "echo"),
            ("bound", "gpt-5"),
            ("off", "echo"),
            ("ended", "echo"),
            ("old", "echo"),
        ] {
            let status = self.server.chat(&self.keys[name], model, "a prompt").await.status().as_u16();
            answers.insert(format!("{name} asks {model}"), status);
        }
        let unknown =
            Key { id: String::new(), secret: "sk-auto-live-0000000000000000000000000000000000000000000000".to_owned() };
        answers.insert(
            "an unknown key".to_owned(),
            self.server.chat(&unknown, "echo", "a prompt").await.status().as_u16(),
        );
        let url = self.server.admin_url();
        for (who, cookie) in
            [("the owner", self.cookie.as_str()), ("an unknown caller", "keywright=AAAAAAAAAAAAAAAAAAAAAA")]
        {
            for path in ["/", "/api/v1/keys"] {
                let answer =
                    self.server.http().get(format!("{url}{path}")).header("cookie", cookie).send().await.unwrap();
                answers.insert(format!("{who} at {path}"), answer.status().as_u16());
            }
        }
        answers
    }

    /// No prompt and no secret anywhere but at the one upstream that was configured, and there no call without the secret.
    fn nothing_left(&self) -> Result<(), String> {
        if self.elsewhere.calls() > 0 {
            return Err("something was sent elsewhere".to_owned());
        }
        let bearer = format!("Bearer {DEFAULT_SECRET}");
        let strange = self.server.upstream().received().iter().any(|got| got.header("authorization") != Some(&bearer));
        self.server.upstream().reset_log();
        if strange { Err("the upstream was called without its secret".to_owned()) } else { Ok(()) }
    }
}

/// A status that gives nothing: not signed in, not allowed, not there, out of order.
const fn is_refusal(status: u16) -> bool {
    matches!(status, 301..=599)
}

/// What is written into a column: chosen values that would give access, values of other rows, and random ones.
fn changes(column: &DbColumn, elsewhere: &str, seed: u64, intruder: &Intruder) -> Vec<String> {
    let (table, name) = (&column.table, &column.name);
    let kind = if TRUTHS.contains(&name.as_str()) { ColumnKind::Boolean } else { column.kind };
    let random: &dyn domain::Random = &CountedRandom::seeded(seed);
    let mut all = vec![
        "NULL".to_owned(),
        format!("(SELECT MAX({name}) FROM kept_{table})"),
        format!("(SELECT MIN({name}) FROM kept_{table})"),
    ];
    match kind {
        ColumnKind::Text => {
            let chosen = [
                "",
                "owner",
                "{}",
                r#"{"allowed_models":["*"]}"#,
                "[]",
                "live",
                "openai",
                "echo",
                "echo:",
                "admin_token",
                elsewhere,
            ];
            all.extend(chosen.map(|text| format!("'{text}'")));
            for _ in 0..RANDOM {
                all.push(format!("'{}'", data_encoding::BASE32.encode(&random.bytes::<12>())));
            }
        }
        ColumnKind::Number => {
            all.extend(["0", "1", "2", "9000000000000"].map(str::to_owned));
            all.push(format!("{name} + 1"));
            for _ in 0..RANDOM {
                all.push((u64::from_be_bytes(random.bytes()) >> 2).to_string());
            }
        }
        ColumnKind::Boolean => all.extend(["TRUE".to_owned(), "FALSE".to_owned(), format!("NOT {name}")]),
        ColumnKind::Bytes => {
            all.push(intruder.bytes(""));
            all.push(intruder.bytes(&"00".repeat(32)));
            for _ in 0..RANDOM {
                all.push(intruder.bytes(&data_encoding::HEXLOWER.encode(&random.bytes::<32>())));
            }
        }
    }
    // MAX of truths is not to be had on PostgreSQL.
    all.retain(|value| kind != ColumnKind::Boolean || !value.contains("MAX(") && !value.contains("MIN("));
    all.retain(|value| kind != ColumnKind::Bytes || !value.contains("MAX(") && !value.contains("MIN("));
    if kind == ColumnKind::Bytes {
        all.push(format!("(SELECT {name} FROM kept_{table} LIMIT 1)"));
    }
    all
}

/// Some of the changes of a column, the same ones in each run.
fn drawn(mut all: Vec<String>, table: &TableInfo, seed: u64) -> Vec<String> {
    if std::env::var_os("KEYWRIGHT_TEST_ALL_CHANGES").is_some() {
        return all;
    }
    let [signed, unsigned] = DRAWN;
    let wanted = if table.signed.is_ok() { signed } else { unsigned };
    let random: &dyn domain::Random = &CountedRandom::seeded(seed ^ 0x5eed);
    while all.len() > wanted {
        let at = u32::from_be_bytes(random.bytes()) as usize % all.len();
        all.swap_remove(at);
    }
    all
}

fn declared(column: &DbColumn) -> (&'static TableInfo, Cover) {
    let derived = DERIVED.contains(&column.table.as_str()).then_some(&KEY_SEARCH_INDEX);
    let table = derived.or_else(|| TABLES.iter().find(|table| table.name == column.table)).unwrap_or_else(|| {
        panic!("table {}: declare it in store::TABLES, signed or with what a writer to it achieves", column.table)
    });
    if let Err(why) = table.signed {
        return (table, Cover::Unsigned(why));
    }
    let found = table.columns.iter().find(|known| known.name == column.name).unwrap_or_else(|| {
        panic!(
            "column {}.{}: declare it in the table's `table!`; what is not declared is not under the MAC",
            column.table, column.name
        )
    });
    (table, found.cover)
}

async fn check(mut fixture: PropertyFixture) {
    let mut intruder = Intruder::connect(&fixture.server.location()).await;
    let columns = intruder.columns().await;
    for table in &TABLES {
        assert!(columns.iter().any(|column| column.table == table.name), "{} is declared and not there", table.name);
    }
    let usual = fixture.ask().await;
    assert_eq!(
        (
            usual["plain asks gpt-5"],
            usual["narrow asks o1"],
            usual["off asks echo"],
            usual["the owner at /api/v1/keys"],
            usual["an unknown caller at /"]
        ),
        (200, 403, 401, 200, 303),
        "{usual:?}"
    );
    fixture.nothing_left().unwrap();
    let elsewhere = fixture.elsewhere.base_url();
    let store = store::Store::open(&fixture.server.location()).await.unwrap();
    let keyring = keyring(&fixture.server).await;
    let mut as_usual = true;
    let mut noticed: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (seed, column) in (1..).zip(&columns) {
        let (table, cover) = declared(column);
        for value in drawn(changes(column, &elsewhere, seed, &intruder), table, seed) {
            // As it should be, and nothing due to be written by the product itself.
            fixture.server.clock().advance(UNTIL_READ_AGAIN);
            if !as_usual && fixture.ask().await != usual {
                // A session that was put back is an older state of it.
                fixture.sign_in().await;
                assert_eq!(fixture.ask().await, usual, "restored after a change of {}", column_name(column));
            }
            intruder.keep(&column.table).await;
            let sql = format!("UPDATE {} SET {} = {value}", column.table, column.name);
            // What the database itself refuses for all rows may go for one.
            let mut changed = intruder.try_execute(&column.table, &sql).await;
            if changed.is_err() {
                let chosen = one_row(table, column);
                changed = intruder.try_execute(&column.table, &format!("{sql} WHERE {chosen}")).await;
            }
            if changed.is_err() {
                continue;
            }
            let same = intruder.texts(&column.table, &difference(column)).await == [Some("0".to_owned())];
            fixture.server.clock().advance(UNTIL_READ_AGAIN);
            let after = fixture.ask().await;
            for (what, status) in &after {
                if *status != usual[what] && !is_refusal(*status) {
                    wrong.push(format!(
                        "{} = {value}: {what} was {} and is {status}",
                        column_name(column),
                        usual[what]
                    ));
                }
            }
            if let Err(what) = fixture.nothing_left() {
                wrong.push(format!("{} = {value}: {what}", column_name(column)));
            }
            as_usual = after == usual;
            if !as_usual {
                *noticed.entry(column.table.clone()).or_default() += 1;
            }
            if cover == Cover::Signed && !same && store.count_damaged(table.name, &keyring).await.unwrap() == 0 {
                wrong.push(format!("{} = {value}: the row still verifies", column_name(column)));
            }
            intruder.restore(&column.table).await;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for table in
        ["users", "members", "sessions", "keys", "key_versions", "upstreams", "credentials", "credential_versions"]
    {
        assert!(noticed.get(table).is_some_and(|count| *count > 0), "no change of {table} was refused: {noticed:?}");
    }
}

fn column_name(column: &DbColumn) -> String {
    format!("{}.{}", column.table, column.name)
}

/// A condition that holds for one row: no two have the same MAC, or else the same first column.
fn one_row(table: &TableInfo, column: &DbColumn) -> String {
    let by = match table.signed {
        Ok(_) if column.name != "mac" => "mac",
        _ => table.columns.iter().map(|known| known.name).find(|name| *name != column.name).unwrap_or("id"),
    };
    format!("{by} = (SELECT {by} FROM kept_{} LIMIT 1)", column.table)
}

/// How many rows differ from the kept ones in this column's set of values.
fn difference(column: &DbColumn) -> String {
    let (table, name) = (&column.table, &column.name);
    let count = "CAST(COUNT(*) AS TEXT)";
    format!("SELECT {count} FROM (SELECT {name} FROM {table} EXCEPT SELECT {name} FROM kept_{table}) d")
}

/// The keys of the running product.
async fn keyring(server: &TestServer) -> keyring::Keyring {
    let store::Inspection::Seeded { installation, keyring } = store::inspect(&server.location()).await.unwrap() else {
        panic!("the database is seeded");
    };
    keyring::Keyring::open(&testkit_control::root_key(), &installation.id, &keyring).unwrap()
}

both_engines! {
    /// R13: see above. It walks what the database has, not a chosen list.
    async fn no_column_gives_access_by_being_written_to(engine) {
        check(PropertyFixture::start(engine).await).await;
    }
}

/// The list in the docs is the one that the code has.
#[test]
fn the_docs_list_what_is_not_covered() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/security.md")).unwrap();
    let (_, rest) = docs.split_once("<!-- not covered -->\n").expect("docs/security.md has the list");
    let (list, _) = rest.split_once("<!-- end -->").unwrap();
    let mut lines = vec!["| column | what an attacker who writes to it achieves |\n|---|---|\n".to_owned()];
    for table in TABLES.iter().chain([&KEY_SEARCH_INDEX]) {
        match table.signed {
            Err(why) => lines.push(format!("| `{}`, every column | {why} |\n", table.name)),
            Ok(_) => {
                for column in table.columns.iter().filter(|column| column.name != "mac") {
                    if let Cover::Unsigned(why) = column.cover {
                        lines.push(format!("| `{}.{}` | {why} |\n", table.name, column.name));
                    }
                }
            }
        }
    }
    let expected = lines.concat();
    assert_eq!(list, expected, "docs/security.md: replace the list by\n{expected}");
}
