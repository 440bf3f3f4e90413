//! Upstream list page, newest first.

use axum::{Extension, response::Response};
use contract::{Page as Rows, PageQuery, upstreams::UpstreamView};
use domain::Timestamp;
use leptos::prelude::*;
use serde::Deserialize;

use super::label;
use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    ui::{
        badge::{Badge, Tone},
        empty::Empty,
        heading::Heading,
        icon::{Icon, Picture},
        name::Name,
        pager::{Pager, range},
        time::When,
    },
};

#[derive(Default, Deserialize)]
struct Query {
    page: Option<i64>,
    cursor: Option<String>,
}

/// The list.
pub(crate) async fn list_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let page = draw(&page_request).await;
    page_request.draw(page).await
}

async fn draw(page_request: &PageRequest) -> Result<Page, UiError> {
    let query: Query = page_request.query()?;
    let number = query.page.unwrap_or(1).max(1);
    let page = if query.cursor.is_some() { 1 } else { number };
    let asked = PageQuery { page, cursor: query.cursor, ..PageQuery::default() };
    let list = Rows { page: number, ..control::upstreams::list(&page_request.cx, &asked).await.map_err(ui_error)? };
    let now = page_request.now();
    Ok(Page::new(Section::Upstreams, "Upstreams", move || view! { <UpstreamList list=list.clone() now /> }.into_any()))
}

#[component]
fn UpstreamList(list: Rows<UpstreamView>, now: Timestamp) -> impl IntoView {
    let words = range(&list, "upstream", "upstreams");
    let back = (list.page > 1).then(|| format!("/upstreams?page={}", list.page - 1));
    let on = list.next_cursor.as_ref().map(|cursor| format!("/upstreams?page={}&cursor={cursor}", list.page + 1));
    view! {
        <Heading title="Upstreams" lead="Where the gateway sends requests, and the secrets it uses there.".into_any()>
            <a class="button button-main" href="/upstreams/new">
                <Icon picture=Picture::Plus />
                "New upstream"
            </a>
        </Heading>
        <div class="card card-table">
            {if list.total == 0 {
                view! {
                    <Empty
                        sentence="No upstreams yet. An upstream is a provider's server with your secret for it; echo needs neither."
                        href="/upstreams/new"
                        action="Add the first upstream"
                        command="keywright upstreams create --provider echo"
                    />
                }
                    .into_any()
            } else {
                view! {
                    <table class="table table-cards">
                        <caption class="unseen">"Upstreams, newest first"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Name and provider"</th>
                                <th scope="col">"Used"</th>
                                <th scope="col">"Base URL"</th>
                                <th scope="col">"Secret"</th>
                                <th scope="col">"Replaced"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {list.items.into_iter().map(|upstream| view! { <Row upstream now /> }).collect_view()}
                        </tbody>
                    </table>
                    <Pager words back="Previous" back_to=back on="Next" on_to=on />
                }
                    .into_any()
            }}
        </div>
    }
}

#[component]
fn Row(upstream: UpstreamView, now: Timestamp) -> impl IntoView {
    let secret = upstream.api_key_masked.unwrap_or_else(|| "none".to_owned());
    view! {
        <tr>
            <th scope="row" class="cell-main">
                <a href=format!("/upstreams/{}", upstream.id)>
                    <Name text=upstream.name />
                </a>
                <span class="under">{label(&upstream.provider)}</span>
            </th>
            <td class="cell-state">
                {if let Some(damage) = upstream.damage.clone() {
                    view! { <span title=damage><Badge tone=Tone::Bad word="Damaged" /></span> }.into_any()
                } else if upstream.is_default {
                    view! { <Badge tone=Tone::Good word="Default" /> }.into_any()
                } else {
                    view! { <span class="muted cell-wide">"on request"</span> }.into_any()
                }}
            </td>
            <td class="cell-wide">
                <code>{upstream.base_url}</code>
            </td>
            <td class="cell-note">
                <span class="unit muted">"secret "</span>
                <code>{secret}</code>
            </td>
            <td class="cell-wide muted">
                <When at=upstream.secret_updated_at now />
            </td>
        </tr>
    }
}
