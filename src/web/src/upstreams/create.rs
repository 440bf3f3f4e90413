//! Upstream creation page: pick a provider, paste the secret, test, save.

use std::sync::Arc;

use axum::{Extension, extract::RawForm, response::Response};
use contract::upstreams::{CreateUpstream, UpstreamsCreate};
use domain::{Catalog, ProviderId};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    provider_label,
    report::ReportText,
    save::{create_upstream, tried},
    try_out::{TryOut, TryOutWords},
};
use crate::{
    error::UiError,
    handling::{Flash, Page, PageRequest, Redirect, Section, decoded, form_or_error_page, in_process, post},
    texts::t,
    ui::{
        detail::Detail,
        field::{TextField, complaint_here},
        form::{Faults, Form},
        terminal::TerminalLines,
    },
};

/// What the buttons of the form mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
enum SaveIntent {
    /// Also where Enter posts the form.
    #[default]
    Save,
    Test,
}

impl SaveIntent {
    fn word(self) -> &'static str {
        self.into()
    }
}

/// The form as a browser sends it. No `Debug`: it holds a secret.
#[derive(Clone, Deserialize)]
#[serde(default)]
struct UpstreamForm {
    intent: SaveIntent,
    provider: String,
    name: String,
    base_url: String,
    api_key: String,
}

impl Default for UpstreamForm {
    fn default() -> Self {
        Self {
            intent: SaveIntent::default(),
            provider: "openai".to_owned(),
            name: String::new(),
            base_url: String::new(),
            api_key: String::new(),
        }
    }
}

#[derive(Default, Deserialize)]
struct Query {
    /// Which card is picked.
    provider: Option<String>,
}

/// The empty form.
pub(crate) async fn new_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let provider = page_request
        .query::<Query>()
        .ok()
        .and_then(|query| query.provider)
        .and_then(|text| text.parse::<ProviderId>().ok());
    let mut form: UpstreamForm = page_request.kept_input().await.unwrap_or_default();
    if let Some(provider) = provider {
        provider.as_str().clone_into(&mut form.provider);
    }
    page_request.draw(Ok(draw(&page_request, form, None, None))).await
}

/// Tests or saves.
pub(crate) async fn create(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    match decoded::<UpstreamForm>(&body) {
        Ok(form) if form.intent == SaveIntent::Test => test(&page_request, form).await,
        Ok(_) => save(page_request, body).await,
        Err(error) => page_request.draw(Err(error)).await,
    }
}

async fn save(page_request: PageRequest, body: RawForm) -> Response {
    let act = |form: UpstreamForm| async move {
        let upstream = create_upstream(form.name, form.provider, form.base_url, form.api_key).await?;
        Ok(Redirect::to(format!("/upstreams/{}", upstream.id)).saying(Flash::UpstreamCreated))
    };
    let drawing = page_request.clone();
    post(page_request, body, act, |form, error| async move { Ok(draw(&drawing, form, None, Some(error))) }).await
}

async fn test(page_request: &PageRequest, form: UpstreamForm) -> Response {
    let asked = form.clone();
    match in_process(page_request, || tried(asked.name, asked.provider, asked.base_url, asked.api_key)).await {
        Ok(report) => page_request.draw(Ok(draw(page_request, form, Some(report), None))).await,
        Err(error) => {
            let again = |error| async move { Ok(draw(page_request, form, None, Some(error))) };
            form_or_error_page(page_request, error, again).await
        }
    }
}

