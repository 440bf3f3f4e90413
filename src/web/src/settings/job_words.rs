//! What is said of background jobs: what they do, how often they run, how they went.

use contract::jobs::JobView;
use leptos::prelude::*;

use crate::{
    texts::t,
    ui::badge::{Badge, Tone},
    words::number,
};

/// What a job does. One that has no text here says it in English.
pub(super) fn about(job: &JobView) -> String {
    match job.name.as_str() {
        "audit_head" => t!("jobs-about-audit-head"),
        "end_sessions" => t!("jobs-about-end-sessions"),
        "prune_events" => t!("jobs-about-prune-events"),
        "prune_runs" => t!("jobs-about-prune-runs"),
        "trim_changes" => t!("jobs-about-trim-changes"),
        _ => job.description.clone(),
    }
}

/// How often it runs, from `every hour` or `every 10 minutes`.
pub(super) fn schedule(text: &str) -> String {
    let (n, unit) = match text.split(' ').collect::<Vec<_>>()[..] {
        ["every", unit] => (Some(1), unit),
        ["every", n, unit] => (n.parse::<i64>().ok(), unit),
        _ => (None, ""),
    };
    match (n, unit) {
        (Some(n), "minute" | "minutes") => t!("jobs-every-minutes", count = n, shown = number::count(n)),
        (Some(n), "hour" | "hours") => t!("jobs-every-hours", count = n, shown = number::count(n)),
        _ => t!("jobs-schedule", schedule = text),
    }
}

/// How it went last, or that it is under way.
pub(super) fn outcome(job: &JobView) -> AnyView {
    let (tone, word) = match (job.running, job.last_run.as_ref().map(|run| run.result.as_str())) {
        (true, _) => (Tone::Warning, t!("jobs-running")),
        (false, Some("succeeded")) => (Tone::Good, t!("jobs-done")),
        (false, Some("failed")) => (Tone::Bad, t!("jobs-failed")),
        (false, Some(_)) => (Tone::Warning, t!("jobs-interrupted")),
        (false, None) => (Tone::Quiet, t!("jobs-not-run")),
    };
    view! { <Badge tone word /> }.into_any()
}

#[cfg(test)]
mod tests {
    use domain::Schedule;

    use super::schedule;

    #[test]
    fn schedules_are_said_in_words() {
        assert_eq!(schedule(&Schedule::minutes(1).to_string()), "Runs every minute.");
        assert_eq!(schedule(&Schedule::minutes(10).to_string()), "Runs every 10 minutes.");
        assert_eq!(schedule(&Schedule::hours(1).to_string()), "Runs every hour.");
        assert_eq!(schedule(&Schedule::hours(24).to_string()), "Runs every 24 hours.");
        assert_eq!(schedule("at night"), "Runs at night.");
    }
}
