//! The context of an action: who acts, from where, with what.

use std::{net::IpAddr, path::PathBuf, sync::Arc};

use dial::Dialer;
use domain::{
    Action, Actor, AuditEvent, ChangeKind, Clock, DamagedRow, EventId, Random, Timestamp, Unverified, Verified,
};
use keyring::{KeyFormat, Keyring};
use serde::Serialize;
use store::{Store, Tx};
use tokio::sync::Semaphore;

use crate::{Error, Result, refusals::Refusals, users::Throttle};

/// So many may wait for a password to be hashed; more are sent away, so that a flood does not keep everybody out for
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
}

impl Control {
    /// Builds the plane.
    pub fn new(parts: Parts) -> Self {
        let inner = Arc::new(Inner {
            parts,
            hashing: Semaphore::new(2),
            hashing_queue: Semaphore::new(HASHING_QUEUE),
            throttle: Throttle::default(),
            refusals: Refusals::default(),
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
        Cx { control: self.clone(), actor, address: address.map(domain::user::canonical_address) }
    }

    /// What was configured.
    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    /// The time, for doors that show it.
    pub fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }

    /// Writes down how many credentials were refused since the last call; to be called once a minute.
    pub fn log_refusals(&self) {
        self.0.refusals.log();
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

/// Who acts, from where, with what: the first argument of every verb.
#[derive(Clone)]
pub struct Cx {
    control: Control,
    actor: Actor,
    address: Option<IpAddr>,
}

impl Cx {
    /// Who acts.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The same place and plane with another actor: after somebody has signed in.
    #[must_use]
    pub fn with_actor(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.control.now()
    }

    /// What was configured.
    pub fn settings(&self) -> &Settings {
        self.control.settings()
    }

    /// The first line of every verb.
    pub(crate) fn allow(&self, action: Action) -> Result<()> {
        match self.actor {
            Actor::Anonymous => Err(Error::Unauthenticated("sign in first".to_owned())),
            _ if self.actor.may(action) => Ok(()),
            _ => Err(Error::Denied),
        }
    }

    pub(crate) const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    pub(crate) fn store(&self) -> &Store {
        &self.control.0.parts.store
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.control.0.parts.keyring
    }

    pub(crate) fn dialer(&self) -> &Dialer {
        &self.control.0.parts.dialer
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.control.0.parts.random
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

    pub(crate) fn throttle(&self) -> &Throttle {
        &self.control.0.throttle
    }

    pub(crate) fn refusals(&self) -> &Refusals {
        &self.control.0.refusals
    }

    /// The row, if it verifies. If not, the finding is written down and the verb refused: 409 `row_tampered`. Nothing may
    /// have been written in the transaction before.
    pub(crate) async fn sound<T>(
        &self,
        mut tx: Tx,
        noun: &'static str,
        row: Unverified<T>,
    ) -> Result<(Tx, Verified<T>)> {
        match self.keyring().verify(row) {
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
        self.record(tx, "row.damaged", &damaged.id, None::<&Finding>, Some(&finding)).await
    }

    /// Writes the audit event of this action into its own transaction (L6). `before` and `after` are views: they
    /// never hold a secret.
    pub(crate) async fn record<B: Serialize + Sync, A: Serialize + Sync>(
        &self,
        tx: &mut Tx,
        action: &'static str,
        target: &str,
        before: Option<&B>,
        after: Option<&A>,
    ) -> Result<()> {
        let event = AuditEvent {
            id: EventId::new(self.now(), self.random().bytes()),
            at: self.now(),
            actor: self.actor.clone(),
            action,
            target: target.to_owned(),
            address: self.address.map(|address| address.to_string()),
            before: before.map(serde_json::to_string).transpose().map_err(Error::internal)?,
            after: after.map(serde_json::to_string).transpose().map_err(Error::internal)?,
        };
        let keyring = self.keyring().clone();
        tx.record(&event, &move |bytes: &[u8]| keyring.audit_link(bytes)).await?;
        Ok(())
    }
}
