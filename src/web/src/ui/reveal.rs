//! Secret reveal component: a secret that is shown once and whole (keys, tokens, invitations, webhooks' secrets).
//!
//! The page with it is the answer to the POST that made it; it is never stored on its way. Without JavaScript the dialog
//! is open from the start; awake it makes itself modal and asks before it goes.

use std::sync::Arc;

use leptos::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use super::{
    code::{CodeTab, CodeTabs},
    copy::{CopyButton, copy_words},
    icon::{Icon, Picture},
    reveal_foot::{RevealFoot, RevealPlaces, RevealWords},
};
use crate::texts::t;

/// The id of the blocks of code, and so of the radio buttons above them.
pub(crate) const SNIPPETS: &str = "snippet";

/// The dialog over the page behind it.
#[component]
pub(crate) fn Reveal(
    /// `Your key “ci” is ready`
    title: AnyView,
    /// What is to be done with it.
    #[prop(into)]
    lead: String,
    secret: Arc<SecretString>,
    /// What those hear who do not see it.
    #[prop(into)]
    label: String,
    /// How it is used, ready to paste.
    #[prop(optional)]
    snippets: Vec<CodeTab>,
    places: RevealPlaces,
    words: RevealWords,
    /// What else turns up while it is shown.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let secret = secret.expose_secret().to_owned();
    view! {
        <dialog id="reveal" class="dialog reveal" open=true aria-labelledby="reveal-title" closedby="none">
            <div class="reveal-head">
                <span class="reveal-mark" aria-hidden="true">
                    <Icon picture=Picture::Key />
                </span>
                <div>
                    <h2 id="reveal-title">{title}</h2>
                    <p class="muted">{lead}</p>
                </div>
            </div>
            <div class="secret">
                <code id="secret" tabindex="0" aria-label=label translate="no">{secret}</code>
                <CopyButton target="secret".to_owned() main=true words=copy_words() />
            </div>
            {(!snippets.is_empty())
                .then(|| view! { <CodeTabs id=SNIPPETS label=t!("reveal-snippets") tabs=snippets /> })}
            {children.map(|children| children())}
            <RevealFoot places words />
        </dialog>
        <div class="scrim"></div>
    }
}
