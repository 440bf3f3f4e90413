//! Route table: the upstreams with their sealed secrets, as of one moment.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use domain::{CredentialId, DamagedUpstream, Upstream, UpstreamId};
use foldhash::HashMap;
use http::HeaderValue;
use keyring::{CredentialPlace, Keyring};
use store::{StoredCredential, StoredUpstream};

const SECOND: u64 = 1_000_000_000;
/// Older than this, they are read again if the database answers.
const FRESH: u64 = 5 * SECOND;
/// Older than this, they count no more.
const LIFE: u64 = 60 * SECOND;
/// If reading again fails, it is tried again after so long.
const RETRY: u64 = SECOND;

/// Upstreams and secrets.
pub(crate) struct Routes {
    /// Every upstream whose row verifies.
    pub upstreams: Vec<Upstream>,
    /// Those whose rows do not: what would go there is refused.
    pub damaged: Vec<DamagedUpstream>,
    /// Number of the last change that they know of.
    pub stamp: u64,
    /// By upstream; `None` where the rows of a secret do not verify.
    secrets: HashMap<UpstreamId, Option<Sealed>>,
    loaded_ns: u64,
    next_check_ns: AtomicU64,
}

/// A secret under seal.
struct Sealed {
    credential: CredentialId,
    version: i64,
    blob: Vec<u8>,
}

/// How old routes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Fresh, or another task is reading them again.
    Fresh,
    /// The asker has been chosen to read them again.
    Aging,
}

/// An upstream's secret is missing, damaged, or does not open for its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored secret does not open")]
pub(crate) struct Unreadable;

impl Sealed {
    /// The secret in use, if its rows verify and belong together.
    fn sound(stored: StoredCredential, keyring: &Keyring) -> Option<Self> {
        let damaged = |what: &dyn std::fmt::Display| tracing::error!(%what, "a stored secret's row does not verify");
        let credential = keyring.verify(stored.credential).map_err(|row| damaged(&row)).ok()?;
        let version = keyring.verify(stored.version?).map_err(|row| damaged(&row)).ok()?;
        let fits = version.credential_id == credential.id && version.version == credential.version;
        let version = version.into_inner();
        fits.then_some(Self { credential: version.credential_id, version: version.version, blob: version.sealed })
    }
}

impl Routes {
    /// Upstreams and secrets as they were read. A row that does not verify damages itself alone.
    pub(crate) fn new(
        upstreams: Vec<StoredUpstream>,
        credentials: Vec<StoredCredential>,
        keyring: &Keyring,
        stamp: u64,
        now_ns: u64,
    ) -> Self {
        let (mut sound, mut damaged) = (Vec::with_capacity(upstreams.len()), Vec::new());
        for StoredUpstream { upstream, claims_default } in upstreams {
            match keyring.verify(upstream) {
                Ok(upstream) => sound.push(upstream.into_inner()),
                Err(row) => {
                    tracing::error!(what = %row, "an upstream's row does not verify; nothing is sent there");
                    damaged.push(DamagedUpstream { id: row.id, is_default: claims_default });
                }
            }
        }
        let secrets = credentials
            .into_iter()
            .filter_map(|stored| Some((stored.upstream_id.parse().ok()?, Sealed::sound(stored, keyring))))
            .collect();
        Self { upstreams: sound, damaged, stamp, secrets, loaded_ns: now_ns, next_check_ns: AtomicU64::new(0) }
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

    /// `Bearer <secret>` for an upstream; `None` where it takes none. Opened anew for every attempt, never kept (C2). An
    /// upstream that expects a secret and has none that can be used is never called without (F04).
    pub(crate) fn bearer(&self, upstream: &Upstream, keyring: &Keyring) -> Result<Option<HeaderValue>, Unreadable> {
        let sealed = match self.secrets.get(&upstream.id) {
            Some(Some(sealed)) => sealed,
            None if !upstream.expects_secret() => return Ok(None),
            Some(None) | None => return Err(Unreadable),
        };
        let place = CredentialPlace {
            credential: &sealed.credential,
            version: sealed.version,
            upstream: &upstream.id,
            base_url: &upstream.base_url,
        };
        let secret = keyring.open_credential(&place, &sealed.blob).map_err(|error| {
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
