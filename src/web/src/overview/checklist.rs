//! Onboarding checklist: from an empty installation to the first request.

use leptos::prelude::*;

use crate::ui::icon::{Icon, Picture};

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
                <h2 id="first-steps">"First steps"</h2>
                <span class="card-note">"from here to the first request"</span>
            </div>
            <ol class="checklist">
                <Step
                    done=progress.upstream
                    title="Add an upstream"
                    words="A provider with your secret for it; or echo, which is built in, offline and free."
                    href="/upstreams/new"
                    action="Add an upstream"
                    next=next == Some(0)
                />
                <Step
                    done=progress.key
                    title="Create a key"
                    words="What a program calls the gateway with. It is shown once."
                    href="/keys/new"
                    action="Create a key"
                    next=next == Some(1)
                />
                <Step
                    done=progress.request
                    title="Send a first request"
                    words="Paste the snippet that comes with the key; the request shows up in the logs."
                    href="/logs"
                    action="Open the logs"
                    next=next == Some(2)
                />
                <li class="step-note">
                    "Keep a copy of the root key somewhere else: without it nothing in the database can be opened. Unless you supply it yourself it is the file "
                    <code>"root.key"</code> " in the data directory."
                </li>
            </ol>
        </section>
    }
}

#[component]
fn Step(
    done: bool,
    title: &'static str,
    words: &'static str,
    href: &'static str,
    action: &'static str,
    next: bool,
) -> impl IntoView {
    view! {
        <li class=if done { "check check-done" } else { "check" }>
            <span class="check-mark">{done.then(|| view! { <Icon picture=Picture::Check /> })}</span>
            <span class="check-words">
                <strong>{title}</strong>
                {done.then(|| view! { <span class="unseen">" (done)"</span> })}
                <span class="muted">{words}</span>
            </span>
            {next.then(|| view! { <a class="button button-main" href=href>{action}</a> })}
        </li>
    }
}
