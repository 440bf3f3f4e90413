//! Call context: actor, address, plane and request id; the first argument of every verb.

use std::{net::IpAddr, path::PathBuf, sync::Arc};

use dial::Dialer;
use domain::{
    Act, Actor, AuditEvent, Catalog, ChangeKind, Clock, DamagedRow, Decision, EventId, FieldChange, OutboxEvent,
    Principal, Protected, Random, Resource, Timestamp, Unverified, Verb, Verified, Visible,
};
use keyring::{KeyFormat, Keyring};
use serde::Serialize;
use store::{Store, Tx};
use tokio::sync::Semaphore;

use crate::{
    Error, Result,
    audit::{link, observations::Observations},
    navigation::cache::Cache,
    refusals::Refusals,
    users::Throttle,
};

/// So many may wait for a password to be hashed; more are refused, so that a flood does not lock all users out for
/// minutes.
const HASHING_QUEUE: usize = 16;

/// What the control plane is built from.
pub struct Parts {
    /// What is remembered.
    pub store: Store,
    /// What is sealed.
    pub keyring: Keyring,
    /// The guarded way out, for testing upstreams.
    pub dialer: Dialer,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
    /// The providers.
    pub catalog: Arc<Catalog>,
    /// What was configured.
    pub settings: Settings,
}

/// What the control plane needs to know of the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where clients reach the gateway, for snippets: scheme and authority, no slash at the end.
    pub gateway_url: String,
    /// Where browsers reach the admin app: scheme and authority, no slash at the end.
    pub admin_url: String,
    /// How issued keys look.
    pub key_format: KeyFormat,
    /// The file that holds the setup token until it is claimed; removed by the claim.
    pub setup_token_path: PathBuf,
}

/// The control plane. A handle: clones are the same plane.
#[derive(Clone)]
pub struct Control(Arc<Inner>);

struct Inner {
    parts: Parts,
    /// Argon2id takes 64 MiB a run: two at once at most.
    hashing: Semaphore,
    hashing_queue: Semaphore,
    throttle: Throttle,
    refusals: Refusals,
    observations: Observations,
    navigation: Cache,
}

impl Control {
    /// Builds the plane.
    pub fn new(parts: Parts) -> Self {
        let inner = Arc::new(Inner {
            navigation: Cache::over(&parts.store),
            parts,
            hashing: Semaphore::new(2),
            hashing_queue: Semaphore::new(HASHING_QUEUE),
            throttle: Throttle::default(),
            refusals: Refusals::default(),
            observations: Observations::default(),
        });
        let plane = Arc::downgrade(&inner);
        inner.parts.store.subscribe(Arc::new(move |change| {
            if change.kind == ChangeKind::SignInUnlocked
                && let Some(inner) = plane.upgrade()
            {
                inner.throttle.unlock(&change.id);
            }
        }));
        Self(inner)
    }

    /// The context of one action.
    pub fn cx(&self, actor: Actor, address: Option<IpAddr>) -> Cx {
        Cx {
            control: self.clone(),
            actor,
            address: address.map(domain::user::canonical_address),
            request_id: None,
            user_agent: None,
        }
    }

    /// What was configured.
    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    /// The time, for entry points that show it.
    pub fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }

    /// Writes down how many credentials were refused since the last call; to be called once a minute.
    pub fn log_refusals(&self) {
        self.0.refusals.log();
    }

    /// The providers, for the data plane of the same process.
    pub fn shared_catalog(&self) -> Arc<Catalog> {
        self.0.parts.catalog.clone()
    }

    /// The providers.
    pub fn catalog(&self) -> &Catalog {
        &self.0.parts.catalog
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.parts.store
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.0.parts.keyring
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.0.parts.random
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> Result<()> {
        Ok(self.0.parts.store.ping().await?)
    }
}

/// What a row's audit record says is wrong with it.
#[derive(Serialize)]
struct Finding {
    table: &'static str,
    damage: String,
}

