//! Onboarding checklist: from an empty installation to the first request.

use leptos::prelude::*;

use crate::{
    texts::t,
    ui::icon::{Icon, Picture},
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

/// The steps. The first one that is not done has the action.
#[component]
pub(super) fn Checklist(progress: Progress) -> impl IntoView {
    let next = [progress.upstream, progress.key, progress.request].iter().position(|done| !done);
    view! {
        <section class="card" aria-labelledby="first-steps">
            <div class="card-head">
                <h2 id="first-steps">{t!("overview-steps")}</h2>
                <span class="card-note">{t!("overview-steps-note")}</span>
            </div>
            <ol class="checklist">
                <Step
                    done=progress.upstream
                    title=t!("overview-step-upstream")
                    words=t!("overview-step-upstream-note")
                    href="/upstreams/new"
                    action=t!("overview-step-upstream")
                    next=next == Some(0)
                />
                <Step
                    done=progress.key
                    title=t!("overview-step-key")
                    words=t!("overview-step-key-note")
                    href="/keys/new"
                    action=t!("overview-step-key")
                    next=next == Some(1)
                />
                <Step
                    done=progress.request
                    title=t!("overview-step-request")
                    words=t!("overview-step-request-note")
                    href="/logs"
                    action=t!("overview-step-request-action")
                    next=next == Some(2)
                />
                <li class="step-note">{t!("overview-root-key", file = "root.key")}</li>
            </ol>
        </section>
    }
}

#[component]
fn Step(done: bool, title: String, words: String, href: &'static str, action: String, next: bool) -> impl IntoView {
    view! {
        <li class=if done { "check check-done" } else { "check" }>
            <span class="check-mark">{done.then(|| view! { <Icon picture=Picture::Check /> })}</span>
            <span class="check-words">
                <strong>{title}</strong>
                {done.then(|| view! { <span class="unseen">" " {t!("overview-step-done")}</span> })}
                <span class="muted">{words}</span>
            </span>
            {next.then(|| view! { <a class="button button-main" href=href>{action}</a> })}
        </li>
    }
}
