//! Request list page, newest first, by cursor.

use axum::{Extension, response::Response};
use contract::{
    CursorPage, FieldErrors, PageQuery,
    keys::{KeyQuery, KeyView},
    logs::{LogFilter, LogRow, LogsList},
    upstreams::UpstreamView,
};
use domain::Timestamp;
use http::StatusCode;
use leptos::prelude::*;

use super::{
    filter::{FilterBar, Filters},
    table::log_table,
};
use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    texts::t,
    ui::{
        list_page::{ListPage, Nothing, Pages, Rows},
        terminal::TerminalLines,
    },
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
    let lines = TerminalLines::of::<LogsList>(page_request, &(), &filters.asked_anywhere(now));
    let page = Page::new(Section::Logs, t!("logs-title"), move || {
        view! {
            <LogList
                rows=rows
                filters=filters
                keys=keys
                upstreams=upstreams
                errors=errors
                now
            />
        }
        .into_any()
    });
    Ok(page.status(status).terminal(lines))
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
    let rows = if nothing_yet {
        Rows::NothingYet(Nothing {
            sentence: t!("logs-empty"),
            href: "/keys/new",
            action: t!("logs-create-key"),
            command: Some("keywright logs list".to_owned()),
        })
    } else if rows.items.is_empty() {
        let (sentence, action) = (t!("logs-none-fits"), t!("logs-show-all"));
        Rows::NoneFits(Nothing { sentence, href: "/logs", action, command: None })
    } else {
        let pages = Pages { words, back: (t!("logs-newer"), filters.newer()), on: (t!("logs-older"), older) };
        Rows::Some(log_table(t!("logs-caption"), now, true).view(rows.items), Some(pages))
    };
    let filters = view! { <FilterBar filters keys upstreams errors now /> }.into_any();
    view! { <ListPage title=t!("logs-title") lead=t!("logs-lead") filters rows /> }
}
