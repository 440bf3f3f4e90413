//! `[upstream]`: which upstreams may be called, and how long they may take.

use std::time::Duration;

use ipnet::IpNet;

use super::{
    read,
    section::{named, section},
};

section! {
    /// Which upstreams may be called, and how long they may take.
    Upstream, "upstream", "Calls to upstreams" {
        /// Private networks that upstreams may be in, such as `127.0.0.0/8` for a local Ollama. Cloud metadata stays out of
        /// reach.
        allowed_cidrs: Vec<IpNet> = read::networks,
            named("upstream_allowed_cidrs", "KEYWRIGHT_UPSTREAM_ALLOWED_CIDRS").default("").example("127.0.0.0/8");
        /// Seconds to connect.
        connect_timeout: Duration = read::seconds,
            named("upstream_connect_timeout", "KEYWRIGHT_UPSTREAM_CONNECT_TIMEOUT").default("5");
        /// Seconds until an answer begins: long reasoning is silent.
        first_byte_timeout: Duration = read::seconds,
            named("upstream_first_byte_timeout", "KEYWRIGHT_UPSTREAM_FIRST_BYTE_TIMEOUT").default("600");
        /// Seconds of silence within an answer.
        idle_timeout: Duration = read::seconds,
            named("upstream_idle_timeout", "KEYWRIGHT_UPSTREAM_IDLE_TIMEOUT").default("300");
        /// Seconds for a whole answer.
        total_timeout: Duration = read::seconds,
            named("upstream_total_timeout", "KEYWRIGHT_UPSTREAM_TOTAL_TIMEOUT").default("3600");
    }
}
