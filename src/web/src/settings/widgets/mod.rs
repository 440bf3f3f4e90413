//! Kit catalogue page, for developers: every part of the kit in every state, with the same content on any day, so that
//! its pictures can be compared. It is there where the setting `developer_pages` says so.

mod charts;
mod forms;
mod lists;
mod small;

use axum::{Extension, extract::State, response::Response};
use contract::{FieldErrors, Violation};
use domain::Timestamp;
use leptos::prelude::*;
use serde::Deserialize;

use crate::{
    WebState,
    handling::{Page, PageRequest, Section},
    ui::{
        confirm::Confirm,
        form::Faults,
        heading::{Heading, Title},
        reveal::Reveal,
        reveal_foot::{RevealPlaces, RevealWords},
    },
};

/// Every instant of the page: 21 November 2026, 10:15.
const NOW: Timestamp = Timestamp(1_795_256_100_000);

#[derive(Default, Deserialize)]
struct Query {
    /// `reveal` or `confirm`: a part that takes a page of its own.
    #[serde(default)]
    part: String,
}

/// The page.
pub(crate) async fn page(State(state): State<WebState>, Extension(page_request): Extension<PageRequest>) -> Response {
    if !state.developer_pages {
        return page_request.draw(Ok(Page::not_found(&page_request))).await;
    }
    let query: Query = page_request.query().unwrap_or_default();
    let page = match query.part.as_str() {
        "confirm" => Page::new(Section::Settings, "Widgets", confirm),
        "reveal" => Page::new(Section::Settings, "Widgets", || view! { {all()} {reveal()} }.into_any()),
        _ => Page::new(Section::Settings, "Widgets", all),
    };
    page_request.draw(Ok(page)).await
}

/// A part with its name.
fn part(id: &'static str, name: &'static str, content: AnyView) -> AnyView {
    view! {
        <section id=id class="widget" aria-label=name>
            <h2 class="aside-title" translate="no">{name}</h2>
            {content}
        </section>
    }
    .into_any()
}

fn all() -> AnyView {
    view! {
        <div translate="no">
            <Heading title="Widgets".to_owned() lead=Some("Every part of the kit, in every state.".into_any())>
                <a class="button" href="?part=confirm" data-peek="dialog">"Confirm"</a>
                <a class="button" href="?part=reveal">"Reveal"</a>
                <a class="button" href="/keys/new" data-peek="drawer">"Drawer"</a>
            </Heading>
            {small::parts()}
            {lists::parts()}
            {forms::parts()}
            {charts::parts()}
        </div>
    }
    .into_any()
}

/// What is wrong with every form here that something is wrong with.
fn faults() -> Faults {
    let mut fields = FieldErrors::one("name", Violation::Required);
    fields.push("choice", Violation::Required);
    fields.push("lines", Violation::WholeNumberOrNone);
    fields.push("ticks", Violation::Required);
    Faults { fields, banner: Some("What is wrong with the whole form, and the fix.".to_owned()) }
}

fn confirm() -> AnyView {
    view! {
        <Confirm
            parent=("/settings/about/widgets", "Widgets".to_owned())
            name="checkout"
            question=Title::around("checkout", |name| format!("Take “{name}” away?"))
            lead=view! { <code>"sk-auto-live-3kQz…9fWa"</code> }.into_any()
            impact="1,204 requests in 24 h from 3 addresses, last 2 min ago."
            consequence="Programs that use it get 401 from now on."
            action="/settings/about/widgets"
            back="/settings/about/widgets"
            cancel="Cancel"
            confirm="Take away"
            faults=Faults::default()
        />
    }
    .into_any()
}

fn reveal() -> AnyView {
    let here = "/settings/about/widgets".to_owned();
    view! {
        <Reveal
            title="Your key “checkout” is ready".into_any()
            lead="It is shown once. Store it now."
            secret=std::sync::Arc::new("sk-auto-live-not-a-secret-0000000000000000000000".to_owned().into())
            label="The key"
            snippets=small::tabs()
            places=RevealPlaces { here: here.clone(), behind: here, file: None }
            words=RevealWords::new("I have stored this key".to_owned(), "Leave without the key?".to_owned())
        />
    }
    .into_any()
}
