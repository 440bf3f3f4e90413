//! How an upstream is doing, in a word.

use contract::overview::UpstreamHealth;
use leptos::prelude::*;

use crate::ui::badge::{Badge, Tone};

/// The verdict of the last 24 hours: what happened last counts.
pub(crate) fn verdict(health: &UpstreamHealth) -> (Tone, &'static str) {
    match health.last_error.as_deref().and_then(fault) {
        Some(fault) => fault,
        None if health.requests == 0 => (Tone::Quiet, "No requests in 24 h"),
        None => (Tone::Good, "Healthy"),
    }
}

/// What an error class says of the upstream; `None` where it was somebody else's doing.
fn fault(class: &str) -> Option<(Tone, &'static str)> {
    Some(match class {
        "upstream_auth_failed" => (Tone::Bad, "Refuses our secret"),
        "credential_unreadable" => (Tone::Bad, "Secret does not open"),
        "upstream_unavailable" => (Tone::Bad, "Unreachable"),
        "upstream_forbidden" => (Tone::Bad, "Address not allowed"),
        "upstream_timeout" => (Tone::Bad, "Does not answer in time"),
        "upstream_invalid_response" => (Tone::Bad, "Unusable answers"),
        "upstream_redirected" => (Tone::Bad, "Redirects elsewhere"),
        "upstream_reset" => (Tone::Warning, "Broke off an answer"),
        "upstream_error" => (Tone::Warning, "Answered with an error"),
        _ => return None,
    })
}

/// The verdict as a badge.
#[component]
pub(crate) fn HealthBadge(health: UpstreamHealth) -> impl IntoView {
    let (tone, word) = verdict(&health);
    view! { <Badge tone word /> }
}
