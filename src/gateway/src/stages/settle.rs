//! Stage `settle`, which always runs: at the end, at a refusal, at an error, at a drop. Exactly one row per request.

use std::sync::Arc;

use axum::body::Body;
use domain::{AttemptLog, Clock, CostSource, Dialect, ErrorClass, LineState, OpenEnum, RequestId, RequestLog, Usage};
use http::{Response, header};
use providers::{Facts, Kind};

use crate::{
    directory::CachedKey,
    gateway::Gateway,
    incoming::IncomingRequest,
    ledger::{Committed, Journal, OpenReceipt, SpoolUnavailable},
    rates,
    refusal::Refusal,
    refusal_rows::RefusalRows,
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
    /// What the answer says of itself.
    pub facts: Facts,
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
    refusal_rows: Arc<RefusalRows>,
    /// What was asked for, and the stored answer that the path names.
    kind: Kind,
    stored: Option<String>,
    /// The tries so far; said in the row where they are more than its own columns say.
    attempts: Vec<AttemptLog>,
    along_route: bool,
}

impl Settlement {
    /// The row of a request whose key is known.
    pub(crate) fn begin(g: &Gateway, incoming: &IncomingRequest, target: &Target, known: &CachedKey) -> Self {
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
            usage_raw: None,
            service_tier: None,
            price_nano: None,
            cost_source: None,
            session_id: None,
            latency_us: 0,
            first_byte_us: None,
            attempts: 0,
            client_address: incoming.address.to_string(),
            user_agent: user_agent.map(|value| cut(&String::from_utf8_lossy(value.as_bytes()))),
            error_class: None,
            policy_version: Some(known.key.policy_version),
            count: 1,
            attempts_detail: None,
            background: None,
        };
        Self {
            row: Some(Box::new(row)),
            started_ns: incoming.started_ns,
            receipt: None,
            committed: None,
            disk_is_late: false,
            journal: g.ledger.journal().clone(),
            clock: g.clock.clone(),
            refusal_rows: g.refusal_rows.clone(),
            kind: target.operation.kind,
            stored: (target.operation.kind == Kind::StoredResponse).then(|| stored_id(target.path())).flatten(),
            attempts: Vec::new(),
            along_route: false,
        }
    }

    /// The session that the client names.
    pub(crate) fn names_session(&mut self, session: Option<&str>) {
        if let Some(row) = &mut self.row {
            row.session_id = session.map(cut);
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
        Ok(())
    }

    /// It is tried along a route: the row tells each try.
    pub(crate) const fn goes_along_route(&mut self) {
        self.along_route = true;
    }

    /// A try begins.
    pub(crate) fn attempt(&mut self, upstream: &str, model: Option<&str>, credential: Option<domain::CredentialId>) {
        let Some(row) = &mut self.row else { return };
        row.attempts += 1;
        let n = u32::try_from(row.attempts).unwrap_or(0);
        if self.along_route {
            self.attempts.push(AttemptLog {
                n,
                upstream: upstream.to_owned(),
                model: model.map(cut),
                credential_id: credential,
                started_ms: self.elapsed_us() / 1000,
                ..AttemptLog::default()
            });
        }
    }

    /// The head of the try's answer came.
    pub(crate) fn attempt_answered(&mut self, status: u16) {
        let elapsed = self.elapsed_us() / 1000;
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.status = Some(status);
            attempt.first_byte_ms = Some(elapsed);
        }
    }

    /// The try was no good.
    pub(crate) fn attempt_failed(&mut self, class: ErrorClass) {
        let elapsed = self.elapsed_us() / 1000;
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.error_class = Some(class.as_str().to_owned());
            attempt.ended_ms = Some(elapsed);
        }
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
        self.take_facts(&mut row, end.facts);
        if !self.attempts.is_empty() {
            row.attempts_detail = serde_json::to_string(&self.attempts).ok();
        }
        // Whoever has waited in vain for the first note does not wait for the second.
        self.committed = self.journal.close(self.receipt.as_ref(), row).filter(|_| !self.disk_is_late);
    }

    /// What the answer says of itself. A stored response repeats what was counted when it was made; of one that was taken on
    /// in the background the first look at its end counts.
    fn take_facts(&self, row: &mut RequestLog, facts: Facts) {
        row.model_served = facts.model.as_deref().map(cut);
        row.service_tier = facts.service_tier.as_deref().map(cut);
        if facts.unfinished {
            row.background = facts.id.filter(|_| self.kind == Kind::Responses).filter(|id| id.len() <= TEXT_MAX);
            return;
        }
        if self.kind == Kind::StoredResponse {
            if self.stored.is_none() || facts.usage.is_empty() {
                return;
            }
            row.background.clone_from(&self.stored);
        }
        row.usage = facts.usage;
        row.usage.unreadable |= facts.gave_up && facts.usage.is_empty();
        row.usage_raw = facts.raw;
        row.price_nano = facts.cost_nano;
        row.cost_source = facts.cost_nano.map(|_| OpenEnum::Known(CostSource::Reported));
    }

    /// Whether the row is written.
    pub(crate) const fn is_settled(&self) -> bool {
        self.row.is_none()
    }

    /// What the end of the request has to wait for, if anything. Asked once.
    pub(crate) fn committed(&mut self) -> Option<Committed> {
        self.committed.take()
    }

    fn refuse(&mut self, refusal: &Refusal, status: u16) {
        if let Some(row) = &mut self.row {
            row.upstream_status = refusal.upstream_status();
        }
        let end = End { status, class: Some(refusal.class()), ..End::default() };
        // What was sent on has a row whatever happens; of what was not, a key may not fill the disk with rows.
        if self.receipt.is_none()
            && let Some(mut row) = self.row.take()
        {
            row.latency_us = self.elapsed_us();
            signals::settled(end.status, end.class, row.latency_us);
            row.status = status;
            row.error_class = end.class.map(OpenEnum::Known);
            if let Some(row) = self.refusal_rows.pass(row) {
                self.committed = self.journal.close(None, row);
            }
            return;
        }
        self.end(end);
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
    /// The dialect that it speaks.
    pub dialect: Dialect,
    /// The no.
    pub refusal: Refusal,
    /// Its row.
    pub settlement: Option<Settlement>,
    /// Whether part of it is still on the wire.
    pub unread: bool,
    /// What is left of the key's limits.
    pub rates: Vec<LineState>,
}

