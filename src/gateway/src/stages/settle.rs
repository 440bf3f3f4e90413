//! Stage `settle`, which always runs: at the end, at a refusal, at an error, at a drop. Exactly one row per request.

use std::sync::Arc;

use axum::body::Body;
use domain::{Clock, ErrorClass, OpenEnum, RequestId, RequestLog, Usage};
use http::{Response, header};

use crate::{
    directory::CachedKey,
    incoming::IncomingRequest,
    ledger::{Committed, Journal, OpenReceipt, SpoolUnavailable},
    refusal::Refusal,
    signals,
    target::Target,
};

/// Texts of unknown callers are cut at so many characters in a row.
const TEXT_MAX: usize = 256;
/// The client went away before there was a status.
pub(crate) const CLIENT_GONE: u16 = 499;

/// How a request ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct End {
    /// The status that the client saw.
    pub status: u16,
    /// What went wrong, if anything.
    pub class: Option<ErrorClass>,
    /// Tokens.
    pub usage: Usage,
    /// The model that the upstream says it used.
    pub model_served: Option<String>,
}

/// A request's row on its way. Whoever drops it unsettled is a client that went away.
pub(crate) struct Settlement {
    /// `None` once it is written.
    row: Option<Box<RequestLog>>,
    started_ns: u64,
    receipt: Option<OpenReceipt>,
    /// To be waited for before the client may know that the request is over.
    committed: Option<Committed>,
    disk_is_late: bool,
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
}

impl Settlement {
    /// The row of a request whose key is known.
    pub(crate) fn begin(
        journal: Arc<Journal>,
        clock: Arc<dyn Clock>,
        incoming: &IncomingRequest,
        target: &Target,
        known: &CachedKey,
    ) -> Self {
        let user_agent = incoming.headers.get(header::USER_AGENT);
        let row = RequestLog {
            id: incoming.id.clone(),
            started_at: incoming.started_at,
            key_id: known.key.id.clone(),
            key_version: known.key.version,
            key_name: known.key.name.clone(),
            key_prefix: known.prefix.clone(),
            project_id: known.key.project_id.clone(),
            method: incoming.method.to_string(),
            endpoint: cut(target.path()),
            streamed: false,
            model: None,
            model_served: None,
            upstream_id: None,
            upstream: None,
            status: CLIENT_GONE,
            upstream_status: None,
            usage: Usage::default(),
            price_nano: None,
            latency_us: 0,
            first_byte_us: None,
            attempts: 0,
            client_address: incoming.address.to_string(),
            user_agent: user_agent.map(|value| cut(&String::from_utf8_lossy(value.as_bytes()))),
            error_class: None,
            policy_version: Some(known.key.policy_version),
            count: 1,
        };
        Self {
            row: Some(Box::new(row)),
            started_ns: incoming.started_ns,
            receipt: None,
            committed: None,
            disk_is_late: false,
            journal,
            clock,
        }
    }

    /// What was asked for.
    pub(crate) fn asks(&mut self, model: Option<&str>, streamed: bool) {
        if let Some(row) = &mut self.row {
            row.model = model.map(cut);
            row.streamed = streamed;
        }
    }

    /// Where it goes.
    pub(crate) fn goes_to(&mut self, id: Option<domain::UpstreamId>, name: &str) {
        if let Some(row) = &mut self.row {
            row.upstream_id = id;
            row.upstream = Some(name.to_owned());
        }
    }

    /// It is about to be sent on: notes it, so that it has a row whatever happens.
    pub(crate) async fn open(&mut self) -> Result<(), SpoolUnavailable> {
        let Some(row) = &mut self.row else { return Ok(()) };
        if self.receipt.is_none() {
            let receipt = self.receipt.insert(self.journal.open(row, None)?);
            let opened = self.journal.opened(receipt).await;
            self.disk_is_late = opened.is_err();
            opened?;
        }
        row.attempts += 1;
        Ok(())
    }