/// The form with what was typed; the secret alone is never sent back.
fn draw(page_request: &PageRequest, form: UpstreamForm, report: Option<ReportText>, error: Option<UiError>) -> Page {
    let secret_gone = !form.api_key.is_empty();
    let (form, faults) = (UpstreamForm { api_key: String::new(), ..form }, Faults::of(error.as_ref()));
    let lines = TerminalLines::of::<UpstreamsCreate>(page_request, &(), &form.shape());
    let catalog = page_request.cx.control().shared_catalog();
    let page = Page::new(Section::Upstreams, t!("upstreams-new"), move || {
        let lead = t!("upstream-new-lead").into_any();
        view! {
            <Detail parent=("/upstreams", t!("upstreams-title")) title=t!("upstreams-new") here=t!("upstream-new-crumb") lead>
                <div class="beside">
                    <Fields form=form catalog faults=faults secret_gone />
                    <aside class="aside" aria-label=t!("upstream-test")>
                        <TryOut report=report words=TryOutWords::new() />
                    </aside>
                </div>
            </Detail>
        }
        .into_any()
    });
    page.terminal(lines)
}

impl UpstreamForm {
    /// The input of the operation, with a placeholder for the secret where one is needed.
    fn shape(&self) -> CreateUpstream {
        let base_url = Some(self.base_url.clone()).filter(|text| !text.trim().is_empty());
        let needs_secret = self.provider != ProviderId::ECHO;
        CreateUpstream {
            name: self.name.clone(),
            provider: self.provider.clone(),
            base_url,
            api_key: needs_secret.then(String::new),
            ..CreateUpstream::default()
        }
    }
}

#[component]
fn Fields(form: UpstreamForm, catalog: Arc<Catalog>, faults: Faults, secret_gone: bool) -> impl IntoView {
    let base_hint = t!("upstream-base-url-presets", url = "http://127.0.0.1:11434/v1").into_any();
    let secret_hint = if secret_gone {
        t!("upstream-secret-gone").into_any()
    } else {
        view! {
            {t!("upstream-secret-sealed")}
            " " {t!("upstream-secret-local")}
        }
        .into_any()
    };
    view! {
        <Form action="/upstreams/new" id="upstream-form" class="form providers-form" faults>
            <Providers chosen=form.provider catalog />
            <TextField
                name="name"
                label=t!("upstream-name")
                value=form.name
                hint=t!("upstream-name-hint").into_any()
            />
            <div class="not-echo">
                <TextField
                    name="base_url"
                    label=t!("upstream-base-url")
                    value=form.base_url
                    mono=true
                    hint=base_hint
                    />
            </div>
            <div class="not-echo">
                <TextField
                    name="api_key"
                    label=t!("upstream-secret")
                    kind="password"
                    mono=true
                    autocomplete="new-password"
                    hint=secret_hint
                    />
            </div>
            <div class="form-actions">
                <button class="button button-main button-large" name="intent" value=SaveIntent::Save.word()>{t!("upstream-save")}</button>
                <button class="button button-large" name="intent" value=SaveIntent::Test.word()>{t!("upstream-test")}</button>
                <a class="button button-plain button-large" href="/upstreams">{t!("upstream-cancel")}</a>
            </div>
        </Form>
    }
}

#[component]
fn Providers(chosen: String, catalog: Arc<Catalog>) -> impl IntoView {
    let error = complaint_here("provider");
    view! {
        <fieldset class="providers">
            <legend class="unseen">{t!("upstream-provider")}</legend>
            {catalog
                .all()
                .iter()
                .map(|provider| {
                    let id = provider.id.to_string();
                    // The host alone: the whole address is what is used where the field below is empty.
                    let place = match &provider.base_url {
                        _ if provider.id.is_echo() => t!("upstream-provider-echo-place"),
                        Some(base) => base.authority().to_owned(),
                        None => t!("upstream-provider-own-place"),
                    };
                    let is_name = provider.base_url.is_some() && !provider.id.is_echo();
                    view! {
                        <label class="provider">
                            <input type="radio" name="provider" value=id.clone() checked=id == chosen />
                            <span class="provider-name" translate="no">{provider_label(provider)}</span>
                            <span class="provider-place" translate=is_name.then_some("no")>{place}</span>
                        </label>
                    }
                })
                .collect_view()}
            {error.map(|error| view! { <p class="field-error">{error}</p> })}
        </fieldset>
    }
}
