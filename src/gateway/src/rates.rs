//! Rate limit fields: what is left of a key's own limits, on every answer of a limited key.

use domain::{Dialect, LineState, Rule, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue};
use providers::Rate;

/// The upstream's fields for requests, which the key's own limit takes the place of.
const REQUESTS: [&str; 8] = [
    "x-ratelimit-limit-requests",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
    "anthropic-ratelimit-requests-limit",
    "anthropic-ratelimit-requests-remaining",
    "anthropic-ratelimit-requests-reset",
    "ratelimit",
    "ratelimit-policy",
];

/// Puts the tightest window of a key's limits onto an answer, in the vendor's fields and in those of
/// draft-ietf-httpapi-ratelimit-headers.
pub(crate) fn put(headers: &mut HeaderMap, dialect: Dialect, states: &[LineState], now: Timestamp) {
    let Some((state, window, limit)) = tightest(states) else { return };
    for name in REQUESTS {
        headers.remove(name);
    }
    let rate = Rate { limit, remaining: state.remaining, reset_ns: state.reset_ns, now_ms: now.0 };
    let reset = state.reset_ns.div_ceil(1_000_000_000);
    let mut fields = providers::of(dialect).rate_fields(&rate);
    fields.push(("ratelimit-policy", format!("\"requests\";q={limit};w={}", window.seconds())));
    fields.push(("ratelimit", format!("\"requests\";r={};t={reset}", state.remaining)));
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// The window with the fewest requests left; of several, the one that is whole again last.
fn tightest(states: &[LineState]) -> Option<(&LineState, domain::Window, u32)> {
    let windows = states.iter().filter_map(|state| match state.rule {
        Rule::Requests(window, limit) => Some((state, window, limit)),
        Rule::Burst(_) | Rule::Concurrency(_) => None,
    });
    windows.min_by_key(|(state, ..)| (state.remaining, u64::MAX - state.reset_ns))
}

#[cfg(test)]
mod tests {
    use domain::Window;

    use super::*;

    #[test]
    fn the_tightest_window_takes_the_place_of_the_upstreams() {
        let state =
            |window, limit, remaining, reset_ns| LineState { rule: Rule::Requests(window, limit), remaining, reset_ns };
        let states = [
            LineState { rule: Rule::Concurrency(1), remaining: 0, reset_ns: 0 },
            state(Window::Minute, 100, 40, 30_000_000_000),
            state(Window::Day, 1000, 3, 3_600_000_000_000),
        ];
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-remaining-requests", HeaderValue::from_static("9999"));
        headers.insert("x-ratelimit-remaining-tokens", HeaderValue::from_static("7"));
        put(&mut headers, Dialect::Openai, &states, Timestamp(0));
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(
            (text("x-ratelimit-limit-requests"), text("x-ratelimit-remaining-requests")),
            ("1000".into(), "3".into())
        );
        assert_eq!(
            (text("x-ratelimit-reset-requests"), text("x-ratelimit-remaining-tokens")),
            ("1h0m0s".into(), "7".into())
        );
        assert_eq!(
            (text("ratelimit-policy"), text("ratelimit")),
            ("\"requests\";q=1000;w=86400".into(), "\"requests\";r=3;t=3600".into())
        );
        let mut headers = HeaderMap::new();
        put(&mut headers, Dialect::Anthropic, &states, Timestamp(0));
        assert_eq!(headers["anthropic-ratelimit-requests-reset"], "1970-01-01T01:00:00Z");
        let mut headers = HeaderMap::new();
        put(&mut headers, Dialect::Openai, &[], Timestamp(0));
        assert!(headers.is_empty());
    }
}
