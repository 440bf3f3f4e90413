//! Request filters, all of them in the URL: a view of the logs can be kept and sent.

use contract::{FieldErrors, keys::KeyView, logs::LogQuery, upstreams::UpstreamView};
use domain::Timestamp;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    texts::{Word, t},
    ui::{
        field::{SelectField, TextField},
        form::{Faults, Form},
        icon::{Icon, Picture},
        list_page::list_url,
        name::Name,
    },
    words::time,
};

/// Spans that the form offers, with their words and their length in milliseconds.
const SPANS: [(&str, Word, i64); 4] = [
    ("1h", || t!("logs-span-hour"), Timestamp::DAY / 24),
    ("24h", || t!("logs-span-day"), Timestamp::DAY),
    ("7d", || t!("logs-span-week"), 7 * Timestamp::DAY),
    ("30d", || t!("logs-span-month"), 30 * Timestamp::DAY),
];

/// Outcomes that the form offers, with their words.
const OUTCOMES: [(&str, Word); 4] = [
    ("2xx", || t!("logs-outcome-good")),
    ("4xx", || t!("logs-outcome-refused")),
    ("429", || t!("logs-outcome-too-fast")),
    ("5xx", || t!("logs-outcome-failed")),
];

/// Cursors of newer pages that a URL carries at most; beyond them Newer leads to the newest.
const TRAIL: usize = 40;

/// What the URL says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) within: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) status: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) key_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) model: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) upstream: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    cursor: String,
    /// Cursors of the pages that were left behind, oldest first, with dots between them.
    #[serde(skip_serializing_if = "String::is_empty")]
    trail: String,
}

impl Filters {
    /// As the control plane takes it.
    pub(super) fn asked(&self, limit: i64, now: Timestamp) -> LogQuery {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
        let since = SPANS.iter().find(|(name, ..)| *name == self.within).map(|(.., ms)| now.plus(-ms).to_rfc3339());
        LogQuery {
            key_id: filled(&self.key_id),
            model: filled(&self.model),
            upstream: filled(&self.upstream),
            status: filled(&self.status),
            id: filled(&self.id),
            since,
            until: None,
            limit: Some(limit),
            cursor: filled(&self.cursor),
        }
    }

    /// The filters alone, without a place in the list.
    pub(super) fn asked_anywhere(&self, now: Timestamp) -> LogQuery {
        LogQuery { limit: None, cursor: None, ..self.asked(0, now) }
    }

    /// Whether this is the newest page.
    pub(super) fn is_newest(&self) -> bool {
        self.cursor.is_empty()
    }

    /// Whether any filter is set.
    pub(super) fn any(&self) -> bool {
        [&self.within, &self.status, &self.key_id, &self.model, &self.upstream, &self.id]
            .iter()
            .any(|text| !text.trim().is_empty())
    }

    fn url(&self) -> String {
        list_url("/logs", self)
    }

    /// The same filters from the newest row on, with one of them changed.
    fn changed(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut filters = Self { cursor: String::new(), trail: String::new(), ..self.clone() };
        change(&mut filters);
        filters.url()
    }

    /// The page after this one.
    pub(super) fn older(&self, next_cursor: &str) -> String {
        let mut trail: Vec<&str> = self.trail.split('.').filter(|cursor| !cursor.is_empty()).collect();
        if !self.cursor.is_empty() {
            trail.push(&self.cursor);
        }
        let from = trail.len().saturating_sub(TRAIL);
        Self { cursor: next_cursor.to_owned(), trail: trail[from..].join("."), ..self.clone() }.url()
    }

    /// The page before this one; `None` on the newest.
    pub(super) fn newer(&self) -> Option<String> {
        if self.is_newest() {
            return None;
        }
        let (trail, cursor) = match self.trail.rsplit_once('.') {
            Some((trail, cursor)) => (trail, cursor),
            None => ("", self.trail.as_str()),
        };
        Some(Self { cursor: cursor.to_owned(), trail: trail.to_owned(), ..self.clone() }.url())
    }
}

/// Chips of what is set, and the form behind the last one.
#[component]
pub(super) fn FilterBar(
    filters: Filters,
    keys: Vec<KeyView>,
    upstreams: Vec<UpstreamView>,
    errors: FieldErrors,
    now: Timestamp,
) -> impl IntoView {
    let key_name = keys
        .iter()
        .find(|key| key.id.as_str() == filters.key_id)
        .map_or_else(|| filters.key_id.clone(), |key| key.name.clone());
    let span = SPANS.iter().find(|(name, ..)| *name == filters.within).map(|(_, word, _)| word()).unwrap_or_default();
    let unfold = !errors.is_empty();
    view! {
        <div class="filters">
            <Chip name=t!("logs-filter-time") value=span without=filters.changed(|f| f.within.clear()) />
            <Chip name=t!("logs-status") value=filters.status.clone() without=filters.changed(|f| f.status.clear()) />
            <Chip name=t!("logs-key") value=key_name without=filters.changed(|f| f.key_id.clear()) />
            <Chip name=t!("logs-model") value=filters.model.clone() without=filters.changed(|f| f.model.clear()) />
            <Chip name=t!("logs-upstream") value=filters.upstream.clone() without=filters.changed(|f| f.upstream.clear()) />
            <Chip name=t!("logs-request") value=filters.id.clone() without=filters.changed(|f| f.id.clear()) />
            <details class="menu" name="menu" open=unfold>
                <summary class="chip chip-add">
                    <Icon picture=Picture::Plus />
                    {t!("logs-filter")}
                </summary>
                <Panel filters=filters.clone() keys upstreams errors />
            </details>
            {filters.any().then(|| view! { <a class="chip chip-clear" href="/logs">{t!("logs-filters-clear")}</a> })}
            <span class="filters-note">{t!("logs-order", zone = time::zone(now))}</span>
        </div>
    }
}

