//! Key form: three fields in sight, the rest under a fold.

use contract::{
    FieldErrors, Violation,
    keys::{CreateKey, KeysCreate, NewKey, RateLimitsInput},
    labels,
    upstreams::UpstreamView,
};
use domain::{RateLimits, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    create::upstreams,
    limit_fields::LimitFields,
    plain_words::{FORM, KeyDescription, LINES, PlainWords},
};
use crate::{
    error::UiError,
    handling::{PageRequest, between_commas, entries, number},
    texts::t,
    ui::{
        field::{LinesField, SelectField, TextField},
        fold::Fold,
        form::{Faults, Form},
        terminal::{TerminalAside, TerminalLines},
    },
    words::{sentence::KeyPermissions, time},
};

/// Days that the form proposes; the first one is chosen unless something else was said.
const DAYS: [i64; 6] = [90, 1, 7, 30, 180, 365];

/// Fields under the two folds, as errors name them.
const LIMITS: [&str; 6] =
    ["rate_limits", "permissions", "scopes", "allowed_models", "allowed_upstreams", "allowed_cidrs"];
const LABELS: [&str; 3] = ["description", "tags", "metadata"];

/// The form as a browser sends it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeyForm {
    /// Which drawing of the form this is.
    pub(crate) form: String,
    name: String,
    env: String,
    expires_in_days: String,
    pub(super) requests_per_minute: String,
    pub(super) requests_per_hour: String,
    pub(super) requests_per_day: String,
    pub(super) concurrency: String,
    pub(super) burst: String,
    pub(super) permissions: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) allowed_models: String,
    pub(super) allowed_upstreams: Vec<String>,
    pub(super) allowed_cidrs: String,
    description: String,
    tags: String,
    metadata: String,
}

impl Default for KeyForm {
    fn default() -> Self {
        Self {
            form: String::new(),
            name: String::new(),
            env: "live".to_owned(),
            expires_in_days: DAYS[0].to_string(),
            requests_per_minute: RateLimits::DEFAULT_REQUESTS_PER_MINUTE.to_string(),
            requests_per_hour: String::new(),
            requests_per_day: String::new(),
            concurrency: String::new(),
            burst: String::new(),
            permissions: Vec::new(),
            scopes: Vec::new(),
            allowed_models: String::new(),
            allowed_upstreams: Vec::new(),
            allowed_cidrs: String::new(),
            description: String::new(),
            tags: String::new(),
            metadata: String::new(),
        }
    }
}

impl KeyForm {
    /// The same input in a new drawing of the form.
    pub(crate) fn named(self, form: String) -> Self {
        Self { form, ..self }
    }

    /// What it asks for, or everything that is wrong with it.
    pub(crate) fn parse(&self) -> Result<NewKey, FieldErrors> {
        let (shape, mut errors) = self.shape();
        match NewKey::try_from(shape) {
            Ok(new) if errors.is_empty() => Ok(new),
            Ok(_) => Err(errors),
            Err(more) => {
                errors.0.extend(more.0);
                Err(errors)
            }
        }
    }

    /// The input of the operation, as far as the form can be read, and what is wrong with the rest.
    fn shape(&self) -> (CreateKey, FieldErrors) {
        let mut errors = FieldErrors::default();
        let mut limit = |field: &str, typed: &str| match typed_number(typed).map(|digits| digits.parse::<u32>()) {
            None => Some(None),
            Some(Ok(n)) => Some(Some(n)),
            Some(Err(_)) => {
                errors.push(&format!("rate_limits.{field}"), Violation::WholeNumberOrNone);
                None
            }
        };
        // What is no limit for a new key anyway need not be said.
        let said = |limit: Option<Option<u32>>| limit.filter(Option::is_some);
        let rate_limits = RateLimitsInput {
            requests_per_minute: limit("requests_per_minute", &self.requests_per_minute),
            requests_per_hour: said(limit("requests_per_hour", &self.requests_per_hour)),
            requests_per_day: said(limit("requests_per_day", &self.requests_per_day)),
            concurrency: said(limit("concurrency", &self.concurrency)),
            burst: said(limit("burst", &self.burst)),
            tokens_per_minute: None,
        };
        let days = match self.expires_in_days.as_str() {
            "never" | "" => None,
            text => errors.take("expires_in_days", text.parse::<i64>().map_err(|_| Violation::Span)),
        };
        let shape = CreateKey {
            name: self.name.clone(),
            description: self.description.clone(),
            tags: between_commas(&self.tags),
            metadata: errors.take("metadata", labels::metadata(&self.metadata)).unwrap_or_default(),
            env: Some(self.env.clone()),
            expires_in_days: days,
            allowed_models: entries(&self.allowed_models),
            allowed_upstreams: self.allowed_upstreams.clone(),
            allowed_cidrs: entries(&self.allowed_cidrs),
            permissions: self.permissions.clone(),
            scopes: self.scopes.clone(),
            rate_limits: Some(rate_limits),
            ..CreateKey::default()
        };
        (shape, errors)
    }

