//! Key list page, newest first.

use axum::{Extension, response::Response};
use contract::{
    Page as Rows,
    keys::{KeyQuery, KeyView},
    page::DEEPEST,
};
use domain::{ModelPattern, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    texts::{Word, t},
    ui::{
        badge::KeyBadge,
        empty::Empty,
        heading::Heading,
        icon::{Icon, Picture},
        name::Name,
        pager::{Pager, range},
        time::When,
    },
    words::number,
};

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
pub(crate) struct KeyListQuery {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    search: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page: Option<i64>,
    /// Where the page begins; its number is only shown then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

impl KeyListQuery {
    fn is_filtered(&self) -> bool {
        !self.search.trim().is_empty() || !self.state.is_empty()
    }

    fn url(&self) -> String {
        match serde_html_form::to_string(self) {
            Ok(query) if !query.is_empty() => format!("/keys?{query}"),
            _ => "/keys".to_owned(),
        }
    }

    fn with_state(&self, state: &str) -> String {
        Self { state: state.to_owned(), page: None, cursor: None, ..self.clone() }.url()
    }

    /// The page of this number; beyond the deepest one, the first.
    fn at(&self, page: i64, page_size: i64) -> String {
        let page = if page.saturating_mul(page_size) > DEEPEST { 1 } else { page };
        Self { page: (page > 1).then_some(page), cursor: None, ..self.clone() }.url()
    }

    fn after(&self, page: i64, cursor: &str) -> String {
        Self { page: Some(page), cursor: Some(cursor.to_owned()), ..self.clone() }.url()
    }
}

/// The list.
pub(crate) async fn list_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let page = draw(&page_request).await;
    page_request.draw(page).await
}

async fn draw(page_request: &PageRequest) -> Result<Page, UiError> {
    let query: KeyListQuery = page_request.query()?;
    let list = listed(page_request, &query).await?;
    let now = page_request.now();
    Ok(Page::new(Section::Keys, t!("keys-title"), move || {
        view! { <KeyList list=list.clone() query=query.clone() now /> }.into_any()
    }))
}

/// The rows that `query` asks for.
pub(super) async fn listed(page_request: &PageRequest, query: &KeyListQuery) -> Result<Rows<KeyView>, UiError> {
    let asked = KeyQuery {
        page: query.page.filter(|_| query.cursor.is_none()),
        cursor: query.cursor.clone(),
        search: Some(query.search.clone()),
        state: Some(query.state.clone()),
        ..KeyQuery::default()
    };
    let list = control::keys::list(&page_request.cx, &asked).await.map_err(ui_error)?;
    Ok(Rows { page: query.page.unwrap_or(1).max(1), ..list })
}

/// Heading, filters, rows.
#[component]
pub(super) fn KeyList(list: Rows<KeyView>, query: KeyListQuery, now: Timestamp) -> impl IntoView {
    let words = range(&list, t!("keys-count", count = list.total, shown = number::count(list.total)));
    let back = (list.page > 1).then(|| query.at(list.page - 1, list.page_size));
    let on = list.next_cursor.as_deref().map(|cursor| query.after(list.page + 1, cursor));
    let nothing_yet = list.total == 0 && !query.is_filtered();
    view! {
        <Heading title=t!("keys-title") lead=t!("keys-lead").into_any()>
            <a class="button button-main" href="/keys/new">
                <Icon picture=Picture::Plus />
                {t!("keys-new")}
            </a>
        </Heading>
        {if nothing_yet {
            view! {
                <div class="card">
                    <Empty
                        sentence=t!("keys-empty")
                        href="/keys/new"
                        action=t!("keys-create-first")
                        command="keywright keys create --name my-first-key"
                    />
                </div>
            }
                .into_any()
        } else {
            view! {
                <Filters query=query.clone() />
                <div class="card card-table">
                    {if list.items.is_empty() {
                        view! { <Empty sentence=t!("keys-none-fits") href="/keys" action=t!("keys-show-all") /> }.into_any()
                    } else {
                        view! { <Rows keys=list.items now /> }.into_any()
                    }}
                    <Pager words back=t!("keys-previous") back_to=back on=t!("keys-next") on_to=on />
                </div>
            }
                .into_any()
        }}
    }
}