#[component]
fn Chip(name: String, value: String, without: String) -> impl IntoView {
    (!value.trim().is_empty()).then(|| {
        let off = t!("logs-filter-remove", name = name.as_str());
        view! {
            <span class="chip">
                {name}
                " "
                <strong>
                    <Name text=value />
                </strong>
                <a class="chip-off" href=without aria-label=off>
                    <Icon picture=Picture::Cross />
                </a>
            </span>
        }
    })
}

#[component]
fn Panel(filters: Filters, keys: Vec<KeyView>, upstreams: Vec<UpstreamView>, errors: FieldErrors) -> impl IntoView {
    let own_status = (!filters.status.is_empty() && !OUTCOMES.iter().any(|(value, _)| *value == filters.status))
        .then(|| filters.status.clone());
    let own_key = (!filters.key_id.is_empty() && !keys.iter().any(|key| key.id.as_str() == filters.key_id))
        .then(|| filters.key_id.clone());
    let known = upstreams.iter().any(|upstream| upstream.name == filters.upstream);
    let own_upstream = (!filters.upstream.is_empty() && !known).then(|| filters.upstream.clone());
    let own = |value: Option<String>| {
        value.map(|value| view! { <option value=value.clone() selected=true translate="no">{value.clone()}</option> })
    };
    view! {
        <Form method="get" action="/logs" class="menu-body filter-panel" faults=Faults { fields: errors, banner: None }>
            <SelectField name="within" label=t!("logs-filter-time")>
                <option value="">{t!("logs-any")}</option>
                {SPANS
                    .map(|(value, word, _)| view! { <option value=value selected=value == filters.within>{word()}</option> })
                    .collect_view()}
            </SelectField>
            <SelectField name="status" label=t!("logs-status")>
                <option value="">{t!("logs-any")}</option>
                {own(own_status)}
                {OUTCOMES.map(|(value, word)| view! { <option value=value selected=value == filters.status>{word()}</option> }).collect_view()}
            </SelectField>
            <SelectField name="key_id" label=t!("logs-key")>
                <option value="">{t!("logs-any")}</option>
                {own(own_key)}
                {keys
                    .into_iter()
                    .map(|key| {
                        let selected = key.id.as_str() == filters.key_id;
                        view! { <option value=key.id.to_string() selected=selected translate="no">{key.name}</option> }
                    })
                    .collect_view()}
            </SelectField>
            <SelectField name="upstream" label=t!("logs-upstream")>
                <option value="">{t!("logs-any")}</option>
                {own(own_upstream)}
                {upstreams
                    .into_iter()
                    .map(|upstream| {
                        let selected = upstream.name == filters.upstream;
                        view! {
                            <option value=upstream.name.clone() selected=selected translate="no">
                                {upstream.name.clone()}
                            </option>
                        }
                    })
                    .collect_view()}
            </SelectField>
            <TextField name="model" label=t!("logs-model") value=filters.model mono=true />
            <TextField name="id" label=t!("logs-request-id") value=filters.id mono=true placeholder="req_…" />
            <div class="form-actions">
                <button class="button button-main">{t!("logs-filters-apply")}</button>
            </div>
        </Form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(query: &str) -> Filters {
        serde_html_form::from_str(query).unwrap()
    }

    #[test]
    fn older_and_newer_undo_each_other() {
        let first = filters("status=4xx");
        assert_eq!(first.newer(), None);
        let second = filters(first.older("req_b").trim_start_matches("/logs?"));
        assert_eq!(second.url(), "/logs?status=4xx&cursor=req_b");
        let third = filters(second.older("req_c").trim_start_matches("/logs?"));
        assert_eq!(third.url(), "/logs?status=4xx&cursor=req_c&trail=req_b");
        assert_eq!(third.newer(), Some(second.url()));
        assert_eq!(second.newer(), Some(first.url()));
    }

    #[test]
    fn the_trail_is_bounded() {
        let mut at = filters("");
        for n in 0..100 {
            at = filters(at.older(&format!("req_{n}")).trim_start_matches("/logs?"));
        }
        assert_eq!(at.trail.split('.').count(), TRAIL);
        assert!(at.url().len() < 2_000);
    }

    #[test]
    fn a_changed_filter_starts_from_the_newest() {
        assert_eq!(
            filters("status=4xx&model=o3&cursor=req_b&trail=req_a").changed(|f| f.status.clear()),
            "/logs?model=o3"
        );
    }

    #[test]
    fn a_span_counts_from_now() {
        let now = Timestamp::parse_rfc3339("2026-11-21T10:00:00Z").unwrap();
        assert_eq!(filters("within=1h").asked(50, now).since.as_deref(), Some("2026-11-21T09:00:00.000Z"));
        assert_eq!(filters("within=ever").asked(50, now).since, None);
    }
}
