//! Rows to begin with, and a way past the store to write what it never would.

use domain::{
    BaseUrl, Credential, CredentialId, CredentialVersion, ErrorClass, KeyEnv, KeyId, KeyVersion, Project, ProjectId,
    Provider, RateLimits, RequestId, RequestLog, Role, Timestamp, Upstream, UpstreamId, Usage, User, UserId,
    VirtualKey,
};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use store::{Location, Store};
use testkit_db::TestDb;

/// An instant on a fine Saturday, on the hour.
pub const NOON: Timestamp = Timestamp(1_795_262_400_000);

/// Random bytes that tell one thing from another.
pub fn bytes(n: u8) -> [u8; 10] {
    [n; 10]
}

pub fn project() -> Project {
    Project { id: ProjectId::new(NOON, bytes(1)), name: "Default".to_owned(), created_at: NOON }
}

pub fn user(n: u8) -> User {
    User {
        id: UserId::new(NOON, bytes(n)),
        email: format!("user{n}@example.org"),
        role: Role::Admin,
        project_id: project().id,
        created_at: NOON.plus(i64::from(n)),
    }
}

/// An active key, the `n`-th to be made.
pub fn key(n: u8) -> VirtualKey {
    let at = NOON.plus(i64::from(n));
    VirtualKey {
        id: KeyId::new(at, bytes(n)),
        project_id: project().id,
        owner_id: None,
        name: format!("key {n}"),
        description: String::new(),
        env: KeyEnv::Live,
        masked: format!("sk-auto-live-9fQ{n}…Lk7a"),
        version: 1,
        enabled: true,
        expires_at: None,
        revoked_at: None,
        revoke_reason: None,
        allowed_models: vec![],
        allowed_upstreams: vec![],
        allowed_cidrs: vec![],
        rate_limits: RateLimits { requests_per_minute: Some(100) },
        created_at: at,
        updated_at: at,
        last_used_at: None,
    }
}

/// The first version of `key`.
pub fn version(key: &VirtualKey, n: u8) -> KeyVersion {
    KeyVersion {
        key_id: key.id.clone(),
        version: 1,
        lookup_hash: [n; 32],
        masked: key.masked.clone(),
        created_at: key.created_at,
    }
}

pub fn upstream(n: u8) -> Upstream {
    let at = NOON.plus(i64::from(n));
    Upstream {
        id: UpstreamId::new(at, bytes(n)),
        name: format!("upstream {n}"),
        provider: Provider::OpenaiCompatible,
        base_url: "https://models.example.org/v1".parse::<BaseUrl>().unwrap(),
        is_default: false,
        created_at: at,
        updated_at: at,
    }
}

/// A credential with the version `version` of it.
pub fn credential(upstream: &Upstream, version: i64) -> (Credential, CredentialVersion) {
    let id = CredentialId::new(NOON, bytes(7));
    let masked = format!("sk-***000{version}");
    let credential = Credential {
        id: id.clone(),
        upstream_id: upstream.id.clone(),
        version,
        masked: masked.clone(),
        created_at: NOON,
        updated_at: NOON.plus(version),
    };
    let version = CredentialVersion {
        credential_id: id,
        version,
        sealed: vec![0, 255, u8::try_from(version).unwrap()],
        fingerprint: vec![9, 9],
        origin: upstream.base_url.origin().to_owned(),
        masked,
        created_at: NOON.plus(version),
    };
    (credential, version)
}

/// A request of key 1 that went well, so many milliseconds after noon.
pub fn request(after: i64) -> RequestLog {
    let at = NOON.plus(after);
    RequestLog {
        id: RequestId::new(at, bytes(1)),
        started_at: at,
        key_id: key(1).id,
        key_version: 1,
        key_name: "key 1".to_owned(),
        key_prefix: "sk-auto-live-9fQ1".to_owned(),
        project_id: project().id,
        method: "POST".to_owned(),
        endpoint: "/v1/chat/completions".to_owned(),
        streamed: true,
        model: Some("gpt-x".to_owned()),
        model_served: Some("gpt-x-2026".to_owned()),
        upstream_id: Some(upstream(1).id),
        upstream: Some("upstream 1".to_owned()),
        status: 200,
        upstream_status: None,
        usage: Usage {
            input_tokens: Some(10),
            cached_tokens: Some(4),
            output_tokens: Some(5),
            reasoning_tokens: Some(2),
        },
        price_nano: Some(123),
        latency_us: 2_000,
        first_byte_us: Some(1_000),
        attempts: 1,
        client_address: "10.0.0.1".to_owned(),
        user_agent: Some("curl".to_owned()),
        error_class: None,
    }
}

/// The same with an answer that says why.
pub fn failed(after: i64, status: u16, class: ErrorClass) -> RequestLog {
    RequestLog { status, error_class: Some(class), ..request(after) }
}

/// Writes the one project that everything else points at.
pub async fn with_project(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    tx.insert_project(&project()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Writes keys; the lookup hash of each is made of its place in the list, from 1.
pub async fn with_keys(store: &Store, keys: &[VirtualKey]) {
    with_project(store).await;
    let mut tx = store.begin().await.unwrap();
    for (n, key) in (1..).zip(keys) {
        tx.insert_key(key, &version(key, n), &[n; 32]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub async fn with_upstreams(store: &Store, upstreams: &[Upstream]) {
    let mut tx = store.begin().await.unwrap();
    for upstream in upstreams {
        tx.insert_upstream(upstream).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Executes what the store would not, on the control plane's tables.
pub async fn behind_its_back(db: &TestDb, sql: &str) {
    run(db, "control.db", sql).await;
}

/// The same on the request rows.
pub async fn behind_its_back_on_usage(db: &TestDb, sql: &str) {
    run(db, "usage.db", sql).await;
}

async fn run(db: &TestDb, file: &str, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match &db.location {
        Location::Sqlite { dir } => {
            let url = format!("sqlite://{}", dir.join(file).display());
            SqliteConnection::connect(&url).await.unwrap().execute(sql).await.unwrap();
        }
        Location::Postgres { url } => {
            PgConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
        }
        Location::SqliteMemory => panic!("nobody else can reach these"),
    }
}

/// How the engine means to execute a query on the request rows, in its own words.
pub async fn plan(db: &TestDb, sql: &str) -> String {
    match &db.location {
        Location::Sqlite { dir } => {
            let url = format!("sqlite://{}", dir.join("usage.db").display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
            steps.into_iter().map(|(.., step)| step + " \n").collect()
        }
        Location::Postgres { url } => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            // Few rows are quickest sorted; what counts is how many would be read.
            connection.execute("SET enable_sort = off; SET enable_seqscan = off").await.unwrap();
            let sql = AssertSqlSafe(format!("EXPLAIN {sql}"));
            let lines: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
            lines.into_iter().map(|line| line + " \n").collect()
        }
        Location::SqliteMemory => panic!("nobody else can reach these"),
    }
}
