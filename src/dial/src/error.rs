//! Dial errors: why a call failed. Every sentence names the fix.

use std::{error::Error, io, sync::Arc};

use crate::AddressKind;

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DialError {
    /// The address rules say no.
    #[error("{}", forbidden(host, *reason))]
    Forbidden {
        /// The host that was to be called.
        host: String,
        /// What its address is.
        reason: AddressKind,
    },
    /// The name has no address.
    #[error("no address found for {host}; check the spelling of the base URL and this machine's DNS")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver says.
        source: Arc<io::Error>,
    },
    /// No connection.
    #[error("{}", no_connection(host, source))]
    Connect {
        /// Host and port.
        host: String,
        /// What the system says.
        source: Arc<io::Error>,
    },
    /// No TLS, or not with the right server.
    #[error("TLS with {host} failed: {}", crate::tls::fix(source))]
    Tls {
        /// The host.
        host: String,
        /// What rustls or the system says.
        source: Arc<io::Error>,
    },
    /// Name, connection and TLS took longer than they may.
    #[error("no connection in time; check host and port of the base URL, and the firewalls on the way")]
    ConnectTimeout,
    /// The request would leave the stored base URL.
    #[error("the request lies outside the upstream's base URL; nothing was sent")]
    OutOfBase,
    /// The request's own body broke off.
    #[error("the request's body broke off while it was sent: {0}")]
    RequestBody(String),
    /// What came back is not an HTTP/1.1 answer within our limits.
    #[error("the server's answer is not usable HTTP ({0}); is the base URL the one of an API?")]
    InvalidResponse(String),
    /// The connection ended before the answer began.
    #[error("the server closed the connection before it answered ({0}); try again, and look at its logs")]
    Reset(String),
}

impl DialError {
    /// What hyper's error means.
    pub(crate) fn of_hyper(error: &hyper::Error) -> Self {
        if error.is_parse() {
            return Self::InvalidResponse(error.to_string());
        }
        if error.is_user() {
            return Self::RequestBody(error.to_string());
        }
        let mut deepest: &dyn Error = error;
        while let Some(cause) = deepest.source() {
            deepest = cause;
        }
        Self::Reset(deepest.to_string())
    }
}

fn forbidden(host: &str, reason: AddressKind) -> String {
    if reason.is_never_called() {
        format!("{host} is a {reason} address, which is never called; use the address of an API server")
    } else {
        format!("{host} is a {reason} address; if it is yours, add its network to upstream_allowed_cidrs")
    }
}

fn no_connection(host: &str, source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => {
            format!("nothing listens at {host}; check the port of the base URL, and whether the server runs")
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            format!("there is no route to {host}; check this machine's network")
        }
        _ => format!("no connection to {host} ({source}); check the base URL and the network"),
    }
}
