//! `[gateway]`: the listener for API clients and what it takes from them.

use std::net::SocketAddr;

use super::{
    read,
    section::{named, section},
};

section! {
    /// The listener for API clients and what it takes from them.
    Gateway, "gateway", "The gateway" {
        /// Address that API clients call. The same explicit address as the admin app's puts both on one port.
        listen: SocketAddr = read::address, named("gateway_listen", "KEYWRIGHT_GATEWAY_LISTEN").default("127.0.0.1:8080");
        /// Where clients reach the gateway, for the snippets that the app shows: scheme and host.
        public_url: Option<String> = read::origin,
            named("public_url", "KEYWRIGHT_PUBLIC_URL").unset("from the listener").example("https://llm.example.org");
        /// Largest request body.
        max_body_bytes: u64 = read::bytes, named("max_body_bytes", "KEYWRIGHT_MAX_BODY_BYTES").default("33554432");
        /// Largest multipart request body; those stream.
        max_multipart_bytes: u64 = read::bytes,
            named("max_multipart_bytes", "KEYWRIGHT_MAX_MULTIPART_BYTES").default("536870912");
        /// Memory for all buffered request bodies at once.
        body_memory_bytes: u64 = read::bytes,
            named("body_memory_bytes", "KEYWRIGHT_BODY_MEMORY_BYTES").default("536870912");
        /// Origins of browser apps that may call the gateway: scheme and host each, or `*` for every one.
        cors_origins: Vec<String> = read::origins,
            named("cors_origins", "KEYWRIGHT_CORS_ORIGINS").default("").example("https://app.example.org");
        /// Whether Gemini's SDKs may send the key in the address (`?key=`), where proxies write it down.
        gemini_query_key: bool = read::flag,
            named("gemini_query_key", "KEYWRIGHT_GEMINI_QUERY_KEY").default("false");
    }
}
