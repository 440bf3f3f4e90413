//! OpenAI dialect, and of everything that is compatible with it.

mod classify;
pub(crate) mod error;
mod peek;
mod splice;

use domain::Dialect as DialectId;

use crate::{Dialect, ErrorText, Grammar, Operation, Rate};

pub(crate) use classify::{classify, model_in_path};
pub use peek::{FIELDS_MAX, Peek, PeekError, peek};
pub use splice::splice_usage;

/// The dialect.
pub struct Openai;

impl Dialect for Openai {
    fn id(&self) -> DialectId {
        DialectId::Openai
    }

    fn classify(&self, method: &str, path: &str) -> Operation {
        classify(method, path.strip_prefix("/v1/").unwrap_or_default())
    }

    fn model_in_path(&self, path: &str) -> Option<String> {
        model_in_path(path.strip_prefix("/v1/")?)
    }

    fn error_body(&self, error: &ErrorText<'_>) -> Vec<u8> {
        error::body(error)
    }

    fn stream_error(&self, grammar: Option<Grammar>, error: &ErrorText<'_>) -> Vec<u8> {
        error::event(grammar, error)
    }

    fn rate_fields(&self, rate: &Rate) -> Vec<(&'static str, String)> {
        vec![
            ("x-ratelimit-limit-requests", rate.limit.to_string()),
            ("x-ratelimit-remaining-requests", rate.remaining.to_string()),
            ("x-ratelimit-reset-requests", duration(rate.reset_ns)),
        ]
    }
}

/// A duration as the vendor writes it: `250ms`, `12s`, `6m0s`, `1h2m0s`.
fn duration(ns: u64) -> String {
    let (ms, seconds) = (ns.div_ceil(1_000_000), ns.div_ceil(1_000_000_000));
    match seconds {
        _ if ms < 1000 => format!("{ms}ms"),
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{}s", seconds / 60, seconds % 60),
        _ => format!("{}h{}m{}s", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_the_vendor_writes_them() {
        let second = 1_000_000_000;
        for (ns, text) in [
            (0, "0ms"),
            (12_000_000, "12ms"),
            (1, "1ms"),
            (second, "1s"),
            (360 * second, "6m0s"),
            (3_720 * second, "1h2m0s"),
        ] {
            assert_eq!(duration(ns), text);
        }
    }
}
