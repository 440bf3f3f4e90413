//! Upstream creation page: pick a provider, paste the secret, test, save.

use axum::{Extension, extract::RawForm, response::Response};
use contract::FieldErrors;
use domain::Provider;
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
    texts::{error_sentence, t},
    ui::{
        field::{TextField, complaint},
        heading::{Crumbs, Heading},
        notice::Problem,
    },
};

/// The form as a browser sends it. No `Debug`: it holds a secret.
#[derive(Clone, Deserialize)]
#[serde(default)]
struct UpstreamForm {
    intent: String,
    provider: String,
    name: String,
    base_url: String,
    api_key: String,
}

impl Default for UpstreamForm {
    fn default() -> Self {
        Self {
            intent: String::new(),
            provider: Provider::Openai.as_str().to_owned(),
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
    let provider =
        page_request.query::<Query>().ok().and_then(|query| query.provider).and_then(|text| Provider::parse(&text));
    let mut form = UpstreamForm::default();
    if let Some(provider) = provider {
        provider.as_str().clone_into(&mut form.provider);
    }
    page_request.draw(Ok(draw(form, None, None))).await
}

/// Tests or saves.
pub(crate) async fn create(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    match decoded::<UpstreamForm>(&body) {
        Ok(form) if form.intent == "test" => test(&page_request, form).await,
        Ok(_) => save(page_request, body).await,
        Err(error) => page_request.draw(Err(error)).await,
    }
}

async fn save(page_request: PageRequest, body: RawForm) -> Response {
    let act = |form: UpstreamForm| async move {
        let upstream = create_upstream(form.name, form.provider, form.base_url, form.api_key).await?;
        Ok(Redirect::to(format!("/upstreams/{}", upstream.id)).saying(Flash::UpstreamCreated))
    };
    post(page_request, body, act, |form, error| async move { Ok(draw(form, None, Some(error))) }).await
}

async fn test(page_request: &PageRequest, form: UpstreamForm) -> Response {
    let asked = form.clone();
    match in_process(page_request, || tried(asked.name, asked.provider, asked.base_url, asked.api_key)).await {
        Ok(report) => page_request.draw(Ok(draw(form, Some(report), None))).await,
        Err(error) => {
            form_or_error_page(page_request, error, |error| async move { Ok(draw(form, None, Some(error))) }).await
        }
    }
}

/// The form with what was typed; the secret alone is never sent back.
fn draw(form: UpstreamForm, report: Option<ReportText>, error: Option<UiError>) -> Page {
    let secret_gone = !form.api_key.is_empty();
    let form = UpstreamForm { api_key: String::new(), ..form };
    Page::new(Section::Upstreams, t!("upstreams-new"), move || {
        view! {
            <Crumbs href="/upstreams" parent=t!("upstreams-title") here=t!("upstream-new-crumb") />
            <Heading title=t!("upstreams-new") lead=t!("upstream-new-lead").into_any() />
            <div class="beside">
                <Fields form=form.clone() error=error.clone() secret_gone />
                <aside class="aside" aria-label=t!("upstream-test")>
                    <TryOut report=report.clone() words=TryOutWords::new() />
                </aside>
            </div>
        }
        .into_any()
    })
}

#[component]
fn Fields(form: UpstreamForm, error: Option<UiError>, secret_gone: bool) -> impl IntoView {
    let (errors, problem) = match error {
        Some(UiError::Invalid { errors }) => (errors, None),
        other => (FieldErrors::default(), other.map(|error| error_sentence(&error))),
    };
    let base_hint = view! {
        <span class="for-openai">{t!("upstream-base-url-empty", url = "https://api.openai.com/v1")}</span>
        <span class="for-openrouter">{t!("upstream-base-url-empty", url = "https://openrouter.ai/api/v1")}</span>
        <span class="for-openai_compatible">
            {t!("upstream-base-url-usual", url = "http://127.0.0.1:11434/v1")}
        </span>
    }
    .into_any();
    let secret_hint = if secret_gone {
        t!("upstream-secret-gone").into_any()
    } else {
        view! {
            {t!("upstream-secret-sealed")}
            <span class="for-openai_compatible">" " {t!("upstream-secret-local")}</span>
        }
        .into_any()
    };
    view! {
        <form method="post" action="/upstreams/new" id="upstream-form" class="form providers-form" novalidate>
            <Problem sentence=problem />
            <Providers chosen=form.provider errors=errors.clone() />
            <TextField
                name="name"
                label=t!("upstream-name")
                value=form.name
                hint=t!("upstream-name-hint").into_any()
                errors=errors.clone()
            />
            <div class="not-echo">
                <TextField
                    name="base_url"
                    label=t!("upstream-base-url")
                    value=form.base_url
                    mono=true
                    hint=base_hint
                    errors=errors.clone()
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
                    errors=errors.clone()
                />
            </div>
            <div class="form-actions">
                <button class="button button-main button-large" name="intent" value="save">{t!("upstream-save")}</button>
                <button class="button button-large" name="intent" value="test">{t!("upstream-test")}</button>
                <a class="button button-plain button-large" href="/upstreams">{t!("upstream-cancel")}</a>
            </div>
        </form>
    }
}

#[component]
fn Providers(chosen: String, errors: FieldErrors) -> impl IntoView {
    let error = complaint(&errors, "provider");
    view! {
        <fieldset class="providers">
            <legend class="unseen">{t!("upstream-provider")}</legend>
            {Provider::ALL
                .map(|provider| {
                    let place = match provider {
                        Provider::Openai => "api.openai.com".to_owned(),
                        Provider::Openrouter => "openrouter.ai".to_owned(),
                        Provider::OpenaiCompatible => "Ollama, vLLM".to_owned(),
                        Provider::Echo => t!("upstream-provider-echo-place"),
                    };
                    view! {
                        <label class="provider">
                            <input type="radio" name="provider" value=provider.as_str() checked=provider.as_str() == chosen />
                            <span class="provider-name">{provider_label(provider)}</span>
                            <span class="provider-place">{place}</span>
                        </label>
                    }
                })
                .collect_view()}
            {error.map(|error| view! { <p class="field-error">{error}</p> })}
        </fieldset>
    }
}
