//! Model route list page, newest first.

use axum::{Extension, response::Response};
use contract::{
    Page as Rows, PageQuery,
    models::{ModelView, ModelsList},
};
use domain::Timestamp;
use leptos::prelude::*;

use super::strategy_label;
use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    texts::t,
    ui::{
        badge::{Badge, Tone},
        list_page::{ListPage, Nothing, Pages, Position, Rows as Shown, neighbours},
        name::Name,
        pager::range,
        table::{Table, main, plain},
        terminal::TerminalLines,
        time::When,
    },
    words::number,
};

const HERE: &str = "/models";

/// The list.
pub(crate) async fn list_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let page = draw(&page_request).await;
    page_request.draw(page).await
}

async fn draw(page_request: &PageRequest) -> Result<Page, UiError> {
    let position: Position = page_request.query()?;
    let (page, cursor) = position.asked();
    let asked = PageQuery { page: page.unwrap_or(1).max(1), cursor, ..PageQuery::default() };
    let list = control::models::list(&page_request.cx, &asked).await.map_err(ui_error)?;
    let list = Rows { page: position.number(), ..list };
    let lines = TerminalLines::of::<ModelsList>(page_request, &(), &PageQuery::default());
    let now = page_request.now();
    let page = Page::new(Section::Models, t!("models-title"), move || view! { <ModelList list=list now /> }.into_any());
    Ok(page.terminal(lines))
}

#[component]
fn ModelList(list: Rows<ModelView>, now: Timestamp) -> impl IntoView {
    let words = range(&list, t!("models-count", count = list.total, shown = number::count(list.total)));
    let (back, on) = neighbours(HERE, &(), &list);
    let rows = if list.total == 0 {
        Shown::NothingYet(Nothing {
            sentence: t!("models-empty"),
            href: "/models/new",
            action: t!("models-empty-action"),
            command: None,
        })
    } else {
        let pages = Pages { words, back: (t!("upstreams-previous"), back), on: (t!("upstreams-next"), on) };
        Shown::Some(table(now).view(list.items), Some(pages))
    };
    view! {
        <ListPage title=t!("models-title") lead=t!("models-lead") create=("/models/new", t!("models-new")) rows />
    }
}

fn table(now: Timestamp) -> Table<ModelView> {
    Table::new(t!("models-caption"))
        .column(main(t!("models-head-name"), |model: &ModelView| {
            let badge = model.damage.clone().map(|damage| {
                view! { <span title=damage><Badge tone=Tone::Bad word=t!("upstream-damaged") /></span> }
            });
            view! {
                <a href=format!("/models/{}", model.id)>
                    <Name text=model.name.clone() />
                </a>
                {badge}
                <span class="under">{strategy_label(model.strategy)}</span>
            }
            .into_any()
        }))
        .column(plain(t!("models-head-deployments"), |model: &ModelView| {
            let first = model.deployments.first().map(|one| one.model.clone()).unwrap_or_default();
            let more = model.deployments.len().saturating_sub(1);
            view! {
                <code>{first}</code>
                {(more > 0).then(|| view! { " " <span class="muted">{t!("models-more", count = more)}</span> })}
            }
            .into_any()
        }))
        .column(
            plain(t!("models-head-changed"), move |model: &ModelView| {
                view! { <When at=model.updated_at now /> }.into_any()
            })
            .wide()
            .muted(),
        )
}
