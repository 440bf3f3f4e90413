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

const STATES: [(&str, &str); 5] =
    [("", "any"), ("active", "active"), ("disabled", "disabled"), ("expired", "expired"), ("revoked", "revoked")];

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
    Ok(Page::new(Section::Keys, "Keys", move || {
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
    let words = range(&list, "key", "keys");
    let back = (list.page > 1).then(|| query.at(list.page - 1, list.page_size));
    let on = list.next_cursor.as_deref().map(|cursor| query.after(list.page + 1, cursor));
    let nothing_yet = list.total == 0 && !query.is_filtered();
    view! {
        <Heading title="Keys" lead="What your people and programs call the gateway with.".into_any()>
            <a class="button button-main" href="/keys/new">
                <Icon picture=Picture::Plus />
                "New key"
            </a>
        </Heading>
        {if nothing_yet {
            view! {
                <div class="card">
                    <Empty
                        sentence="No keys yet. A key lets a program call the gateway without ever seeing a provider's secret."
                        href="/keys/new"
                        action="Create the first key"
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
                        view! { <Empty sentence="No key fits these filters." href="/keys" action="Show all keys" /> }.into_any()
                    } else {
                        view! { <Rows keys=list.items now /> }.into_any()
                    }}
                    <Pager words back="Previous" back_to=back on="Next" on_to=on />
                </div>
            }
                .into_any()
        }}
    }
}

#[component]
fn Filters(query: KeyListQuery) -> impl IntoView {
    let current = STATES.iter().find(|(value, _)| *value == query.state).map_or("any", |(_, word)| word);
    view! {
        <div class="filters">
            <form method="get" action="/keys" role="search" class="search">
                <Icon picture=Picture::Search />
                <input type="search" name="search" value=query.search.clone() placeholder="Name, prefix or id" aria-label="Search keys" />
                {(!query.state.is_empty()).then(|| view! { <input type="hidden" name="state" value=query.state.clone() /> })}
                <button class="unseen">"Search"</button>
            </form>
            <details class="menu">
                <summary class="chip">"State " <strong>{current}</strong></summary>
                <ul class="menu-body">
                    {STATES
                        .map(|(value, word)| {
                            let here = value == query.state;
                            view! {
                                <li>
                                    <a href=query.with_state(value) aria-current=here.then_some("true")>
                                        {word}
                                        {here.then(|| view! { <Icon picture=Picture::Check /> })}
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </details>
            {query.is_filtered().then(|| view! { <a class="chip chip-clear" href="/keys">"Clear"</a> })}
            <span class="filters-note">"Newest first"</span>
        </div>
    }
}

#[component]
fn Rows(keys: Vec<KeyView>, now: Timestamp) -> impl IntoView {
    view! {
        <table class="table table-cards">
            <caption class="unseen">"Keys, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Name and key"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"May call"</th>
                    <th scope="col" class="figure">"Limit"</th>
                    <th scope="col">"Last used"</th>
                    <th scope="col">"Expires"</th>
                </tr>
            </thead>
            <tbody>{keys.into_iter().map(|key| view! { <Row key now /> }).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn Row(key: KeyView, now: Timestamp) -> impl IntoView {
    let models = match key.allowed_models.as_slice() {
        [] => "all models".to_owned(),
        few @ ([_] | [_, _]) => few.iter().map(ModelPattern::as_str).collect::<Vec<_>>().join(", "),
        [first, rest @ ..] => format!("{} and {} more", first.as_str(), rest.len()),
    };
    let limit = key
        .rate_limits
        .requests_per_minute
        .map_or_else(|| "no limit".to_owned(), |n| format!("{} / min", number::count(i64::from(n))));
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
                <span class="unit">"last used "</span>
                <When at=key.last_used_at now none="never" />
            </td>
            <td class="cell-wide muted">
                {if revoked { "—".into_any() } else { view! { <When at=key.expires_at now none="never" /> }.into_any() }}
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
