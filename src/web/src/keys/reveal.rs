//! Key reveal page: the key, once and whole.

use std::sync::Arc;

use contract::upstreams::UpstreamView;
use leptos::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use super::{
    first_request::{FirstRequest, FirstRequestWords},
    reveal_foot::{RevealFoot, RevealWords},
    snippets::{Snippet, snippets, suited_model},
};
use crate::texts::t;
use crate::ui::{
    copy::{CopyButton, copy_words},
    icon::{Icon, Picture},
    name::Name,
};

/// What is shown once.
#[derive(Clone)]
pub(super) struct Revealed {
    pub(super) id: String,
    pub(super) name: String,
    secret: Arc<SecretString>,
    gateway_url: String,
    model: String,
}

impl Revealed {
    /// The key just made, with the address it is for and a model it may ask for.
    pub(super) fn of(issued: control::keys::IssuedKey, gateway_url: String, upstreams: &[UpstreamView]) -> Self {
        let model = suited_model(&issued.view, upstreams);
        Self {
            id: issued.view.id.to_string(),
            name: issued.view.name,
            secret: Arc::new(issued.secret),
            gateway_url,
            model,
        }
    }
}

/// The dialog. Without JavaScript it is open from the start; awake it makes itself modal and asks before it goes.
#[component]
pub(super) fn Reveal(revealed: Revealed) -> impl IntoView {
    let secret = revealed.secret.expose_secret().to_owned();
    let snippets = snippets(&revealed.gateway_url, &secret, &revealed.model);
    view! {
        <dialog id="reveal" class="dialog reveal" open=true aria-labelledby="reveal-title" closedby="none">
            <div class="reveal-head">
                <span class="reveal-mark" aria-hidden="true">
                    <Icon picture=Picture::Key />
                </span>
                <div>
                    <h2 id="reveal-title">
                        <Name text=t!("key-ready", name = revealed.name.as_str()) />
                    </h2>
                    <p class="muted">{t!("reveal-lead")}</p>
                </div>
            </div>
            <div class="secret">
                <code id="secret" tabindex="0" aria-label=t!("reveal-key")>{secret}</code>
                <CopyButton target="secret".to_owned() main=true words=copy_words() />
            </div>
            <Snippets snippets />
            <FirstRequest key_id=revealed.id.clone() words=FirstRequestWords::new() />
            <RevealFoot key_id=revealed.id words=RevealWords::new() />
        </dialog>
        <div class="scrim"></div>
    }
}

/// Tabs of radio buttons: the keyboard walks them and no script is needed.
#[component]
fn Snippets(snippets: Vec<Snippet>) -> impl IntoView {
    let tabs = snippets
        .iter()
        .enumerate()
        .map(|(i, snippet)| {
            view! {
                <label class="tab">
                    <input type="radio" name="snippet" value=snippet.id checked=i == 0 />
                    <span>{snippet.label}</span>
                </label>
            }
        })
        .collect_view();
    let panels = snippets
        .into_iter()
        .map(|snippet| {
            let id = format!("snippet-{}", snippet.id);
            let copied = id.clone();
            view! {
                <div class=format!("code-block panel panel-{}", snippet.id)>
                    <pre id=id tabindex="0" role="region" aria-label=t!("reveal-snippet", name = snippet.label)>
                        {snippet
                            .code
                            .into_iter()
                            .map(|(class, text)| match class {
                                Some(class) => view! { <span class=class>{text}</span> }.into_any(),
                                None => text.into_any(),
                            })
                            .collect_view()}
                    </pre>
                    <CopyButton target=copied main=false words=copy_words() />
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="snippets">
            <fieldset class="tabs">
                <legend class="unseen">{t!("reveal-snippets")}</legend>
                {tabs}
            </fieldset>
            {panels}
        </div>
    }
}
