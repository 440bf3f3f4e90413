//! Test data builders: one valid value of each type of `domain`, distinguished by a number.
//!
//! A test changes the fields it is about: `VirtualKey { enabled: false, ..key(1) }`.

use domain::{
    BaseUrl, Credential, CredentialId, CredentialVersion, ErrorClass, KeyEnv, KeyId, KeyVersion, Labels, Policy,
    Project, ProjectId, ProviderId, RequestId, RequestLog, Role, Timestamp, Upstream, UpstreamId, UpstreamSettings,
    Usage, User, UserId, VirtualKey,
};

/// 2026-11-21T12:00:00Z: where every [`crate::ManualClock`] begins.
pub const NOON: Timestamp = Timestamp(1_795_262_400_000);

/// The random part of an id, the same for the same `n`.
pub fn bytes(n: u8) -> [u8; 10] {
    [n; 10]
}

/// The project that everything else belongs to.
pub fn project() -> Project {
    Project { id: ProjectId::new(NOON, bytes(1)), name: "Default".to_owned(), created_at: NOON }
}

/// An administrator, the `n`-th to be made.
pub fn user(n: u8) -> User {
    User {
        id: UserId::new(NOON, bytes(n)),
        email: format!("user{n}@example.org"),
        role: Role::Admin,
        project_id: project().id,
        preferences: domain::Preferences::default(),
        created_at: NOON.plus(i64::from(n)),
    }
}

/// An active key without a restriction, the `n`-th to be made.
pub fn key(n: u8) -> VirtualKey {
    let at = NOON.plus(i64::from(n));
    VirtualKey {
        id: KeyId::new(at, bytes(n)),
        project_id: project().id,
        owner_id: None,
        name: format!("key {n}"),
        labels: Labels::default(),
        env: KeyEnv::Live,
        masked: format!("sk-auto-live-9fQ{n}…Lk7a"),
        version: 1,
        enabled: true,
        expires_at: None,
        revoked_at: None,
        revoke_reason: None,
        policy: Policy::default(),
        policy_version: 1,
        created_at: at,
        updated_at: at,
        last_used_at: None,
    }
}

/// The first version of `key`, with a lookup hash made of `n`.
pub fn version(key: &VirtualKey, n: u8) -> KeyVersion {
    KeyVersion {
        key_id: key.id.clone(),
        version: 1,
        lookup_hash: [n; 32],
        masked: key.masked.clone(),
        created_at: key.created_at,
    }
}

/// An upstream that is not the default, the `n`-th to be made.
pub fn upstream(n: u8) -> Upstream {
    let at = NOON.plus(i64::from(n));
    Upstream {
        id: UpstreamId::new(at, bytes(n)),
        name: format!("upstream {n}"),
        provider: ProviderId::OPENAI_COMPATIBLE.parse().unwrap(),
        base_url: "https://models.example.org/v1".parse::<BaseUrl>().unwrap(),
        default_for: vec![],
        has_secret: false,
        settings: UpstreamSettings::default(),
        created_at: at,
        updated_at: at,
    }
}

/// The credential of an upstream at its version `version`, and that version. What is sealed is not a real envelope.
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
        base_url: upstream.base_url.to_string(),
        masked,
        created_at: NOON.plus(version),
    };
    (credential, version)
}

/// A row of the request log: key 1 at upstream 1, gone well, so many milliseconds after [`NOON`].
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
            ..Usage::default()
        },
        usage_raw: None,
        service_tier: None,
        price_nano: Some(123),
        cost_source: None,
        session_id: None,
        latency_us: 2_000,
        first_byte_us: Some(1_000),
        attempts: 1,
        client_address: "10.0.0.1".to_owned(),
        user_agent: Some("curl".to_owned()),
        error_class: None,
        policy_version: Some(4),
        count: 1,
        attempts_detail: None,
        background: None,
    }
}

/// The same with an answer that says why it went wrong.
pub fn failed(after: i64, status: u16, class: ErrorClass) -> RequestLog {
    RequestLog { status, error_class: Some(class.into()), ..request(after) }
}
