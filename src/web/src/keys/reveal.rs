//! Key reveal page: the key, once and whole, with the first request turning up under it.

use std::sync::Arc;

use contract::upstreams::UpstreamView;
use leptos::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use super::{
    first_request::{FirstRequest, FirstRequestWords},
    snippets::{ENV_TAB, snippets, suited_model},
};
use crate::{
    texts::t,
    ui::{
        name::around,
        reveal::{Reveal, SNIPPETS},
        reveal_foot::{RevealPlaces, RevealWords},
    },
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
    pub(super) fn of(
        issued: control::keys::IssuedKey,
        gateway_url: String,
        upstreams: &[UpstreamView],
        catalog: &domain::Catalog,
    ) -> Self {
        let model = suited_model(&issued.view, upstreams, catalog);
        Self {
            id: issued.view.id.to_string(),
            name: issued.view.name,
            secret: Arc::new(issued.secret),
            gateway_url,
            model,
        }
    }
}

/// The dialog over the list.
pub(super) fn reveal_over(revealed: &Revealed) -> AnyView {
    let snippets = snippets(&revealed.gateway_url, revealed.secret.expose_secret(), &revealed.model);
    let places = RevealPlaces {
        here: format!("/keys/{}?shown=1", revealed.id),
        behind: "/keys".to_owned(),
        file: Some((format!("{SNIPPETS}-{ENV_TAB}"), "keywright.env".to_owned())),
    };
    let (key_id, secret) = (revealed.id.clone(), Arc::clone(&revealed.secret));
    view! {
        <Reveal
            title=around(&revealed.name, |name| t!("key-ready", name = name))
            lead=t!("reveal-lead")
            secret
            label=t!("reveal-key")
            snippets
            places
            words=RevealWords::new(t!("reveal-stored"), t!("reveal-ask"))
        >
            <FirstRequest key_id words=FirstRequestWords::new() />
        </Reveal>
    }
    .into_any()
}