    /// Whether the spool has the note that it is sent on. Without it not a byte of it leaves.
    pub(crate) fn is_noted(&self) -> bool {
        self.receipt.as_ref().is_some_and(|receipt| self.journal.is_noted(receipt))
    }

    /// The answer has begun.
    pub(crate) fn first_byte(&mut self) {
        if self.row.as_ref().is_some_and(|row| row.first_byte_us.is_none()) {
            let elapsed = self.elapsed_us();
            self.row.iter_mut().for_each(|row| row.first_byte_us = Some(elapsed));
        }
    }

    /// Writes the row. What is settled stays settled.
    pub(crate) fn end(&mut self, end: End) {
        let Some(mut row) = self.row.take() else { return };
        row.latency_us = self.elapsed_us();
        signals::settled(end.status, end.class, row.latency_us);
        row.status = end.status;
        row.error_class = end.class.map(OpenEnum::Known);
        row.usage = end.usage;
        row.model_served = end.model_served.map(|model| cut(&model));
        // Whoever has waited in vain for the first note does not wait for the second.
        self.committed = self.journal.close(self.receipt.as_ref(), row).filter(|_| !self.disk_is_late);
    }

    /// Whether the row is written.
    pub(crate) const fn is_settled(&self) -> bool {
        self.row.is_none()
    }

    /// What the end of the request has to wait for, if anything. Asked once.
    pub(crate) fn committed(&mut self) -> Option<Committed> {
        self.committed.take()
    }

    fn refuse(&mut self, refusal: &Refusal) {
        if let Some(row) = &mut self.row {
            row.upstream_status = refusal.upstream_status();
        }
        self.end(End { status: refusal.status(), class: Some(refusal.class()), ..End::default() });
    }

    fn elapsed_us(&self) -> i64 {
        i64::try_from(self.clock.monotonic_ns().saturating_sub(self.started_ns) / 1000).unwrap_or(i64::MAX)
    }
}

impl Drop for Settlement {
    fn drop(&mut self) {
        let (status, class) =
            if std::thread::panicking() { (500, ErrorClass::Internal) } else { (CLIENT_GONE, ErrorClass::ClientGone) };
        self.end(End { status, class: Some(class), ..End::default() });
    }
}

/// A request that is refused, with its row if its key was known. Rare, and large: boxed, where it may come of a stage.
pub(crate) struct RefusedRequest {
    /// Its id.
    pub id: RequestId,
    /// The no.
    pub refusal: Refusal,
    /// Its row.
    pub settlement: Option<Settlement>,
    /// Whether part of it is still on the wire.
    pub unread: bool,
}

impl RefusedRequest {
    /// A refusal before the caller is known.
    pub(crate) fn anonymous(incoming: &IncomingRequest, refusal: Refusal) -> Box<Self> {
        let unread = incoming.has_unread_body();
        Box::new(Self { id: incoming.id.clone(), refusal, settlement: None, unread })
    }
}

/// Writes the row of a refused request and says no.
pub(crate) async fn decline(refused: Box<RefusedRequest>) -> Response<Body> {
    let RefusedRequest { id, refusal, settlement, unread } = *refused;
    if let Some(mut settlement) = settlement {
        settlement.refuse(&refusal);
        if let Some(committed) = settlement.committed() {
            committed.await;
        }
    }
    tracing::debug!(request = %id, code = refusal.code(), "refused");
    refusal.answer(&id, unread)
}

/// An unknown caller's text as a row may store it: short and without control characters, which no column and no page
/// wants.
fn cut(text: &str) -> String {
    if text.len() <= TEXT_MAX && text.bytes().all(|b| b.is_ascii() && !b.is_ascii_control()) {
        return text.to_owned();
    }
    text.chars().take(TEXT_MAX).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_unknown_callers_are_short_and_inert() {
        assert_eq!(cut("gpt\u{0}-5\n"), "gpt\u{fffd}-5\u{fffd}");
        assert_eq!(cut(&"ä".repeat(1000)).chars().count(), 256);
    }
}