impl RefusedRequest {
    /// A refusal before the caller is known.
    pub(crate) fn anonymous(incoming: &IncomingRequest, refusal: Refusal) -> Box<Self> {
        let unread = incoming.has_unread_body();
        let (id, dialect) = (incoming.id.clone(), incoming.dialect);
        Box::new(Self { id, dialect, refusal, settlement: None, unread, rates: Vec::new() })
    }
}

/// Writes the row of a refused request and says no.
pub(crate) async fn decline(g: &Gateway, refused: Box<RefusedRequest>) -> Response<Body> {
    let RefusedRequest { id, dialect, refusal, settlement, unread, rates } = *refused;
    if let Some(mut settlement) = settlement {
        settlement.refuse(&refusal, refusal.status_in(dialect));
        if let Some(committed) = settlement.committed() {
            committed.await;
        }
    }
    tracing::debug!(request = %id, code = refusal.code(), "refused");
    let mut answer = refusal.answer(&id, dialect, unread);
    rates::put(answer.headers_mut(), dialect, &rates, g.clock.now());
    answer
}

/// The stored answer that a path names: the segment behind `responses`.
fn stored_id(path: &str) -> Option<String> {
    let mut segments = path.split('/').skip_while(|segment| *segment != "responses").skip(1);
    segments.next().filter(|id| !id.is_empty() && id.len() <= TEXT_MAX).map(str::to_owned)
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
