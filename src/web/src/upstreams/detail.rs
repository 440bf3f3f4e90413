//! Upstream detail page: what it is, how it does, its test, its secret.

use axum::{
    Extension,
    extract::{Path, RawForm},
    response::Response,
};
use contract::{FieldErrors, overview::UpstreamHealth, upstreams::TestReport};
use domain::{Provider, Timestamp};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    change::{set_default_upstream, set_upstream_secret, test_upstream},
    health::{HealthBadge, verdict},
    label,
    report::{Report, ReportText},
    upstream_id,
};
use crate::{
    error::UiError,
    handling::{Flash, Page, PageRequest, Redirect, Section, decoded, form_or_error_page, in_process, post, ui_error},
    texts::{error_sentence, t},
    ui::{
        badge::{Badge, Tone},
        field::TextField,
        heading::{Crumbs, Heading},
        notice::Problem,
    },
    words::{number, time},
};

/// The forms of the page. No `Debug`: one holds a secret.
#[derive(Clone, Deserialize)]
struct Form {
    #[serde(default)]
    intent: String,
    #[serde(default)]
    api_key: String,
}

/// The page.
pub(crate) async fn detail_page(Extension(page_request): Extension<PageRequest>, Path(id): Path<String>) -> Response {
    let page = draw(&page_request, &id, None, None).await;
    page_request.draw(page).await
}

/// Tests, replaces the secret, or makes it the default.
pub(crate) async fn change(
    Extension(page_request): Extension<PageRequest>,
    Path(id): Path<String>,
    body: RawForm,
) -> Response {
    match decoded::<Form>(&body) {
        Ok(form) if form.intent == "test" => return test(&page_request, id).await,
        Ok(_) => {}
        Err(error) => return page_request.draw(Err(error)).await,
    }
    let here = format!("/upstreams/{id}");
    let act = {
        let id = id.clone();
        move |form: Form| async move {
            match form.intent.as_str() {
                "set_secret" => set_upstream_secret(id, form.api_key)
                    .await
                    .map(|_| Redirect::to(here).saying(Flash::SecretReplaced)),
                "set_default" => {
                    set_default_upstream(id).await.map(|_| Redirect::to(here).saying(Flash::UpstreamDefault))
                }
                _ => {
                    let message = "choose test, set_secret or set_default".to_owned();
                    Err(UiError::Conflict { code: "unknown_intent".to_owned(), message })
                }
            }
        }
    };
    let drawing = page_request.clone();
    post(page_request, body, act, move |_, error| async move { draw(&drawing, &id, None, Some(error)).await }).await
}

async fn test(page_request: &PageRequest, id: String) -> Response {
    match in_process(page_request, || test_upstream(id.clone())).await {
        Ok(report) => {
            let page = draw(page_request, &id, Some(report), None).await;
            page_request.draw(page).await
        }
        Err(error) => {
            form_or_error_page(
                page_request,
                error,
                |error| async move { draw(page_request, &id, None, Some(error)).await },
            )
            .await
        }
    }
}

async fn draw(
    page_request: &PageRequest,
    id: &str,
    report: Option<TestReport>,
    error: Option<UiError>,
) -> Result<Page, UiError> {
    let health = health(page_request, id).await?;
    let report = report.map(ReportText::of);
    let now = page_request.now();
    Ok(Page::new(Section::Upstreams, health.upstream.name.clone(), move || {
        view! { <Detail health=health.clone() report=report.clone() error=error.clone() now /> }.into_any()
    }))
}

/// The upstream with its last 24 hours.
pub(super) async fn health(page_request: &PageRequest, id: &str) -> Result<UpstreamHealth, UiError> {
    let upstream = control::upstreams::show(&page_request.cx, &upstream_id(id)?).await.map_err(ui_error)?;
    let overview = control::overview::show(&page_request.cx).await.map_err(ui_error)?;
    let known = overview.upstreams.into_iter().find(|health| health.upstream.id == upstream.id);
    Ok(known.unwrap_or(UpstreamHealth { upstream, requests: 0, errors: 0, last_error: None }))
}

