//! Onboarding checklist: from an empty installation to the first request.

use leptos::prelude::*;

use crate::{
    texts::t,
    ui::{
        detail::Card,
        steps::{Step, Steps},
    },
};

/// Which steps are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) upstream: bool,
    pub(super) key: bool,
    pub(super) request: bool,
}

impl Progress {
    pub(super) const fn is_done(self) -> bool {
        self.upstream && self.key && self.request
    }
}

/// The steps.
#[component]
pub(super) fn Checklist(progress: Progress) -> impl IntoView {
    let steps = vec![
        Step {
            done: progress.upstream,
            title: t!("overview-step-upstream"),
            words: t!("overview-step-upstream-note"),
            action: ("/upstreams/new", t!("overview-step-upstream")),
        },
        Step {
            done: progress.key,
            title: t!("overview-step-key"),
            words: t!("overview-step-key-note"),
            action: ("/keys/new", t!("overview-step-key")),
        },
        Step {
            done: progress.request,
            title: t!("overview-step-request"),
            words: t!("overview-step-request-note"),
            action: ("/logs", t!("overview-step-request-action")),
        },
    ];
    view! {
        <Card id="first-steps" title=t!("overview-steps") note=t!("overview-steps-note")>
            <Steps steps note=t!("overview-root-key", file = "root.key") />
        </Card>
    }
}
