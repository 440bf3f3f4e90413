//! Upstream detail page: what it is, how it does, its test, its secret.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, RawForm},
    response::Response,
};
use contract::{
    Nothing,
    overview::UpstreamHealth,
    upstreams::{TestReport, UpstreamsShow},
};
use domain::{Catalog, Dialect, OpenEnum, ProviderId, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

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
    texts::t,
    ui::{
        badge::{Badge, Tone},
        detail::{Card, Detail},
        facts::{Fact, Facts},
        field::TextField,
        form::{Faults, Form},
        heading::Title,
        list_page::list_url,
        terminal::TerminalLines,
        time::dated,
    },
    words::{number, time},
};

/// What the buttons of the page mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
enum UpstreamIntent {
    Test,
    SetSecret,
    SetDefault,
}

impl UpstreamIntent {
    fn word(self) -> &'static str {
        self.into()
    }
}

/// The forms of the page. No `Debug`: one holds a secret.
#[derive(Clone, Deserialize)]
struct Posted {
    intent: UpstreamIntent,
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
    match decoded::<Posted>(&body) {
        Ok(Posted { intent: UpstreamIntent::Test, .. }) => return test(&page_request, id).await,
        Ok(_) => {}
        Err(error) => return page_request.draw(Err(error)).await,
    }
    let here = format!("/upstreams/{id}");
    let act = {
        let id = id.clone();
        move |form: Posted| async move {
            let flash = match form.intent {
                UpstreamIntent::Test => return Ok(Redirect::to(here)),
                UpstreamIntent::SetSecret => {
                    set_upstream_secret(id, form.api_key).await?;
                    Flash::SecretReplaced
                }
                UpstreamIntent::SetDefault => {
                    set_default_upstream(id).await?;
                    Flash::UpstreamDefault
                }
            };
            Ok(Redirect::to(here).saying(flash))
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
    let (report, faults) = (report.map(ReportText::of), Faults::of(error.as_ref()));
    let lines = TerminalLines::of::<UpstreamsShow>(page_request, &upstream_id(id)?, &Nothing {});
    let now = page_request.now();
    let catalog = page_request.cx.control().shared_catalog();
    let page = Page::new(Section::Upstreams, health.upstream.name.clone(), move || {
        view! { <Body health=health catalog report=report faults=faults now /> }.into_any()
    });
    Ok(page.terminal(lines))
}

/// The upstream with its last 24 hours.
pub(super) async fn health(page_request: &PageRequest, id: &str) -> Result<UpstreamHealth, UiError> {
    let upstream = control::upstreams::show(&page_request.cx, &upstream_id(id)?).await.map_err(ui_error)?;
    let overview = control::overview::show(&page_request.cx).await.map_err(ui_error)?;
    let known = overview.upstreams.into_iter().find(|health| health.upstream.id == upstream.id);
    Ok(known.unwrap_or(UpstreamHealth { upstream, requests: 0, errors: 0, last_error: None }))
}

#[component]
fn Body(
    health: UpstreamHealth,
    catalog: Arc<Catalog>,
    report: Option<ReportText>,
    faults: Faults,
    now: Timestamp,
) -> impl IntoView {
    let upstream = health.upstream.clone();
    let here = format!("/upstreams/{}", upstream.id);
    let is_echo = matches!(&upstream.provider, OpenEnum::Known(id) if ProviderId::is_echo(id));
    let badge = upstream.is_default.then(|| view! { <Badge tone=Tone::Good word=t!("upstream-default") /> }).into_any();
    let added = upstream.created_at.map(|at| {
        let phrase = t!("upstream-added", when = time::relative(at, now));
        view! { " · " {dated(at, phrase)} }
    });
    let lead = view! { <code>{upstream.base_url.clone()}</code> {added} }.into_any();
    let actions = view! { <Actions here=here.clone() is_default=upstream.dialects.iter().all(|dialect| upstream.default_for.contains(dialect)) /> }.into_any();
    // What is wrong with a field is said beside it, what is wrong as a whole under the title.
    let (problem, faults) = (faults.banner.clone(), Faults { banner: None, ..faults });
    view! {
        <Detail parent=("/upstreams", t!("upstreams-title")) title=Title::Name(upstream.name.clone()) badge lead actions problem>
            <div class="two-thirds">
                <div class="stack">
                    <Card
                        id="facts"
                        title=t!("upstream-facts")
                        more=(logs_of(&upstream.name), t!("upstream-logs"))
                    >
                        <Facts facts=facts(&health, &catalog, now) />
                    </Card>
                    {(!is_echo).then(|| view! { <Secret here masked=upstream.api_key_masked faults /> })}
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
        </Detail>
    }
}

#[component]
fn Actions(here: String, is_default: bool) -> impl IntoView {
    let (edit, delete) = (format!("{here}/edit"), format!("{here}/delete"));
    view! {
        <form method="post" action=here class="inline-form">
            <button class="button" name="intent" value=UpstreamIntent::Test.word()>{t!("upstream-test")}</button>
            {(!is_default)
                .then(|| {
                    view! {
                        <button class="button" name="intent" value=UpstreamIntent::SetDefault.word()>
                            {t!("upstream-make-default")}
                        </button>
                    }
                })}
        </form>
        <a class="button" href=edit>{t!("upstream-edit")}</a>
        <a class="button button-danger" href=delete data-peek="dialog">{t!("upstream-delete")}</a>
    }
}

fn facts(health: &UpstreamHealth, catalog: &Catalog, now: Timestamp) -> Vec<Fact> {
    let upstream = &health.upstream;
    let (_, verdict) = verdict(health);
    let figures = t!(
        "upstream-figures",
        requests = health.requests,
        shown_requests = number::count(health.requests),
        errors = health.errors,
        shown_errors = number::count(health.errors)
    );
    let names = |dialects: &[Dialect]| dialects.iter().map(|one| one.label()).collect::<Vec<_>>().join(", ");
    let used = match (upstream.is_default, upstream.dialects.len() > 1) {
        (true, true) => t!("upstream-used-default-for", dialects = names(&upstream.default_for)),
        (true, false) => t!("upstream-used-default"),
        (false, _) => t!("upstream-used-named"),
    };
    let secret = match upstream.api_key_masked.clone() {
        Some(masked) => {
            let replaced = upstream.secret_updated_at.map(|at| {
                let phrase = t!("upstream-secret-replaced", when = time::relative(at, now));
                view! { <span class="muted">{dated(at, phrase)}</span> }
            });
            view! { <code>{masked}</code> {replaced} }.into_any()
        }
        None => t!("upstream-secret-none").into_any(),
    };
    vec![
        Fact::new(t!("upstream-health"), view! { <HealthBadge health=health.clone() /> }).labelled(verdict),
        Fact::new(t!("upstream-traffic"), figures),
        Fact::new(t!("upstream-provider"), view! { <span translate="no">{label(&upstream.provider, catalog)}</span> }),
        Fact::new(t!("upstream-dialects"), view! { <span translate="no">{names(&upstream.dialects)}</span> }),
        Fact::new(t!("upstream-used"), used),
        Fact::new(t!("upstream-secret"), secret),
        Fact::new(t!("upstream-id"), view! { <code>{upstream.id.to_string()}</code> }),
    ]
}

#[component]
fn Secret(here: String, masked: Option<String>, faults: Faults) -> impl IntoView {
    let (title, button) = if masked.is_some() {
        (t!("upstream-replace-secret-title"), t!("upstream-replace-secret"))
    } else {
        (t!("upstream-give-secret-title"), t!("upstream-save-secret"))
    };
    view! {
        <Card id="secret-title" title>
            <Form action=here class="form card-body" faults>
                <TextField
                    name="api_key"
                    label=t!("upstream-new-secret")
                    kind="password"
                    mono=true
                    autocomplete="new-password"
                    hint=t!("upstream-new-secret-hint").into_any()
                />
                <div class="form-actions">
                    <button class="button" name="intent" value=UpstreamIntent::SetSecret.word()>{button}</button>
                </div>
            </Form>
        </Card>
    }
}

/// The requests that went to the upstream of this name.
fn logs_of(name: &str) -> String {
    #[derive(Serialize)]
    struct Only<'a> {
        upstream: &'a str,
    }
    list_url("/logs", &Only { upstream: name })
}