#[component]
fn Detail(health: UpstreamHealth, report: Option<ReportText>, error: Option<UiError>, now: Timestamp) -> impl IntoView {
    let (errors, problem) = match error {
        Some(UiError::Invalid { errors }) => (errors, None),
        other => (FieldErrors::default(), other.map(|error| error_sentence(&error))),
    };
    let upstream = health.upstream.clone();
    let here = format!("/upstreams/{}", upstream.id);
    let (delete, secret_form) = (format!("{here}/delete"), here.clone());
    let is_echo = upstream.provider == Provider::Echo;
    let side_panel =
        upstream.is_default.then(|| view! { <Badge tone=Tone::Good word=t!("upstream-default") /> }).into_any();
    let lead = view! {
        <code>{upstream.base_url.clone()}</code>
        {upstream
            .created_at
            .map(|at| {
                view! {
                    " · "
                    {dated(at, t!("upstream-added", when = time::relative(at, now)))}
                }
            })}
    }
    .into_any();
    view! {
        <Crumbs href="/upstreams" parent=t!("upstreams-title") here=upstream.name.clone() />
        <Heading title=upstream.name.clone() lead side_panel>
            <form method="post" action=here.clone() class="inline-form">
                <button class="button" name="intent" value="test">{t!("upstream-test")}</button>
                {(!upstream.is_default)
                    .then(|| {
                        view! {
                            <button class="button" name="intent" value="set_default">{t!("upstream-make-default")}</button>
                        }
                    })}
            </form>
            <a class="button button-danger" href=delete>{t!("upstream-delete")}</a>
        </Heading>
        <Problem sentence=problem />
        <div class="two-thirds">
            <div class="stack">
                <Facts health now />
                {(!is_echo).then(|| view! { <Secret here=secret_form masked=upstream.api_key_masked errors /> })}
            </div>
            <div class="stack">
                {match report {
                    Some(report) => view! { <Report report /> }.into_any(),
                    None => {
                        view! {
                            <div class="aside-card">
                                <h2>{t!("upstream-test-heading")}</h2>
                                <p>{t!("upstream-test-lead")}</p>
                            </div>
                        }
                            .into_any()
                    }
                }}
            </div>
        </div>
    }
}

/// A phrase about an instant, with the absolute one in its title.
fn dated(at: Timestamp, phrase: String) -> impl IntoView {
    let (machine, title) = (at.to_rfc3339(), time::absolute(at));
    view! { <time datetime=machine title=title>{phrase}</time> }
}

#[component]
fn Facts(health: UpstreamHealth, now: Timestamp) -> impl IntoView {
    let upstream = health.upstream.clone();
    let (_, word) = verdict(&health);
    let figures = t!(
        "upstream-figures",
        requests = health.requests,
        shown_requests = number::count(health.requests),
        errors = health.errors,
        shown_errors = number::count(health.errors)
    );
    let used = if upstream.is_default { t!("upstream-used-default") } else { t!("upstream-used-named") };
    view! {
        <section class="card" aria-labelledby="facts">
            <div class="card-head">
                <h2 id="facts">{t!("upstream-facts")}</h2>
                <a href=format!("/logs?upstream={}", encoded(&upstream.name))>{t!("upstream-logs")}</a>
            </div>
            <dl class="facts">
                <dt>{t!("upstream-health")}</dt>
                <dd aria-label=word>
                    <HealthBadge health />
                </dd>
                <dt>{t!("upstream-traffic")}</dt>
                <dd>{figures}</dd>
                <dt>{t!("upstream-provider")}</dt>
                <dd>{label(&upstream.provider)}</dd>
                <dt>{t!("upstream-used")}</dt>
                <dd>{used}</dd>
                <dt>{t!("upstream-secret")}</dt>
                <dd>
                    {match upstream.api_key_masked {
                        Some(masked) => {
                            view! {
                                <code>{masked}</code>
                                {upstream
                                    .secret_updated_at
                                    .map(|at| {
                                        let phrase = t!("upstream-secret-replaced", when = time::relative(at, now));
                                        view! { <span class="muted">{dated(at, phrase)}</span> }
                                    })}
                            }
                                .into_any()
                        }
                        None => t!("upstream-secret-none").into_any(),
                    }}
                </dd>
                <dt>{t!("upstream-id")}</dt>
                <dd>
                    <code>{upstream.id.to_string()}</code>
                </dd>
            </dl>
        </section>
    }
}

#[component]
fn Secret(here: String, masked: Option<String>, errors: FieldErrors) -> impl IntoView {
    let (title, button) = if masked.is_some() {
        (t!("upstream-replace-secret-title"), t!("upstream-replace-secret"))
    } else {
        (t!("upstream-give-secret-title"), t!("upstream-save-secret"))
    };
    view! {
        <section class="card" aria-labelledby="secret-title">
            <div class="card-head">
                <h2 id="secret-title">{title}</h2>
            </div>
            <form method="post" action=here class="form card-body" novalidate>
                <TextField
                    name="api_key"
                    label=t!("upstream-new-secret")
                    kind="password"
                    mono=true
                    autocomplete="new-password"
                    hint=t!("upstream-new-secret-hint").into_any()
                    errors
                />
                <div class="form-actions">
                    <button class="button" name="intent" value="set_secret">{button}</button>
                </div>
            </form>
        </section>
    }
}

fn encoded(name: &str) -> String {
    #[derive(serde::Serialize)]
    struct One<'a> {
        upstream: &'a str,
    }
    let query = serde_html_form::to_string(One { upstream: name }).unwrap_or_default();
    query.trim_start_matches("upstream=").to_owned()
}
