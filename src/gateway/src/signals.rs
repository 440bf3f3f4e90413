//! Metrics facade of the pipeline: how long each stage took, and how requests ended.
//!
//! Whoever installs a recorder (crate `metrics`) before the gateway starts gets them; without one each costs a look at
//! nothing. Names end in their unit; labels have few values, never a key, a model or an address.

use domain::{Clock, ErrorClass};
use metrics::{Histogram, counter, histogram};

/// Seconds of each stage that let its request go on, by `stage`.
const STAGE: &str = "keywright_gateway_stage_seconds";
/// Seconds from the head of a request to its end, by `class` of status.
const REQUEST: &str = "keywright_gateway_request_seconds";
/// Requests that were refused, by `code`; whether their key is known or not.
const REFUSALS: &str = "keywright_gateway_refusals_total";
/// Requests of known keys that did not end well, by `class` of error.
const FAILURES: &str = "keywright_gateway_failures_total";

/// The timers of the stages, registered once.
pub(crate) struct Signals {
    authenticate: Histogram,
    parse: Histogram,
    admit: Histogram,
    plan: Histogram,
    dispatch: Histogram,
}

/// A stage with a timer.
#[derive(Clone, Copy)]
pub(crate) enum Stage {
    /// From the head to the key.
    Authenticate,
    /// The peek into the body.
    Parse,
    /// Rules and limits.
    Admit,
    /// Which upstream.
    Plan,
    /// Until the upstream's answer begins.
    Dispatch,
}

/// Time within one request.
pub(crate) struct StageTimer<'a> {
    signals: &'a Signals,
    clock: &'a dyn Clock,
    last_ns: u64,
}

impl Signals {
    /// Registers the timers with the recorder that is there.
    pub(crate) fn new() -> Self {
        let of = |stage: &'static str| histogram!(STAGE, "stage" => stage);
        Self {
            authenticate: of("authenticate"),
            parse: of("parse"),
            admit: of("admit"),
            plan: of("plan"),
            dispatch: of("dispatch"),
        }
    }

    /// Begins to time a request whose head was whole at `started_ns`.
    pub(crate) fn timer<'a>(&'a self, clock: &'a dyn Clock, started_ns: u64) -> StageTimer<'a> {
        StageTimer { signals: self, clock, last_ns: started_ns }
    }

    fn of(&self, stage: Stage) -> &Histogram {
        match stage {
            Stage::Authenticate => &self.authenticate,
            Stage::Parse => &self.parse,
            Stage::Admit => &self.admit,
            Stage::Plan => &self.plan,
            Stage::Dispatch => &self.dispatch,
        }
    }
}

impl StageTimer<'_> {
    /// The stage is over, and the request goes on.
    pub(crate) fn end(&mut self, stage: Stage) {
        let now = self.clock.monotonic_ns();
        self.signals.of(stage).record(seconds(now.saturating_sub(self.last_ns)));
        self.last_ns = now;
    }
}

/// A request was refused.
pub(crate) fn refused(code: &'static str) {
    counter!(REFUSALS, "code" => code).increment(1);
}

/// The request of a known key is over, after so many microseconds.
pub(crate) fn settled(status: u16, error: Option<ErrorClass>, latency_us: i64) {
    let class = match status / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    };
    histogram!(REQUEST, "class" => class)
        .record(seconds(u64::try_from(latency_us).unwrap_or_default().saturating_mul(1000)));
    if let Some(error) = error {
        counter!(FAILURES, "class" => error.as_str()).increment(1);
    }
}

/// Nanoseconds as the seconds that metrics are counted in.
fn seconds(nanoseconds: u64) -> f64 {
    std::time::Duration::from_nanos(nanoseconds).as_secs_f64()
}

#[cfg(test)]
#[path = "signals_tests.rs"]
mod tests;