fn unauthenticated() -> Error {
    Error::Unauthenticated("sign in first".to_owned())
}

/// Who acts, from where, with what: the first argument of every verb.
#[derive(Clone)]
pub struct Cx {
    control: Control,
    actor: Actor,
    address: Option<IpAddr>,
    request_id: Option<Arc<str>>,
    user_agent: Option<Arc<str>>,
}

/// Of a longer user agent the rest is not kept.
const USER_AGENT_MAX: usize = 256;

impl Cx {
    /// Who acts.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The same place and plane with another actor: after a user has signed in.
    #[must_use]
    pub fn with_actor(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }

    /// The same context for a request that has an id, from a client that may call itself something: both go into the
    /// audit log.
    #[must_use]
    pub fn with_request(&self, request_id: Option<&str>, user_agent: Option<&str>) -> Self {
        let user_agent = user_agent.map(|text| {
            let visible = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
            visible.take(USER_AGENT_MAX).collect::<String>().into()
        });
        Self { request_id: request_id.map(Into::into), user_agent, ..self.clone() }
    }

    /// The control plane.
    pub const fn control(&self) -> &Control {
        &self.control
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.control.now()
    }

    /// What was configured.
    pub fn settings(&self) -> &Settings {
        self.control.settings()
    }

    /// The rights of whoever acts.
    pub fn principal(&self) -> Principal {
        self.actor.principal()
    }

    /// Whether `verb` may be done to `thing`: asked right after the look-up. What may not be seen is not found.
    pub(crate) fn allow(&self, verb: Verb, thing: &impl Protected) -> Result<()> {
        let (principal, target) = (self.principal(), thing.target());
        match principal.judge(verb, &target) {
            Decision::Allow => Ok(()),
            _ if principal.grants.is_empty() => Err(unauthenticated()),
            Decision::Deny => Err(Error::Denied),
            // Nothing is hidden by a kind of which the caller may see not even one.
            Decision::Hide if !principal.may_ever(target.resource, Verb::Read) => Err(Error::Denied),
            Decision::Hide => Err(Error::NotFound(target.resource.noun())),
        }
    }

    /// Which things of a kind a list may show.
    pub(crate) fn visible(&self, resource: Resource) -> Result<Visible> {
        let principal = self.principal();
        match principal.visible(resource) {
            Some(visible) => Ok(visible),
            None if principal.grants.is_empty() => Err(unauthenticated()),
            None => Err(Error::Denied),
        }
    }

    pub(crate) const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    pub(crate) fn store(&self) -> &Store {
        self.control.store()
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        self.control.keyring()
    }

    pub(crate) fn dialer(&self) -> &Dialer {
        &self.control.0.parts.dialer
    }

    pub(crate) fn random(&self) -> &dyn Random {
        self.control.random()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.control.0.parts.clock
    }

    pub(crate) fn monotonic_ns(&self) -> u64 {
        self.control.0.parts.clock.monotonic_ns()
    }

    pub(crate) fn hashing(&self) -> &Semaphore {
        &self.control.0.hashing
    }

    pub(crate) fn hashing_queue(&self) -> &Semaphore {
        &self.control.0.hashing_queue
    }

    pub(crate) fn navigation(&self) -> &Cache {
        &self.control.0.navigation
    }

    pub(crate) fn throttle(&self) -> &Throttle {
        &self.control.0.throttle
    }

    pub(crate) fn refusals(&self) -> &Refusals {
        &self.control.0.refusals
    }

    pub(crate) fn observations(&self) -> &Observations {
        &self.control.0.observations
    }

    /// The row, if `verb` may be done to it and it verifies: see [`Self::sound`].
    pub(crate) async fn allowed<T: Protected>(
        &self,
        tx: Tx,
        verb: Verb,
        row: Unverified<T>,
    ) -> Result<(Tx, Verified<T>)>
    where
        DamagedRow<T>: Protected,
    {
        let row = self.keyring().verify(row);
        self.allow(verb, &row)?;
        let noun = row.target().resource.noun();
        self.undamaged(tx, noun, row).await
    }

