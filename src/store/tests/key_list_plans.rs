//! Query plan tests: no page, no search and no count of keys reads every row.
//!
//! `KEYWRIGHT_TEST_KEYS=1000000` makes it a measurement: times are printed, and are at most 20 ms each.

use std::time::{Duration, Instant};

use domain::{
    Assurance, Grant, KeySort, KeyState, Principal, PrincipalKind, Resource, Role, Scopes, Timestamp, Visible,
};
use store::{KeyCursor, KeyFilter};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, TestMacs, behind_its_back, project, user, with_project};

const NOW: Timestamp = NOON.plus(1_000);
const CAP: i64 = 10_001;
const MEASURED: usize = 1_000_000;
const ALLOWED: Duration = Duration::from_millis(20);

#[allow(clippy::disallowed_methods)] // tests are configured by the environment alone
fn number_of_keys() -> usize {
    std::env::var("KEYWRIGHT_TEST_KEYS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000)
}

/// `n` keys, a hundredth of them revoked; the older half has ended, and is called so.
async fn with_many_keys(db: &TestDb, n: usize) {
    with_project(&db.store).await;
    let mut tx = db.store.begin().await.unwrap();
    tx.insert_user(&TestMacs, &user(1), "hash").await.unwrap();
    tx.commit().await.unwrap();
    let sqlite = matches!(db.location, store::Location::Sqlite { .. });
    let (numbers, id, hash, pad) = if sqlite {
        let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n}) ");
        (numbers, "'key_' || printf('%026d', i)", "CAST(printf('%032d', i) AS BLOB)", "printf('%07d', i)")
    } else {
        let numbers = format!("WITH n AS (SELECT generate_series(1::BIGINT, {n}) AS i) ");
        let hash = "convert_to(lpad(i::TEXT, 32, '0'), 'UTF8')";
        (numbers, "'key_' || lpad(i::TEXT, 26, '0')", hash, "lpad(i::TEXT, 7, '0')")
    };
    let (project, half, soon) = (project().id, n / 2, NOW.plus(1).0);
    let before = |statement: &str, rows: &str| {
        if sqlite { format!("{numbers}{statement} {rows}") } else { format!("{statement} {numbers}{rows}") }
    };
    let team = "CASE i % 4 WHEN 0 THEN 'Checkout' WHEN 1 THEN 'Search' WHEN 2 THEN 'Billing' ELSE '密钥服务' END";
    // The person's own keys are among the oldest.
    let owner = format!("CASE WHEN i < 100 THEN '{}' END", user(1).id);
    let age = format!("CASE WHEN i <= {half} THEN 'legacy' ELSE 'worker' END");
    let revoked = format!("CASE WHEN i % 100 = 0 THEN {} END", NOON.0);
    let expires = format!("CASE WHEN i <= {half} THEN {} ELSE {soon} END", NOON.0);
    let keys = before(
        "INSERT INTO keys (id, project_id, owner_id, name, description, env, version, enabled, expires_at, revoked_at, \
         created_at, updated_at)",
        &format!(
            "SELECT {id}, '{project}', {owner}, {team} || ' ' || {age} || ' ' || {pad}, '', 'live', 1, TRUE, {expires}, \
             {revoked}, {} + i, {} + i FROM n",
            NOON.0, NOON.0
        ),
    );
    let versions = before(
        "INSERT INTO key_versions (key_id, version, lookup_hash, masked, mac, created_at)",
        &format!("SELECT {id}, 1, {hash}, 'sk-auto-live-' || {pad} || '…Lk7a', {hash}, {} FROM n", NOON.0),
    );
    // The fold of these names, and nothing else, is their lower case.
    let folded =
        format!("lower({team} || ' ' || {age} || ' ' || {pad}) || '\n' || 'sk-auto-live-' || {pad} || '...lk7a'");
    let state = format!("CASE WHEN i % 100 = 0 THEN 'revoked' WHEN i <= {half} THEN 'expired' ELSE 'active' END");
    let due = format!("CASE WHEN i % 100 = 0 OR i <= {half} THEN NULL ELSE {soon} END");
    let index = before(
        "INSERT INTO key_search (seq, key_id, project_id, owner_id, folded, state, due_at)",
        &format!("SELECT i, {id}, '{project}', {owner}, {folded}, {state}, {due} FROM n"),
    );
    // Built in one go, the index takes minutes less.
    let index = if sqlite {
        index
    } else {
        let index = index.replace('\'', "''");
        format!(
            "DO $$ DECLARE made TEXT := pg_get_indexdef('key_search_index'::REGCLASS); BEGIN \
             DROP INDEX key_search_index; EXECUTE '{index}'; EXECUTE made; END $$"
        )
    };
    behind_its_back(db, &format!("{keys}; {versions}; {index}")).await;
    behind_its_back(db, "ANALYZE").await;
    if !sqlite {
        behind_its_back(db, "VACUUM key_search").await;
    }
}

