//! Key list page, newest first.

use axum::{Extension, response::Response};
use contract::{
    Page as Rows,
    keys::{KeyQuery, KeyView, KeysList},
};
use domain::Timestamp;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    texts::{Word, t},
    ui::{
        badge::KeyBadge,
        list_page::{ListPage, Nothing, Pages, Position, Rows as Shown, list_url, neighbours},
        menu::{Choice, Menu, Search},
        name::Name,
        pager::range,
        table::{Table, figure, main, plain, state},
        terminal::TerminalLines,
        time::When,
    },
    words::number,
};

const HERE: &str = "/keys";

/// States that the menu offers, with their words.
const STATES: [(&str, Word); 5] = [
    ("", || t!("keys-state-any")),
    ("active", || t!("keys-state-active")),
    ("disabled", || t!("keys-state-disabled")),
    ("expired", || t!("keys-state-expired")),
    ("revoked", || t!("keys-state-revoked")),
];

/// The filters in the URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filters {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    search: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    state: String,
}

impl Filters {
    fn any(&self) -> bool {
        !self.search.trim().is_empty() || !self.state.is_empty()
    }

    fn asked(&self, position: &Position) -> KeyQuery {
        let some = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        let (page, cursor) = position.asked();
        KeyQuery { page, cursor, search: some(&self.search), state: some(&self.state), ..KeyQuery::default() }
    }
}

/// The list.
pub(crate) async fn list_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let page = draw(&page_request).await;
    page_request.draw(page).await
}

async fn draw(page_request: &PageRequest) -> Result<Page, UiError> {
    let (filters, position): (Filters, Position) = (page_request.query()?, page_request.query()?);
    let list = listed(page_request, &filters, &position).await?;
    let now = page_request.now();
    let lines = TerminalLines::of::<KeysList>(page_request, &(), &filters.asked(&Position::default()));
    let page = Page::new(Section::Keys, t!("keys-title"), move || {
        view! { <KeyList list=list filters=filters now /> }.into_any()
    });
    Ok(page.terminal(lines))
}

/// The rows that are asked for.
pub(super) async fn listed(
    page_request: &PageRequest,
    filters: &Filters,
    position: &Position,
) -> Result<Rows<KeyView>, UiError> {
    let list = control::keys::list(&page_request.cx, &filters.asked(position)).await.map_err(ui_error)?;
    Ok(Rows { page: position.number(), ..list })
}

/// Heading, filters, rows.
#[component]
pub(super) fn KeyList(list: Rows<KeyView>, filters: Filters, now: Timestamp) -> impl IntoView {
    let words = range(&list, t!("keys-count", count = list.total, shown = number::count(list.total)));
    let (back, on) = neighbours(HERE, &filters, &list);
    let rows = if list.total == 0 && !filters.any() {
        Shown::NothingYet(Nothing {
            sentence: t!("keys-empty"),
            href: "/keys/new",
            action: t!("keys-create-first"),
            command: Some("keywright keys create --name my-first-key".to_owned()),
        })
    } else if list.items.is_empty() {
        let (sentence, action) = (t!("keys-none-fits"), t!("keys-show-all"));
        Shown::NoneFits(Nothing { sentence, href: HERE, action, command: None })
    } else {
        let pages = Pages { words, back: (t!("keys-previous"), back), on: (t!("keys-next"), on) };
        Shown::Some(table(now).view(list.items), Some(pages))
    };
    let filters = view! { <FilterRow filters /> }.into_any();
    view! {
        <ListPage title=t!("keys-title") lead=t!("keys-lead") create=("/keys/new", t!("keys-new")) filters rows />
    }
}

#[component]
fn FilterRow(filters: Filters) -> impl IntoView {
    let choices = STATES
        .map(|(value, word)| {
            let under = Filters { state: value.to_owned(), ..filters.clone() };
            Choice { href: list_url(HERE, &under), word: word(), here: value == filters.state }
        })
        .to_vec();
    view! {
        <div class="filters">
            <Search
                action=HERE
                value=filters.search.clone()
                placeholder=t!("keys-search-placeholder")
                label=t!("keys-search-label")
                button=t!("keys-search")
                kept=vec![("state", filters.state.clone())]
            />
            <Menu label=t!("keys-state") choices />
            {filters.any().then(|| view! { <a class="chip chip-clear" href=HERE>{t!("keys-filters-clear")}</a> })}
            <span class="filters-note">{t!("keys-order")}</span>
        </div>
    }
}

fn table(now: Timestamp) -> Table<KeyView> {
    Table::new(t!("keys-caption"))
        .column(main(t!("keys-name"), |key: &KeyView| {
            view! {
                <a href=format!("/keys/{}", key.id)>
                    <Name text=key.name.clone() />
                </a>
                <code class="under">{key.masked.clone()}</code>
            }
            .into_any()
        }))
        .column(state(t!("keys-state"), move |key: &KeyView| {
            view! { <KeyBadge state=key.state expires_at=key.expires_at now /> }.into_any()
        }))
        .column(plain(t!("keys-models"), |key: &KeyView| view! { <bdi>{models(key)}</bdi> }.into_any()).wide().muted())
        .column(figure(t!("keys-limit"), |key: &KeyView| limit(key).into_any()))
        .column(
            plain(t!("keys-last-used"), move |key: &KeyView| {
                view! { <When at=key.last_used_at now none=t!("keys-never-used") /> }.into_any()
            })
            .note()
            .muted()
            .labelled(t!("keys-last-used-label")),
        )
        .column(
            plain(t!("keys-expires"), move |key: &KeyView| match key.revoked_at {
                Some(_) => t!("none").into_any(),
                None => view! { <When at=key.expires_at now none=t!("keys-never-expires") /> }.into_any(),
            })
            .wide()
            .muted(),
        )
}

fn models(key: &KeyView) -> String {
    match key.allowed_models.as_slice() {
        [] => t!("keys-models-all"),
        [only] => only.as_str().to_owned(),
        [one, two] => t!("list-both", one = one.as_str(), two = two.as_str()),
        [first, rest @ ..] => t!("keys-models-more", first = first.as_str(), more = rest.len()),
    }
}

fn limit(key: &KeyView) -> String {
    key.rate_limits
        .requests_per_minute
        .map_or_else(|| t!("keys-limit-none"), |n| t!("keys-limit-per-minute", shown = number::count(i64::from(n))))
}
