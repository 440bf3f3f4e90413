//! Upstream form: change of name, address, dialects, timers and header fields.

use axum::{
    Extension,
    extract::{Path, RawForm},
    response::Response,
};
use contract::{
    FieldErrors, Violation,
    upstreams::{TimeoutsInput, UpdateUpstream, UpstreamView, UpstreamsUpdate},
};
use leptos::prelude::*;
use serde::Deserialize;

use super::{change::change_upstream, upstream_id};
use crate::{
    error::UiError,
    handling::{Flash, Page, PageRequest, Redirect, Section, number, post, ui_error},
    texts::t,
    ui::{
        detail::Detail,
        field::{LinesField, TextField, TicksField},
        fold::Fold,
        form::{Faults, Form},
        heading::Title,
        terminal::TerminalLines,
    },
};

/// Fields under the fold, as errors name them.
const FOLDED: [&str; 6] = ["timeouts", "headers", "organization", "project", "ca_pem", "max_open_requests"];

/// The form as a browser sends it. No `Debug`: it holds a secret.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct EditForm {
    name: String,
    base_url: String,
    api_key: String,
    default_for: Vec<String>,
    connect: String,
    first_byte: String,
    idle: String,
    total: String,
    headers: String,
    organization: String,
    project: String,
    ca_pem: String,
    max_open_requests: String,
}

impl EditForm {
    fn of(view: &UpstreamView) -> Self {
        let digits = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
        let headers: Vec<String> = view.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        Self {
            name: view.name.clone(),
            base_url: view.base_url.clone(),
            api_key: String::new(),
            default_for: view.default_for.iter().map(|dialect| dialect.as_str().to_owned()).collect(),
            connect: digits(view.timeouts.connect),
            first_byte: digits(view.timeouts.first_byte),
            idle: digits(view.timeouts.idle),
            total: digits(view.timeouts.total),
            headers: headers.join("\n"),
            organization: view.organization.clone().unwrap_or_default(),
            project: view.project.clone().unwrap_or_default(),
            ca_pem: view.ca_pem.clone().unwrap_or_default(),
            max_open_requests: digits(view.max_open_requests),
        }
    }

    /// The input of the operation, or what cannot be one.
    fn shape(&self, is_echo: bool) -> Result<UpdateUpstream, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut digits = |field: &str, typed: &str| {
            let text = number(typed);
            let read = (!text.is_empty()).then(|| text.parse::<u32>());
            if matches!(read, Some(Err(_))) {
                errors.push(field, Violation::WholeNumberOrNone);
            }
            Some(read.and_then(Result::ok))
        };
        let timeouts = TimeoutsInput {
            connect: digits("timeouts.connect", &self.connect),
            first_byte: digits("timeouts.first_byte", &self.first_byte),
            idle: digits("timeouts.idle", &self.idle),
            total: digits("timeouts.total", &self.total),
        };
        let max_open_requests = digits("max_open_requests", &self.max_open_requests);
        let mut headers = std::collections::BTreeMap::new();
        for line in self.headers.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match line.split_once(':') {
                Some((name, value)) => {
                    headers.insert(name.trim().to_owned(), value.trim().to_owned());
                }
                None => errors.push_entry("headers", line, Violation::HeaderField),
            }
        }
        let text = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        let shape = UpdateUpstream {
            name: Some(self.name.clone()),
            base_url: text(&self.base_url).filter(|_| !is_echo),
            api_key: text(&self.api_key),
            is_default: None,
            default_for: Some(self.default_for.clone()),
            timeouts: Some(timeouts),
            headers: Some(Some(headers)),
            organization: Some(text(&self.organization)),
            project: Some(text(&self.project)),
            ca_pem: Some(text(&self.ca_pem)),
            max_open_requests,
        };
        if errors.is_empty() { Ok(shape) } else { Err(errors) }
    }
}

/// The form.
pub(crate) async fn edit_page(Extension(page_request): Extension<PageRequest>, Path(id): Path<String>) -> Response {
    let page = match shown(&page_request, &id).await {
        Ok(view) => {
            let form = EditForm::of(&view);
            draw(&page_request, view, form, None)
        }
        Err(error) => Err(error),
    };
    page_request.draw(page).await
}

/// Saves.
pub(crate) async fn edit(
    Extension(page_request): Extension<PageRequest>,
    Path(id): Path<String>,
    body: RawForm,
) -> Response {
    let view = match shown(&page_request, &id).await {
        Ok(view) => view,
        Err(error) => return page_request.draw(Err(error)).await,
    };
    let is_echo = is_echo(&view);
    let act = move |form: EditForm| async move {
        let shape = form.shape(is_echo).map_err(|errors| UiError::Invalid { errors })?;
        let upstream = change_upstream(id, shape).await?;
        Ok(Redirect::to(format!("/upstreams/{}", upstream.id)).saying(Flash::UpstreamChanged))
    };
    let drawing = page_request.clone();
    post(page_request, body, act, |form, error| async move { draw(&drawing, view, form, Some(error)) }).await
}