fn cases(n: usize) -> Vec<(String, KeyFilter)> {
    let filter = KeyFilter { now: NOW, limit: 20, ..KeyFilter::default() };
    let middle = i64::try_from(n / 2).unwrap();
    let mut cases = Vec::new();
    for state in
        [None, Some(KeyState::Active), Some(KeyState::Expired), Some(KeyState::Revoked), Some(KeyState::Disabled)]
    {
        for after in [None, Some(KeyCursor::Created(middle))] {
            for search in
                [None, Some("heckout"), Some("legacy"), Some("0000123"), Some("nowhere"), Some("密钥"), Some("c")]
            {
                let name = format!("{state:?} below {after:?} with {search:?}");
                let search = search.map(str::to_owned);
                cases.push((name, KeyFilter { state, after: after.clone(), search, ..filter.clone() }));
            }
        }
    }
    for sort in [KeySort::Name, KeySort::Used] {
        cases.push((format!("by {sort:?}"), KeyFilter { sort, ..filter.clone() }));
    }
    cases.push(("page 500".to_owned(), KeyFilter { offset: 9_980, ..filter }));
    cases
}

/// What a person with this role in the project sees.
fn seen_by(role: Role) -> Visible {
    let principal = Principal {
        kind: PrincipalKind::User(user(1).id),
        grants: vec![Grant { project: Some(project().id), role }],
        scopes: Scopes::All,
        assurance: Assurance::Secret,
    };
    principal.visible(Resource::Key).unwrap()
}

/// How long `work` takes.
#[allow(clippy::disallowed_methods)] // a measurement: the clock is what it is about
async fn timed<T>(work: impl Future<Output = store::Result<T>>) -> (T, Duration) {
    let started = Instant::now();
    let found = work.await.unwrap();
    (found, started.elapsed())
}

/// Everything, a project's keys, and one's own among all the others.
fn eyes() -> [(&'static str, Visible); 3] {
    [("all", Visible::everything()), ("viewer", seen_by(Role::Viewer)), ("member", seen_by(Role::Member))]
}

both_engines! {
    async fn no_list_of_many_keys_reads_every_row(db: TestDb) {
        let n = number_of_keys();
        with_many_keys(&db, n).await;
        let sqlite = matches!(db.location, store::Location::Sqlite { .. });
        let mut slow = Vec::new();
        for ((eyes, visible), (name, filter)) in eyes().iter().flat_map(|eyes| cases(n).into_iter().map(move |case| (eyes, case))) {
            let plan = db.store.explain_list(visible, &filter, CAP).await.unwrap();
            let bad: Vec<_> = plan.lines().filter(|step| reads_every_row(step)).collect();
            assert!(bad.is_empty(), "{eyes}: {name}: {bad:?} in\n{plan}");
            let sorted = plan.contains("USE TEMP B-TREE FOR ORDER BY");
            // One's own keys are few, whatever they are sorted by.
            assert!(filter.search.is_some() || !sorted || *eyes == "member", "{eyes}: {name} is sorted:\n{plan}");
            let mut best = (Duration::MAX, Duration::MAX);
            for _ in 0..if n == MEASURED { 3 } else { 1 } {
                let (_, page) = timed(db.store.list_keys(visible, &filter)).await;
                let (_, count) = timed(db.store.count_listed_keys(visible, &filter, CAP)).await;
                best = (best.0.min(page), best.1.min(count));
            }
            #[allow(clippy::print_stderr)] // the test's own output
            {
                eprintln!("{} {eyes}: {name}: page {:?}, count {:?}", if sqlite { "SQLite" } else { "PostgreSQL" }, best.0, best.1);
            }
            if best.0 > ALLOWED {
                slow.push((*eyes, name, best));
            }
        }
        assert!(n < MEASURED || slow.is_empty(), "{slow:#?}");
        for (eyes, visible) in eyes() {
            let (counts, took) = timed(db.store.count_keys(&visible, NOW)).await;
            let all = if eyes == "member" { 99 } else { n - n / 100 };
            assert_eq!(usize::try_from(counts.total).unwrap(), all, "{eyes}");
            assert!(n < MEASURED || took < ALLOWED, "{eyes}: {took:?}");
        }
    }
}

/// Whether a step reads a whole table, or sorts what an index could have given in order. SQLite calls a walk in the order
/// of the primary key a scan, too: it ends with the page.
fn reads_every_row(step: &str) -> bool {
    let step = step.trim();
    let whole = step.contains("Seq Scan on key") || step == "SCAN k" || step.contains("AUTOMATIC");
    whole || step.contains("Sort Key: k.") || step.contains("Sort Key: s.folded")
}