    /// The row, if it verifies. If not, the finding is written down and the verb refused: 409 `row_tampered`. Nothing may
    /// have been written in the transaction before.
    pub(crate) async fn sound<T>(&self, tx: Tx, noun: &'static str, row: Unverified<T>) -> Result<(Tx, Verified<T>)> {
        self.undamaged(tx, noun, self.keyring().verify(row)).await
    }

    async fn undamaged<T>(
        &self,
        mut tx: Tx,
        noun: &'static str,
        row: std::result::Result<Verified<T>, DamagedRow<T>>,
    ) -> Result<(Tx, Verified<T>)> {
        match row {
            Ok(row) => Ok((tx, row)),
            Err(damaged) => {
                self.record_damage(&mut tx, &damaged).await?;
                tx.commit().await?;
                let message = format!(
                    "this {noun} is damaged: {}. It is out of order; end or delete it, or restore it from a backup",
                    damaged.damage
                );
                Err(Error::conflict("row_tampered", message))
            }
        }
    }

    /// Writes down that a row does not verify.
    pub(crate) async fn record_damage<T>(&self, tx: &mut Tx, damaged: &DamagedRow<T>) -> Result<()> {
        let finding = Finding { table: damaged.table, damage: damaged.damage.to_string() };
        let act = Act::RowDamaged { table: damaged.table.to_owned(), row: damaged.id.clone() };
        self.record(tx, act, None::<&Finding>, Some(&finding)).await
    }

    /// Writes the audit record of this act into its own transaction (L6), with what differs between the two views of
    /// its target. `before` and `after` never hold a secret.
    pub(crate) async fn record<B: Serialize + Sync, A: Serialize + Sync>(
        &self,
        tx: &mut Tx,
        act: Act,
        before: Option<&B>,
        after: Option<&A>,
    ) -> Result<()> {
        let changes = self.changes(before, after)?;
        self.record_changes(tx, act, changes).await
    }

    /// What differs between two views of one thing.
    #[allow(clippy::unused_self)] // reads like the functions around it
    pub(crate) fn changes<B: Serialize, A: Serialize>(
        &self,
        before: Option<&B>,
        after: Option<&A>,
    ) -> Result<Vec<FieldChange>> {
        let before = serde_json::to_value(before).map_err(Error::internal)?;
        let after = serde_json::to_value(after).map_err(Error::internal)?;
        Ok(domain::audit::diff(&before, &after))
    }

    /// Writes an audit record with these changes, and, where the act has subscribers, its event into the outbox
    /// under the same id.
    pub(crate) async fn record_changes(&self, tx: &mut Tx, act: Act, changes: Vec<FieldChange>) -> Result<()> {
        let now = self.now();
        let id = EventId::new(now, self.random().bytes());
        if let Some(kind) = act.event_kind() {
            let (target_kind, target) = act.target();
            let payload = serde_json::json!({
                "id": id.as_str(), "kind": kind, "at": now.to_rfc3339(), "actor": self.actor.audit_name(),
                "target_kind": target_kind.as_ref(), "target_id": target, "project_id": act.project(),
                "changes": changes,
            });
            tx.insert_event(&OutboxEvent::new(id.clone(), kind, target, payload.to_string(), now)).await?;
        }
        let event = AuditEvent {
            id,
            at: now,
            actor: self.actor.clone(),
            act,
            address: self.address.map(|address| address.to_string()),
            user_agent: self.user_agent.as_deref().map(str::to_owned),
            request_id: self.request_id.as_deref().map(str::to_owned),
            changes,
        };
        tx.record(&event, &link::mac(self.keyring())).await?;
        Ok(())
    }
}
