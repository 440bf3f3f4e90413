//! Every setting there is: its name in the file, its environment variable, its default, what it does.

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in `keywright.toml`.
    pub key: &'static str,
    /// Its environment variable.
    pub env: &'static str,
    /// What holds when nobody says anything; `None`: nothing.
    pub default: Option<&'static str>,
    /// Whether its value is never shown.
    pub secret: bool,
    /// Whether the file may hold it. Bare secrets belong into the environment or into a file of their own.
    pub in_file: bool,
    /// One line for people.
    pub help: &'static str,
}

const fn setting(key: &'static str, env: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { key, env, default: Some(default), secret: false, in_file: true, help }
}

const fn optional(key: &'static str, env: &'static str, help: &'static str) -> Setting {
    Setting { key, env, default: None, secret: false, in_file: true, help }
}

const fn secret(key: &'static str, env: &'static str, in_file: bool, help: &'static str) -> Setting {
    Setting { key, env, default: None, secret: true, in_file, help }
}

/// Every setting, in the order of the documentation.
pub const SETTINGS: &[Setting] = &[
    setting("data_dir", "KEYWRIGHT_DATA_DIR", "data", "directory of the databases, the spool and the root key"),
    setting("gateway_listen", "KEYWRIGHT_GATEWAY_LISTEN", "127.0.0.1:8080", "address that API clients call"),
    setting("admin_listen", "KEYWRIGHT_ADMIN_LISTEN", "127.0.0.1:8081", "address of the admin app and REST"),
    optional("public_url", "KEYWRIGHT_PUBLIC_URL", "where clients reach the gateway, for snippets"),
    optional("admin_url", "KEYWRIGHT_ADMIN_URL", "where browsers reach the admin app; decides cookies and Origin"),
    secret("database_url", "DATABASE_URL", true, "postgres://… instead of the built-in SQLite"),
    optional("encryption_key_file", "ENCRYPTION_KEY_FILE", "file of the root key; left out: DIR/root.key"),
    secret("encryption_key", "ENCRYPTION_KEY", false, "the root key itself, base64 or hex of 32 bytes"),
    secret("admin_token", "ADMIN_TOKEN", false, "bearer token for automation, at least 32 characters"),
    setting("key_prefix", "KEYWRIGHT_KEY_PREFIX", "sk-auto-", "how issued keys begin; a separator ends it"),
    setting("insecure_http", "KEYWRIGHT_INSECURE_HTTP", "false", "let browsers sign in over plain HTTP off loopback"),
    setting("trusted_proxies", "KEYWRIGHT_TRUSTED_PROXIES", "", "networks whose X-Forwarded-For counts"),
    setting(
        "upstream_allowed_cidrs",
        "KEYWRIGHT_UPSTREAM_ALLOWED_CIDRS",
        "",
        "private networks that upstreams may be in",
    ),
    setting("upstream_connect_timeout", "KEYWRIGHT_UPSTREAM_CONNECT_TIMEOUT", "5", "seconds to connect to an upstream"),
    setting(
        "upstream_first_byte_timeout",
        "KEYWRIGHT_UPSTREAM_FIRST_BYTE_TIMEOUT",
        "600",
        "seconds until an answer begins",
    ),
    setting("upstream_idle_timeout", "KEYWRIGHT_UPSTREAM_IDLE_TIMEOUT", "120", "seconds of silence within an answer"),
    setting("upstream_total_timeout", "KEYWRIGHT_UPSTREAM_TOTAL_TIMEOUT", "3600", "seconds for a whole answer"),
    setting("max_body_bytes", "KEYWRIGHT_MAX_BODY_BYTES", "33554432", "largest request body"),
    setting("max_multipart_bytes", "KEYWRIGHT_MAX_MULTIPART_BYTES", "536870912", "largest multipart request body"),
    setting("body_memory_bytes", "KEYWRIGHT_BODY_MEMORY_BYTES", "536870912", "memory for all request bodies at once"),
    setting("body_idle_timeout", "KEYWRIGHT_BODY_IDLE_TIMEOUT", "30", "seconds of silence within a request body"),
    setting("body_grace", "KEYWRIGHT_BODY_GRACE", "10", "seconds that a request body may be slower than 1 KiB/s"),
    setting("header_timeout", "KEYWRIGHT_HEADER_TIMEOUT", "10", "seconds for a request's head"),
    setting("idle_timeout", "KEYWRIGHT_IDLE_TIMEOUT", "75", "seconds that an idle connection is kept"),
    setting("write_stall_timeout", "KEYWRIGHT_WRITE_STALL_TIMEOUT", "60", "seconds that a client may not read"),
    setting(
        "connections_per_address",
        "KEYWRIGHT_CONNECTIONS_PER_ADDRESS",
        "512",
        "open connections per client address, on each plane",
    ),
    setting(
        "durability",
        "KEYWRIGHT_DURABILITY",
        "normal",
        "what a power cut may cost: normal (a second) or strict (0)",
    ),
    setting("spool_bytes", "KEYWRIGHT_SPOOL_BYTES", "1073741824", "disk for rows that the database does not have yet"),
    setting("drain_timeout", "KEYWRIGHT_DRAIN_TIMEOUT", "30", "seconds for requests under way at shutdown"),
    setting("log", "KEYWRIGHT_LOG", "info,sqlx=warn", "what is logged: error, warn, info, debug, trace, or per room"),
    setting("log_format", "KEYWRIGHT_LOG_FORMAT", "text", "text or json"),
];

/// The setting of that name.
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}
