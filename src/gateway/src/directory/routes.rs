//! Route table: the upstreams with their sealed secrets and the model routes, as of one moment.

use std::{
    collections::HashMap as StdHashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use dial::Dialer;
use domain::{
    BaseUrl, Catalog, CredentialId, DamagedUpstream, Dialect, Landscape, ModelRoute, Provider, Unverified, Upstream,
    UpstreamId,
};
use foldhash::HashMap;
use http::{HeaderName, HeaderValue};
use keyring::{CredentialPlace, Keyring};
use store::{StoredCredential, StoredUpstream};

const SECOND: u64 = 1_000_000_000;
/// Older than this, they are read again if the database answers.
const FRESH: u64 = 5 * SECOND;
/// Older than this, they count no more.
const LIFE: u64 = 60 * SECOND;
/// If reading again fails, it is tried again after so long.
const RETRY: u64 = SECOND;

/// Upstreams, secrets and model routes.
pub(crate) struct Routes {
    /// Every upstream whose row verifies.
    pub upstreams: Vec<Upstream>,
    /// Those whose rows do not: what would go there is refused.
    pub damaged: Vec<DamagedUpstream>,
    /// Every model route whose row verifies.
    pub models: Vec<ModelRoute>,
    /// The providers.
    pub catalog: Arc<Catalog>,
    /// Number of the last change that they know of.
    pub stamp: u64,
    /// By upstream; `None` where the rows of a secret do not verify.
    secrets: HashMap<UpstreamId, Option<Sealed>>,
    /// The ways out of upstreams that trust certificates or have a patience of their own, by what sets them apart.
    dialers: StdHashMap<UpstreamId, (String, Dialer)>,
    loaded_ns: u64,
    next_check_ns: AtomicU64,
}

/// What routes are made of.
pub(crate) struct Parts<'a> {
    /// Rows of upstreams.
    pub upstreams: Vec<StoredUpstream>,
    /// Their secrets.
    pub credentials: Vec<StoredCredential>,
    /// Rows of model routes.
    pub models: Vec<Unverified<ModelRoute>>,
    /// The providers.
    pub catalog: Arc<Catalog>,
    /// The usual way out.
    pub dialer: &'a Dialer,
    /// The routes before, whose connections are kept.
    pub before: Option<Arc<Routes>>,
}

/// A secret under seal.
struct Sealed {
    credential: CredentialId,
    version: i64,
    blob: Vec<u8>,
}

/// Where and how an upstream is called in a dialect.
pub(crate) struct Way<'a> {
    /// The base of what is sent there.
    pub base: BaseUrl,
    /// The provider.
    pub provider: &'a Provider,
    /// The field of its credential, if it takes one.
    pub credential: Option<(HeaderName, HeaderValue)>,
    /// Whose credential.
    pub credential_id: Option<CredentialId>,
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
    /// Upstreams, secrets and routes as they were read. A row that does not verify damages itself alone.
    pub(crate) fn new(parts: Parts<'_>, keyring: &Keyring, stamp: u64, now_ns: u64) -> Self {
        let Parts { upstreams, credentials, models, catalog, dialer, before } = parts;
        let (mut sound, mut damaged) = (Vec::with_capacity(upstreams.len()), Vec::new());
        for StoredUpstream { upstream, claims_default_for } in upstreams {
            match keyring.verify(upstream) {
                Ok(upstream) => sound.push(upstream.into_inner()),
                Err(row) => {
                    tracing::error!(what = %row, "an upstream's row does not verify; nothing is sent there");
                    damaged.push(DamagedUpstream { id: row.id, default_for: claims_default_for });
                }
            }
        }
        let secrets = credentials
            .into_iter()
            .filter_map(|stored| Some((stored.upstream_id.parse().ok()?, Sealed::sound(stored, keyring))))
            .collect();
        let models = models
            .into_iter()
            .filter_map(|row| {
                let verified = keyring.verify(row);
                verified.map_err(|row| tracing::error!(what = %row, "a model route's row does not verify")).ok()
            })
            .map(domain::Verified::into_inner)
            .collect();
        let dialers = sound.iter().filter_map(|upstream| dialer_of(upstream, dialer, before.as_deref())).collect();
        Self {
            upstreams: sound,
            damaged,
            models,
            catalog,
            stamp,
            secrets,
            dialers,
            loaded_ns: now_ns,
            next_check_ns: AtomicU64::new(0),
        }
    }

    /// What there is to choose from.
    pub(crate) fn landscape(&self) -> Landscape<'_> {
        Landscape { upstreams: &self.upstreams, damaged: &self.damaged, routes: &self.models, catalog: &self.catalog }
    }

    /// The way out to an upstream.
    pub(crate) fn dialer<'d>(&'d self, upstream: &UpstreamId, usual: &'d Dialer) -> &'d Dialer {
        self.dialers.get(upstream).map_or(usual, |(_, dialer)| dialer)
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

    /// How an upstream is called in a dialect. Its secret is opened anew for every attempt, never kept (C2). An upstream that
    /// expects a secret and has none that can be used is never called without (F04). `Ok(None)`: it does not speak the dialect.
    pub(crate) fn way(
        &self,
        upstream: &Upstream,
        dialect: Dialect,
        keyring: &Keyring,
    ) -> Result<Option<Way<'_>>, Unreadable> {
        let Some(provider) = self.catalog.get(&upstream.provider) else { return Ok(None) };
        let (Some(base), Some(root)) = (provider.root(dialect, &upstream.base_url), provider.speaks(dialect)) else {
            return Ok(None);
        };
        let sealed = match self.secrets.get(&upstream.id) {
            Some(Some(sealed)) => sealed,
            None if !upstream.has_secret && !provider.needs_secret => {
                return Ok(Some(Way { base, provider, credential: None, credential_id: None }));
            }
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
        let mut value = Vec::with_capacity(root.credential.prefix.len() + secret.len());
        value.extend_from_slice(root.credential.prefix.as_bytes());
        value.extend_from_slice(&secret);
        let mut value = HeaderValue::from_maybe_shared(Bytes::from(value)).map_err(|_| Unreadable)?;
        value.set_sensitive(true);
        let name = HeaderName::from_bytes(root.credential.name.as_bytes()).map_err(|_| Unreadable)?;
        let credential_id = Some(sealed.credential.clone());
        Ok(Some(Way { base, provider, credential: Some((name, value)), credential_id }))
    }
}

/// The way out of an upstream that has one of its own; the one that it had before, if nothing of it changed.
fn dialer_of(upstream: &Upstream, usual: &Dialer, before: Option<&Routes>) -> Option<(UpstreamId, (String, Dialer))> {
    let (ca, connect) = (upstream.settings.ca_pem.as_deref(), upstream.settings.timeouts.connect);
    if ca.is_none() && connect.is_none() {
        return None;
    }
    let apart = format!("{connect:?} {ca:?}");
    let kept = before.and_then(|routes| routes.dialers.get(&upstream.id)).filter(|(same, _)| *same == apart);
    let dialer = if let Some((_, dialer)) = kept {
        dialer.clone()
    } else {
        let patience = connect.map(|seconds| std::time::Duration::from_secs(seconds.into()));
        match usual.trusting_also(ca, patience) {
            Ok(dialer) => dialer,
            Err(error) => {
                tracing::error!(upstream = upstream.name, %error, "an upstream's certificates cannot be used");
                return None;
            }
        }
    };
    Some((upstream.id.clone(), (apart, dialer)))
}
