//! `[http]`: connections of both planes.

use std::time::Duration;

use ipnet::IpNet;

use super::{
    read,
    section::{named, section},
};

section! {
    /// Connections of both planes.
    Http, "http", "Connections of both planes" {
        /// Networks whose `X-Forwarded-For` counts, separated by commas. Empty: no forwarding header is believed.
        trusted_proxies: Vec<IpNet> = read::networks,
            named("trusted_proxies", "KEYWRIGHT_TRUSTED_PROXIES").default("").example("10.0.0.0/8");
        /// Open connections per client address on each plane; trusted proxies are exempt.
        connections_per_address: u32 = read::count,
            named("connections_per_address", "KEYWRIGHT_CONNECTIONS_PER_ADDRESS").default("512");
        /// Seconds for a request's head.
        header_timeout: Duration = read::seconds, named("header_timeout", "KEYWRIGHT_HEADER_TIMEOUT").default("10");
        /// Seconds that an idle connection is kept.
        idle_timeout: Duration = read::seconds, named("idle_timeout", "KEYWRIGHT_IDLE_TIMEOUT").default("75");
        /// Seconds of silence within a request body.
        body_idle_timeout: Duration = read::seconds,
            named("body_idle_timeout", "KEYWRIGHT_BODY_IDLE_TIMEOUT").default("30");
        /// Seconds that a request body may be slower than 1 KiB/s.
        body_grace: Duration = read::seconds, named("body_grace", "KEYWRIGHT_BODY_GRACE").default("10");
        /// Seconds that a client may not read.
        write_stall_timeout: Duration = read::seconds,
            named("write_stall_timeout", "KEYWRIGHT_WRITE_STALL_TIMEOUT").default("60");
    }
}
