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
    texts::t,
    ui::{
        badge::{Badge, Tone},
        empty::Empty,
        heading::Heading,
        icon::{Icon, Picture},
        name::Name,
        pager::{Pager, range},
        time::When,
    },
    words::number,
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
    Ok(Page::new(Section::Upstreams, t!("upstreams-title"), move || {
        view! { <UpstreamList list=list.clone() now /> }.into_any()
    }))
}

#[component]
fn UpstreamList(list: Rows<UpstreamView>, now: Timestamp) -> impl IntoView {
    let all = t!("upstreams-count", count = list.total, shown = number::count(list.total));
    let words = range(&list, all);
    let back = (list.page > 1).then(|| format!("/upstreams?page={}", list.page - 1));
    let on = list.next_cursor.as_ref().map(|cursor| format!("/upstreams?page={}&cursor={cursor}", list.page + 1));
    view! {
        <Heading title=t!("upstreams-title") lead=t!("upstreams-lead").into_any()>
            <a class="button button-main" href="/upstreams/new">
                <Icon picture=Picture::Plus />
                {t!("upstreams-new")}
            </a>
        </Heading>
        <div class="card card-table">
            {if list.total == 0 {
                view! {
                    <Empty
                        sentence=t!("upstreams-empty")
                        href="/upstreams/new"
                        action=t!("upstreams-empty-action")
                        command="keywright upstreams create --provider echo"
                    />
                }
                    .into_any()
            } else {
                view! {
                    <table class="table table-cards">
                        <caption class="unseen">{t!("upstreams-caption")}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{t!("upstreams-head-name")}</th>
                                <th scope="col">{t!("upstreams-head-used")}</th>
                                <th scope="col">{t!("upstream-base-url")}</th>
                                <th scope="col">{t!("upstream-secret")}</th>
                                <th scope="col">{t!("upstreams-head-replaced")}</th>
                            </tr>
                        </thead>
                        <tbody>
                            {list.items.into_iter().map(|upstream| view! { <Row upstream now /> }).collect_view()}
                        </tbody>
                    </table>
                    <Pager words back=t!("upstreams-previous") back_to=back on=t!("upstreams-next") on_to=on />
                }
                    .into_any()
            }}
        </div>
    }
}

#[component]
fn Row(upstream: UpstreamView, now: Timestamp) -> impl IntoView {
    let secret = upstream.api_key_masked.unwrap_or_else(|| t!("upstream-secret-none"));
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
                    view! { <span title=damage><Badge tone=Tone::Bad word=t!("upstream-damaged") /></span> }.into_any()
                } else if upstream.is_default {
                    view! { <Badge tone=Tone::Good word=t!("upstream-default") /> }.into_any()
                } else {
                    view! { <span class="muted cell-wide">{t!("upstreams-used-on-request")}</span> }.into_any()
                }}
            </td>
            <td class="cell-wide">
                <code>{upstream.base_url}</code>
            </td>
            <td class="cell-note">
                <span class="unit muted">{t!("upstreams-secret-unit")} " "</span>
                <code>{secret}</code>
            </td>
            <td class="cell-wide muted">
                <When at=upstream.secret_updated_at now />
            </td>
        </tr>
    }
}
