//! Outbox dispatcher: hands committed events to their deliveries, with retries and back-off, under the same id each time.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{OutboxEvent, Timestamp};

use crate::{Control, Result, audit::hex};

const LEASE_NAME: &str = "outbox";
/// Longer than the slowest delivery: see [`TIMEOUT`].
const LEASE: i64 = 120 * Timestamp::SECOND;
/// A delivery that takes longer has failed.
const TIMEOUT: Duration = Duration::from_secs(30);
const BATCH: i64 = 50;

/// A way out for events: a webhook, mail, an alert. It may be handed an event twice, always with the same id.
#[async_trait]
pub trait Delivery: Send + Sync + 'static {
    /// Its name, by which an event remembers that it was delivered.
    fn name(&self) -> &str;

    /// Whether events of this kind are for it.
    fn takes(&self, kind: &str) -> bool;

    /// Delivers; an error, which must hold no secret, means to try again later.
    async fn deliver(&self, event: &OutboxEvent) -> std::result::Result<(), String>;
}

/// Dispatches the events of one installation, one process at a time.
pub struct Dispatcher {
    control: Control,
    deliveries: Vec<Arc<dyn Delivery>>,
    holder: String,
}

impl Dispatcher {
    /// A dispatcher to these deliveries.
    pub fn new(control: Control, deliveries: Vec<Arc<dyn Delivery>>) -> Self {
        let holder = hex(&control.random().bytes::<16>());
        Self { control, deliveries, holder }
    }

    /// Attempts every event that is due; says how many. None where another process is at it.
    pub async fn dispatch(&self) -> Result<usize> {
        let store = self.control.store();
        // A read each time, a write only when there is something to do.
        let now = self.control.now();
        if store.due_events(now, 1).await?.is_empty()
            || !store.acquire_lease(LEASE_NAME, &self.holder, now, now.plus(LEASE)).await?
        {
            return Ok(0);
        }
        let outcome = self.attempt_due().await;
        store.release_lease(LEASE_NAME, &self.holder).await?;
        outcome
    }

    async fn attempt_due(&self) -> Result<usize> {
        let mut attempted = 0;
        loop {
            let due = self.control.store().due_events(self.control.now(), BATCH).await?;
            if due.is_empty() {
                return Ok(attempted);
            }
            for event in due {
                let Some(event) = self.attempt(event).await? else { return Ok(attempted) };
                self.control.store().update_event(&event).await?;
                attempted += 1;
            }
        }
    }

    /// One attempt at everything that has not taken the event yet. `None`: the lease was lost.
    async fn attempt(&self, mut event: OutboxEvent) -> Result<Option<OutboxEvent>> {
        event.attempts += 1;
        event.last_error = None;
        for delivery in &self.deliveries {
            let name = delivery.name();
            if !delivery.takes(&event.kind) || event.delivered.iter().any(|done| done == name) {
                continue;
            }
            if !self.renew().await? {
                return Ok(None);
            }
            match tokio::time::timeout(TIMEOUT, delivery.deliver(&event)).await {
                Ok(Ok(())) => event.delivered.push(name.to_owned()),
                Ok(Err(error)) => event.last_error = Some(format!("{name}: {error}")),
                Err(_) => event.last_error = Some(format!("{name}: no answer in time")),
            }
        }
        let now = self.control.now();
        if event.last_error.is_none() {
            event.done_at = Some(now);
        } else if event.attempts >= OutboxEvent::ATTEMPTS_MAX {
            tracing::error!(event = %event.id, kind = event.kind, "an event was given up after its last attempt");
            event.done_at = Some(now);
        } else {
            event.next_at = now.plus(OutboxEvent::back_off(event.attempts));
        }
        Ok(Some(event))
    }

    async fn renew(&self) -> Result<bool> {
        let until = self.control.now().plus(LEASE);
        Ok(self.control.store().renew_lease(LEASE_NAME, &self.holder, until).await?)
    }
}
