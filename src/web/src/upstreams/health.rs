//! Upstream health, in a word.

use contract::overview::UpstreamHealth;
use leptos::prelude::*;

use crate::{
    texts::t,
    ui::badge::{Badge, Tone},
};

/// From this share of failed requests on an upstream is called broken; from the smaller one on it is worth a look.
const BROKEN_PERCENT: i64 = 50;
const SHAKY_PERCENT: i64 = 5;

/// The verdict of the last 24 hours. A failure among thousands of good answers is no news.
pub(crate) fn verdict(health: &UpstreamHealth) -> (Tone, String) {
    if health.requests == 0 {
        return (Tone::Quiet, t!("upstream-health-idle"));
    }
    let percent = health.errors * 100 / health.requests;
    match health.last_error.as_deref().and_then(fault) {
        Some(word) if percent >= BROKEN_PERCENT => (Tone::Bad, word),
        Some(word) if percent >= SHAKY_PERCENT => (Tone::Warning, word),
        _ => (Tone::Good, t!("upstream-health-good")),
    }
}

/// What an error class says of the upstream; `None` where the upstream is not the cause.
fn fault(class: &str) -> Option<String> {
    Some(match class {
        "upstream_auth_failed" => t!("upstream-health-auth-failed"),
        "credential_unreadable" => t!("upstream-health-secret-unreadable"),
        "upstream_unavailable" => t!("upstream-health-unreachable"),
        "upstream_forbidden" => t!("upstream-health-forbidden"),
        "upstream_timeout" => t!("upstream-health-timeout"),
        "upstream_invalid_response" => t!("upstream-health-invalid-response"),
        "upstream_redirected" => t!("upstream-health-redirected"),
        "upstream_reset" => t!("upstream-health-reset"),
        "upstream_error" => t!("upstream-health-error"),
        _ => return None,
    })
}

/// The verdict as a badge.
#[component]
pub(crate) fn HealthBadge(health: UpstreamHealth) -> impl IntoView {
    let (tone, word) = verdict(&health);
    view! { <Badge tone word /> }
}

#[cfg(test)]
mod tests {
    use contract::upstreams::{UpstreamState, UpstreamView};
    use domain::{ProviderId, Timestamp, UpstreamId};

    use super::*;

    fn health(requests: i64, errors: i64, last_error: Option<&str>) -> UpstreamHealth {
        let upstream = UpstreamView {
            id: UpstreamId::new(Timestamp(1), [1; 10]).into(),
            name: String::new(),
            provider: domain::OpenEnum::Known(ProviderId::ECHO.parse().unwrap()),
            base_url: String::new(),
            api_key_masked: None,
            is_default: false,
            state: UpstreamState::Active,
            damage: None,
            secret_updated_at: None,
            created_at: Some(Timestamp(1)),
            updated_at: Some(Timestamp(1)),
            dialects: Vec::new(),
            default_for: Vec::new(),
            timeouts: contract::upstreams::TimeoutsView::default(),
            headers: std::collections::BTreeMap::new(),
            organization: None,
            project: None,
            ca_pem: None,
            max_open_requests: None,
        };
        UpstreamHealth { upstream, requests, errors, last_error: last_error.map(str::to_owned) }
    }

    #[test]
    fn the_share_of_failures_decides() {
        for (health, tone, word) in [
            (health(0, 0, None), Tone::Quiet, "No requests in 24 h"),
            (health(1_000, 4, Some("upstream_timeout")), Tone::Good, "Healthy"),
            (health(100, 5, Some("upstream_timeout")), Tone::Warning, "Answers too late"),
            (health(2, 1, Some("upstream_auth_failed")), Tone::Bad, "Refuses our secret"),
            (health(2, 2, Some("client_gone")), Tone::Good, "Healthy"),
        ] {
            assert_eq!(verdict(&health), (tone, word.to_owned()));
        }
    }
}
