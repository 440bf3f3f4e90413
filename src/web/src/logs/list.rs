//! Request list page, newest first, by cursor.

use axum::{Extension, response::Response};
use contract::{
    CursorPage, FieldErrors, PageQuery,
    keys::{KeyQuery, KeyView},
    logs::{LogFilter, LogRow},
    upstreams::UpstreamView,
};
use domain::Timestamp;
use http::StatusCode;
use leptos::prelude::*;

use super::{
    filter::{FilterBar, Filters},
    table::LogTable,
};
use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    texts::t,
    ui::{empty::Empty, heading::Heading, pager::Pager},
    words::number,
};

/// Rows of a page.
const ROWS: i64 = 50;

/// The list.
pub(crate) async fn list_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let page = draw(&page_request).await;
    page_request.draw(page).await
}

async fn draw(page_request: &PageRequest) -> Result<Page, UiError> {
    let filters: Filters = page_request.query()?;
    let now = page_request.now();
    let (rows, errors) = match LogFilter::try_from(filters.asked(ROWS, now)) {
        Ok(filter) => (control::logs::list(&page_request.cx, filter).await.map_err(ui_error)?, FieldErrors::default()),
        Err(errors) => (CursorPage { items: Vec::new(), next_cursor: None, has_more: false }, errors),
    };
    let keys = KeyQuery { page_size: Some(100), ..KeyQuery::default() };
    let keys = control::keys::list(&page_request.cx, &keys).await.map_err(ui_error)?.items;
    let upstreams = control::upstreams::list(&page_request.cx, &PageQuery { page_size: 100, ..PageQuery::default() })
        .await
        .map_err(ui_error)?
        .items;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page::new(Section::Logs, t!("logs-title"), move || {
        view! {
            <LogList
                rows=rows.clone()
                filters=filters.clone()
                keys=keys.clone()
                upstreams=upstreams.clone()
                errors=errors.clone()
                now
            />
        }
        .into_any()
    });
    Ok(page.status(status))
}

#[component]
fn LogList(
    rows: CursorPage<LogRow>,
    filters: Filters,
    keys: Vec<KeyView>,
    upstreams: Vec<UpstreamView>,
    errors: FieldErrors,
    now: Timestamp,
) -> impl IntoView {
    let newest = filters.is_newest();
    let nothing_yet = rows.items.is_empty() && newest && !filters.any();
    let count = i64::try_from(rows.items.len()).unwrap_or(ROWS);
    let shown = number::count(count);
    let words = match (newest, rows.has_more) {
        (true, true) => t!("logs-newest", shown = shown),
        (true, false) => t!("logs-count", count = count, shown = shown),
        (false, _) => t!("logs-further-back", count = count, shown = shown),
    };
    let older = rows.next_cursor.as_deref().map(|cursor| filters.older(cursor));
    let newer = filters.newer();
    view! {
        <Heading title=t!("logs-title") lead=t!("logs-lead").into_any() />
        {(!nothing_yet).then(|| view! { <FilterBar filters=filters.clone() keys upstreams errors /> })}
        <div class="card card-table">
            {if nothing_yet {
                view! {
                    <Empty
                        sentence=t!("logs-empty")
                        href="/keys/new"
                        action=t!("logs-create-key")
                        command="keywright logs list"
                    />
                }
                    .into_any()
            } else if rows.items.is_empty() {
                view! { <Empty sentence=t!("logs-none-fits") href="/logs" action=t!("logs-show-all") /> }.into_any()
            } else {
                view! {
                    <LogTable rows=rows.items now caption=t!("logs-caption") />
                    <Pager words back=t!("logs-newer") back_to=newer on=t!("logs-older") on_to=older />
                }
                    .into_any()
            }}
        </div>
    }
}
