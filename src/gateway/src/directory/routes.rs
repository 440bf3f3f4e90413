//! The upstreams with their sealed secrets, as of one moment.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use domain::{Credential, CredentialVersion, Upstream, UpstreamId};
use foldhash::HashMap;
use http::HeaderValue;
use keyring::{Aad, Keyring};

const SECOND: u64 = 1_000_000_000;
/// Older than this, they are read again if the database answers.
const FRESH: u64 = 5 * SECOND;
/// Older than this, they count no more.
const LIFE: u64 = 60 * SECOND;
/// If reading again fails, it is tried again after so long.
const RETRY: u64 = SECOND;

/// Upstreams and secrets.
pub(crate) struct Routes {
    /// Every upstream.
    pub upstreams: Vec<Upstream>,
    /// Number of the last change that they know of.
    pub stamp: u64,
    secrets: HashMap<UpstreamId, Sealed>,
    loaded_ns: u64,
    next_check_ns: AtomicU64,
}

/// A secret under seal.
pub(crate) struct Sealed {
    row: String,
    blob: Vec<u8>,
}

/// How old routes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Young, or somebody else is reading them again.
    Fresh,
    /// The asker has been chosen to read them again.
    Aging,
}

/// An upstream's secret does not open for its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored secret does not open")]
pub(crate) struct Unreadable;

impl Sealed {
    /// The version in use of a credential.
    pub(crate) fn new(credential: &Credential, version: CredentialVersion) -> Self {
        Self { row: format!("{}/{}", credential.id, version.version), blob: version.sealed }
    }
}

impl Routes {
    pub(crate) fn new(upstreams: Vec<Upstream>, secrets: Vec<(UpstreamId, Sealed)>, stamp: u64, now_ns: u64) -> Self {
        let secrets = secrets.into_iter().collect();
        Self { upstreams, stamp, secrets, loaded_ns: now_ns, next_check_ns: AtomicU64::new(0) }
    }

    /// Whether they still count.
    pub(crate) fn is_alive(&self, now_ns: u64) -> bool {
        now_ns.saturating_sub(self.loaded_ns) < LIFE
    }

    /// Whether the asker should read them again.
    pub(crate) fn freshness(&self, now_ns: u64) -> Freshness {
        let next = self.next_check_ns.load(Ordering::Relaxed);
        let due = now_ns.saturating_sub(self.loaded_ns) >= FRESH && now_ns >= next;
        let chosen = due
            && self.next_check_ns.compare_exchange(next, now_ns + RETRY, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if chosen { Freshness::Aging } else { Freshness::Fresh }
    }

    /// `Bearer <secret>` for an upstream; `None` where none is stored. Opened anew for every attempt, never kept (C2).
    pub(crate) fn bearer(&self, upstream: &Upstream, keyring: &Keyring) -> Result<Option<HeaderValue>, Unreadable> {
        let Some(sealed) = self.secrets.get(&upstream.id) else { return Ok(None) };
        let origin = upstream.base_url.origin();
        let aad = Aad { table: "credential_versions", column: "sealed", row: &sealed.row, origin };
        let secret = keyring.unseal(&aad, &sealed.blob).map_err(|error| {
            tracing::error!(upstream = upstream.name, %error, "a stored secret cannot be opened");
            Unreadable
        })?;
        let mut bearer = Vec::with_capacity(7 + secret.len());
        bearer.extend_from_slice(b"Bearer ");
        bearer.extend_from_slice(&secret);
        let mut value = HeaderValue::from_maybe_shared(Bytes::from(bearer)).map_err(|_| Unreadable)?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}