    /// `60`; none for an empty field, which means no limit.
    fn limit(&self) -> Option<String> {
        typed_number(&self.requests_per_minute)
    }

    /// Whether anything under the fold differs from its default.
    fn is_narrowed(&self) -> bool {
        let default = Self::default();
        self.requests_per_minute != default.requests_per_minute
            || ![&self.requests_per_hour, &self.requests_per_day, &self.concurrency, &self.burst]
                .iter()
                .all(|limit| limit.is_empty())
            || !(self.permissions.is_empty() && self.scopes.is_empty())
            || !(self.allowed_models.is_empty() && self.allowed_upstreams.is_empty() && self.allowed_cidrs.is_empty())
    }

    fn is_labelled(&self) -> bool {
        !(self.description.is_empty() && self.tags.is_empty() && self.metadata.is_empty())
    }

    /// The same from a terminal.
    pub(crate) fn lines(&self, page_request: &PageRequest) -> TerminalLines {
        TerminalLines::of::<KeysCreate>(page_request, &(), &self.shape().0)
    }

    fn permissions(&self, upstreams: &[UpstreamView], now: Timestamp) -> KeyPermissions {
        let named = |id: &String| {
            upstreams.iter().find(|upstream| upstream.id.as_str() == *id).map(|upstream| upstream.name.clone())
        };
        KeyPermissions {
            name: self.name.clone(),
            models: entries(&self.allowed_models),
            upstreams: self.allowed_upstreams.iter().filter_map(named).collect(),
            addresses: entries(&self.allowed_cidrs),
            per_minute: self.limit(),
            until: self.expires_in_days.parse().ok().map(|days| ends(days, now)),
        }
    }
}

/// The digits of a field; none for an empty one.
fn typed_number(typed: &str) -> Option<String> {
    Some(number(typed)).filter(|digits| !digits.is_empty())
}

fn ends(days: i64, now: Timestamp) -> String {
    time::date(now.plus(days.clamp(0, 3_650) * Timestamp::DAY))
}

/// What the key would be that `form` (as it would be posted) asks for.
pub(super) async fn described(page_request: &PageRequest, form: &str) -> Result<KeyDescription, UiError> {
    let form: KeyForm = serde_html_form::from_str(form)
        .map_err(|error| UiError::Conflict { code: "invalid_form".to_owned(), message: error.to_string() })?;
    let upstreams = upstreams(page_request).await?;
    let sentence = form.permissions(&upstreams, page_request.now()).with_name();
    let lines = form.lines(page_request);
    Ok(KeyDescription { sentence, lines: lines.command.into_iter().chain(lines.curl).collect() })
}