#[component]
fn Filters(query: KeyListQuery) -> impl IntoView {
    let current =
        STATES.iter().find(|(value, _)| *value == query.state).map_or_else(|| t!("keys-state-any"), |(_, word)| word());
    view! {
        <div class="filters">
            <form method="get" action="/keys" role="search" class="search">
                <Icon picture=Picture::Search />
                <input type="search" name="search" value=query.search.clone() placeholder=t!("keys-search-placeholder") aria-label=t!("keys-search-label") />
                {(!query.state.is_empty()).then(|| view! { <input type="hidden" name="state" value=query.state.clone() /> })}
                <button class="unseen">{t!("keys-search")}</button>
            </form>
            <details class="menu">
                <summary class="chip">{t!("keys-state")} " " <strong>{current}</strong></summary>
                <ul class="menu-body">
                    {STATES
                        .map(|(value, word)| {
                            let here = value == query.state;
                            view! {
                                <li>
                                    <a href=query.with_state(value) aria-current=here.then_some("true")>
                                        {word()}
                                        {here.then(|| view! { <Icon picture=Picture::Check /> })}
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </details>
            {query.is_filtered().then(|| view! { <a class="chip chip-clear" href="/keys">{t!("keys-filters-clear")}</a> })}
            <span class="filters-note">{t!("keys-order")}</span>
        </div>
    }
}

#[component]
fn Rows(keys: Vec<KeyView>, now: Timestamp) -> impl IntoView {
    view! {
        <table class="table table-cards">
            <caption class="unseen">{t!("keys-caption")}</caption>
            <thead>
                <tr>
                    <th scope="col">{t!("keys-name")}</th>
                    <th scope="col">{t!("keys-state")}</th>
                    <th scope="col">{t!("keys-models")}</th>
                    <th scope="col" class="figure">{t!("keys-limit")}</th>
                    <th scope="col">{t!("keys-last-used")}</th>
                    <th scope="col">{t!("keys-expires")}</th>
                </tr>
            </thead>
            <tbody>{keys.into_iter().map(|key| view! { <Row key now /> }).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn Row(key: KeyView, now: Timestamp) -> impl IntoView {
    let models = match key.allowed_models.as_slice() {
        [] => t!("keys-models-all"),
        few @ ([_] | [_, _]) => few.iter().map(ModelPattern::as_str).collect::<Vec<_>>().join(", "),
        [first, rest @ ..] => t!("keys-models-more", first = first.as_str(), more = rest.len()),
    };
    let limit = key
        .rate_limits
        .requests_per_minute
        .map_or_else(|| t!("keys-limit-none"), |n| t!("keys-limit-per-minute", shown = number::count(i64::from(n))));
    let revoked = key.revoked_at.is_some();
    view! {
        <tr>
            <th scope="row" class="cell-main">
                <a href=format!("/keys/{}", key.id)>
                    <Name text=key.name />
                </a>
                <code class="under">{key.masked}</code>
            </th>
            <td class="cell-state">
                <KeyBadge state=key.state expires_at=key.expires_at now />
            </td>
            <td class="cell-wide muted">{models}</td>
            <td class="figure">{limit}</td>
            <td class="cell-note muted">
                <span class="unit">{t!("keys-last-used-label")} " "</span>
                <When at=key.last_used_at now none=t!("keys-never-used") />
            </td>
            <td class="cell-wide muted">
                {if revoked { "—".into_any() } else { view! { <When at=key.expires_at now none=t!("keys-never-expires") /> }.into_any() }}
            </td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_travel_in_the_url() {
        let query: KeyListQuery = serde_html_form::from_str("search=a+b&state=active&page=3").unwrap();
        assert_eq!(query.at(4, 20), "/keys?search=a+b&state=active&page=4");
        assert_eq!(query.at(501, 20), "/keys?search=a+b&state=active");
        assert_eq!(query.after(4, "c7"), "/keys?search=a+b&state=active&page=4&cursor=c7");
        assert_eq!(query.with_state(""), "/keys?search=a+b");
        assert_eq!(KeyListQuery::default().at(1, 20), "/keys");
    }
}
