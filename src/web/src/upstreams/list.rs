//! Upstream list page, newest first.

use std::sync::Arc;

use axum::{Extension, response::Response};
use contract::{
    Page as Rows, PageQuery,
    upstreams::{UpstreamView, UpstreamsList},
};
use domain::{Catalog, Dialect, Timestamp};
use leptos::prelude::*;

use super::label;
use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    texts::t,
    ui::{
        badge::{Badge, Tone},
        list_page::{ListPage, Nothing, Pages, Position, Rows as Shown, neighbours},
        name::Name,
        pager::range,
        table::{Table, main, plain, state},
        terminal::TerminalLines,
        time::When,
    },
    words::number,
};

const HERE: &str = "/upstreams";

/// The list.
pub(crate) async fn list_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let page = draw(&page_request).await;
    page_request.draw(page).await
}

async fn draw(page_request: &PageRequest) -> Result<Page, UiError> {
    let position: Position = page_request.query()?;
    let (page, cursor) = position.asked();
    let asked = PageQuery { page: page.unwrap_or(1).max(1), cursor, ..PageQuery::default() };
    let list = control::upstreams::list(&page_request.cx, &asked).await.map_err(ui_error)?;
    let list = Rows { page: position.number(), ..list };
    let lines = TerminalLines::of::<UpstreamsList>(page_request, &(), &PageQuery::default());
    let now = page_request.now();
    let catalog = page_request.cx.control().shared_catalog();
    let page = Page::new(Section::Upstreams, t!("upstreams-title"), move || {
        view! { <UpstreamList list=list catalog now /> }.into_any()
    });
    Ok(page.terminal(lines))
}

#[component]
fn UpstreamList(list: Rows<UpstreamView>, catalog: Arc<Catalog>, now: Timestamp) -> impl IntoView {
    let words = range(&list, t!("upstreams-count", count = list.total, shown = number::count(list.total)));
    let (back, on) = neighbours(HERE, &(), &list);
    let rows = if list.total == 0 {
        Shown::NothingYet(Nothing {
            sentence: t!("upstreams-empty"),
            href: "/upstreams/new",
            action: t!("upstreams-empty-action"),
            command: Some("keywright upstreams create --provider echo".to_owned()),
        })
    } else {
        let pages = Pages { words, back: (t!("upstreams-previous"), back), on: (t!("upstreams-next"), on) };
        Shown::Some(table(catalog, now).view(list.items), Some(pages))
    };
    view! {
        <ListPage
            title=t!("upstreams-title")
            lead=t!("upstreams-lead")
            create=("/upstreams/new", t!("upstreams-new"))
            rows
        />
    }
}

fn table(catalog: Arc<Catalog>, now: Timestamp) -> Table<UpstreamView> {
    Table::new(t!("upstreams-caption"))
        .column(main(t!("upstreams-head-name"), move |upstream: &UpstreamView| {
            view! {
                <a href=format!("/upstreams/{}", upstream.id)>
                    <Name text=upstream.name.clone() />
                </a>
                <span class="under" translate="no">{label(&upstream.provider, &catalog)}</span>
            }
            .into_any()
        }))
        .column(state(t!("upstreams-head-used"), used))
        .column(
            plain(t!("upstream-base-url"), |upstream: &UpstreamView| {
                view! { <code>{upstream.base_url.clone()}</code> }.into_any()
            })
            .wide(),
        )
        .column(
            plain(t!("upstream-secret"), |upstream: &UpstreamView| {
                let secret = upstream.api_key_masked.clone().unwrap_or_else(|| t!("upstream-secret-none"));
                view! { <code>{secret}</code> }.into_any()
            })
            .note()
            .labelled(t!("upstreams-secret-unit")),
        )
        .column(
            plain(t!("upstreams-head-replaced"), move |upstream: &UpstreamView| {
                view! { <When at=upstream.secret_updated_at now /> }.into_any()
            })
            .wide()
            .muted(),
        )
}

fn used(upstream: &UpstreamView) -> AnyView {
    if let Some(damage) = upstream.damage.clone() {
        view! { <span title=damage><Badge tone=Tone::Bad word=t!("upstream-damaged") /></span> }.into_any()
    } else if upstream.is_default {
        let dialects: Vec<&str> = upstream.default_for.iter().map(|dialect| Dialect::label(*dialect)).collect();
        let under = (upstream.dialects.len() > 1).then(|| dialects.join(", "));
        view! {
            <Badge tone=Tone::Good word=t!("upstream-default") />
            {under.map(|under| view! { <span class="under" translate="no">{under}</span> })}
        }
        .into_any()
    } else {
        view! { <span class="muted cell-wide">{t!("upstreams-used-on-request")}</span> }.into_any()
    }
}