/// The form, with what was typed and what is wrong with it, and the sentence beside it.
#[component]
pub(crate) fn KeyFields(
    form: KeyForm,
    upstreams: Vec<UpstreamView>,
    faults: Faults,
    lines: TerminalLines,
    now: Timestamp,
) -> impl IntoView {
    let unfold = form.is_narrowed() || faults.touch(&LIMITS);
    let unfold_labels = form.is_labelled() || faults.touch(&LABELS);
    let sentence = form.permissions(&upstreams, now).with_name();
    let limits = form.clone();
    let ticks = upstreams.into_iter().map(|upstream| (upstream.id.to_string(), upstream.name)).collect::<Vec<_>>();
    view! {
        <div class="beside">
            <Form action="/keys/new" id=FORM faults>
                <input type="hidden" name="form" value=form.form />
                <TextField
                    name="name"
                    label=t!("key-name")
                    value=form.name
                    hint=t!("key-name-hint").into_any()
                    required=true
                    autofocus=true
                />
                <div class="field-row">
                    <SelectField name="env" label=t!("key-env")>
                        <option value="live" selected=form.env != "test">{t!("key-env-live")}</option>
                        <option value="test" selected=form.env == "test">{t!("key-env-test")}</option>
                    </SelectField>
                    <SelectField name="expires_in_days" label=t!("key-expires")>
                        {days(&form.expires_in_days, now)}
                        <option value="never" selected=form.expires_in_days == "never">{t!("key-expires-never")}</option>
                    </SelectField>
                </div>
                <LimitFields form=limits ticks unfold />
                <Fold title=t!("key-notes") note=t!("key-notes-note") open=unfold_labels>
                    <TextField
                        name="description"
                        label=t!("key-description")
                        value=form.description
                        hint=t!("key-description-hint").into_any()
                    />
                    <TextField
                        name="tags"
                        label=t!("key-tags")
                        value=form.tags
                        placeholder=t!("key-tags-example")
                        hint=t!("key-tags-hint").into_any()
                    />
                    <LinesField
                        name="metadata"
                        label=t!("key-metadata")
                        value=form.metadata
                        placeholder=r#"{"cost_centre": "4711"}"#
                        hint=t!("key-metadata-hint").into_any()
                    />
                </Fold>
                <div class="form-actions">
                    <button class="button button-main button-large">{t!("key-create")}</button>
                    <a class="button button-plain button-large" href="/keys">{t!("key-cancel")}</a>
                </div>
            </Form>
            <aside class="aside" aria-label=t!("key-summary")>
                <section class="aside-card" aria-labelledby="plain-words">
                    <h2 id="plain-words">{t!("key-plain-words")}</h2>
                    <PlainWords sentence />
                </section>
                <section aria-labelledby="lines-title">
                    <h2 id="lines-title" class="aside-title">{t!("key-terminal")}</h2>
                    <TerminalAside id=LINES lines />
                </section>
            </aside>
        </div>
    }
}

fn days(chosen: &str, now: Timestamp) -> impl IntoView + use<> {
    let mut days = DAYS;
    days.sort_unstable();
    let chosen = chosen.to_owned();
    days.map(move |days| {
        let value = days.to_string();
        let date = time::short_date(now.plus(days * Timestamp::DAY));
        let selected = value == chosen;
        view! { <option value=value selected=selected>{t!("key-expires-in", count = days, date = date)}</option> }
    })
    .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(query: &str) -> KeyForm {
        serde_html_form::from_str(query).unwrap()
    }

    #[test]
    fn a_plain_form_asks_for_the_defaults() {
        let new =
            form("form=1&name=ci&env=live&expires_in_days=90&requests_per_minute=100&allowed_models=&allowed_cidrs=")
                .parse()
                .unwrap();
        assert_eq!(new.policy.rate_limits.requests_per_minute, Some(100));
        assert_eq!(new.expires, contract::keys::Expiry::After(90 * Timestamp::DAY));
        assert_eq!(new.labels, domain::Labels::default());
        assert!(new.policy.allowed_models.is_empty() && new.policy.allowed_upstreams.is_empty());
    }

    #[test]
    fn empty_means_no_limit_and_never_means_no_end() {
        let new = form("name=ci&expires_in_days=never&requests_per_minute=").parse().unwrap();
        assert_eq!((new.policy.rate_limits.requests_per_minute, new.expires), (None, contract::keys::Expiry::Never));
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let errors =
            form("name=&requests_per_minute=many&allowed_cidrs=10.0.0.0/33&expires_in_days=soon&tags=a%00&metadata=1")
                .parse()
                .unwrap_err();
        for field in ["name", "rate_limits.requests_per_minute", "allowed_cidrs", "expires_in_days", "tags", "metadata"]
        {
            assert!(errors.get(field).is_some(), "{field}");
        }
    }

    #[test]
    fn labels_are_read_and_said_on_the_line() {
        let form = form("name=ci&tags=night+run%2C+ci&metadata=%7B%22a%22%3A+1%7D&allowed_upstreams=up_1");
        let labels = KeyForm { allowed_upstreams: Vec::new(), ..form.clone() }.parse().unwrap().labels;
        assert_eq!(labels.tags.iter().map(domain::Tag::as_str).collect::<Vec<_>>(), ["night run", "ci"]);
        assert_eq!(labels.metadata.to_text(), r#"{"a":1}"#);
        assert_eq!(
            contract::operation::command::<KeysCreate>(&(), &form.shape().0).unwrap().replace(" \\\n  ", " "),
            r#"keywright keys create --name ci --expires-in-days 90 --upstream up_1 --tag 'night run' --tag ci --metadata '{"a":1}'"#
        );
    }

    #[test]
    fn several_upstreams_are_several_fields() {
        assert_eq!(form("name=a&allowed_upstreams=up_1&allowed_upstreams=up_2").allowed_upstreams, ["up_1", "up_2"]);
    }
}
