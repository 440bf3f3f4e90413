//! Gateway configuration: limits and timers, with their defaults.

use std::{path::PathBuf, time::Duration};

use ipnet::IpNet;

use crate::ledger::Durability;

/// Settings of the gateway. Sizes are bytes.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// Directory of the spool; made if it is missing.
    pub spool_dir: PathBuf,
    /// Size of one spool file.
    pub spool_segment: u64,
    /// Size of the whole spool. When the database is gone for so long that it is full, requests are refused.
    pub spool_total: u64,
    /// What a power cut may cost.
    pub durability: Durability,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Largest body that is read whole.
    pub max_body: u64,
    /// Largest body that streams through: multipart and everything else that is not JSON.
    pub max_multipart: u64,
    /// Memory for all bodies that are read whole, together.
    pub body_memory: u64,
    /// A request body may be silent for so long.
    pub body_idle: Duration,
    /// Bytes per second that a request body must bring on average.
    pub body_min_rate: u64,
    /// For so long it may be slower.
    pub body_grace: Duration,
    /// From sending a request on to the head of its answer.
    pub first_byte_timeout: Duration,
    /// Silence within an answer.
    pub idle_timeout: Duration,
    /// From sending a request on to the end of its answer.
    pub total_timeout: Duration,
    /// Where clients reach the gateway: scheme and authority.
    pub public_url: String,
    /// Browsers' origins that may call; `*` is every one.
    pub cors_origins: Vec<String>,
    /// Whether Gemini's SDKs may put a key into the query.
    pub gemini_query_key: bool,
    /// The mark of this installation, by which it knows requests that it has sent on itself. Empty: it sets none.
    pub hop: String,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            spool_dir: PathBuf::from("spool"),
            spool_segment: 8 << 20,
            spool_total: 1 << 30,
            durability: Durability::Normal,
            trusted_proxies: Vec::new(),
            max_body: 32 << 20,
            max_multipart: 512 << 20,
            body_memory: 512 << 20,
            body_idle: Duration::from_secs(30),
            body_min_rate: 1024,
            body_grace: Duration::from_secs(10),
            first_byte_timeout: Duration::from_mins(10),
            idle_timeout: Duration::from_mins(5),
            total_timeout: Duration::from_hours(1),
            public_url: String::new(),
            cors_origins: Vec::new(),
            gemini_query_key: false,
            hop: String::new(),
        }
    }
}