async fn shown(page_request: &PageRequest, id: &str) -> Result<UpstreamView, UiError> {
    control::upstreams::show(&page_request.cx, &upstream_id(id)?).await.map_err(ui_error)
}

fn is_echo(view: &UpstreamView) -> bool {
    matches!(&view.provider, domain::OpenEnum::Known(id) if id.is_echo())
}

/// The form with what was typed; the secret alone is never sent back.
fn draw(
    page_request: &PageRequest,
    view: UpstreamView,
    form: EditForm,
    error: Option<UiError>,
) -> Result<Page, UiError> {
    let id = upstream_id(&view.id.to_string())?;
    let shape = EditForm { api_key: String::new(), ..form.clone() }.shape(is_echo(&view)).unwrap_or_default();
    let lines = TerminalLines::of::<UpstreamsUpdate>(page_request, &id, &shape);
    let faults = Faults::of(error.as_ref());
    let page = Page::new(Section::Upstreams, t!("upstream-edit-title"), move || {
        view! { <Body view form faults /> }.into_any()
    });
    Ok(page.terminal(lines))
}

#[component]
fn Body(view: UpstreamView, form: EditForm, faults: Faults) -> impl IntoView {
    let here = format!("/upstreams/{}", view.id);
    let unfold = faults.touch(&FOLDED);
    let is_echo = is_echo(&view);
    let dialects: Vec<(String, String)> =
        view.dialects.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    let has_secret = view.api_key_masked.is_some();
    let place = (!is_echo).then(|| {
        view! {
            <TextField name="base_url" label=t!("upstream-base-url") value=form.base_url mono=true />
            <TextField
                name="api_key"
                label=t!("upstream-secret")
                kind="password"
                mono=true
                autocomplete="new-password"
                hint=if has_secret { t!("upstream-edit-secret-hint") } else { t!("upstream-secret-local") }.into_any()
            />
        }
    });
    let timer = |name: &'static str, label: String, value: String, error_name: &'static str| {
        view! { <TextField name label value error_name /> }
    };
    view! {
        <Detail
            parent=("/upstreams", t!("upstreams-title"))
            title=Title::Name(view.name.clone())
            here=t!("upstream-edit")
            lead=t!("upstream-edit-title").into_any()
        >
            <Form action=format!("{here}/edit") id="upstream-edit-form" faults>
                <TextField name="name" label=t!("upstream-name") value=form.name required=true />
                {place}
                <TicksField
                    name="default_for"
                    label=t!("upstream-default-for")
                    choices=dialects
                    chosen=form.default_for
                    hint=t!("upstream-default-for-hint")
                />
                <Fold title=t!("upstream-own") note=t!("upstream-own-note") open=unfold>
                    <div class="field-row">
                        {timer("connect", t!("upstream-timeout-connect"), form.connect, "timeouts.connect")}
                        {timer("first_byte", t!("upstream-timeout-first-byte"), form.first_byte, "timeouts.first_byte")}
                    </div>
                    <div class="field-row">
                        {timer("idle", t!("upstream-timeout-idle"), form.idle, "timeouts.idle")}
                        {timer("total", t!("upstream-timeout-total"), form.total, "timeouts.total")}
                    </div>
                    <TextField
                        name="max_open_requests"
                        label=t!("upstream-max-open")
                        value=form.max_open_requests
                        hint=t!("key-per-minute-hint").into_any()
                    />
                    <LinesField
                        name="headers"
                        label=t!("upstream-headers")
                        value=form.headers
                        placeholder="x-team: search"
                        hint=t!("upstream-headers-hint").into_any()
                    />
                    <div class="field-row">
                        <TextField name="organization" label=t!("upstream-organization") value=form.organization mono=true />
                        <TextField name="project" label=t!("upstream-project") value=form.project mono=true />
                    </div>
                    <LinesField
                        name="ca_pem"
                        label=t!("upstream-ca")
                        value=form.ca_pem
                        hint=t!("upstream-ca-hint").into_any()
                    />
                </Fold>
                <div class="form-actions">
                    <button class="button button-main button-large">{t!("upstream-save")}</button>
                    <a class="button button-plain button-large" href=here>{t!("upstream-cancel")}</a>
                </div>
            </Form>
        </Detail>
    }
}
