//! Model route detail page: what it is, its deployments in order, and its test.

use axum::{Extension, extract::Path, response::Response};
use contract::{
    Nothing,
    models::{DeploymentView, ModelView, ModelsShow, RouteReport},
};
use leptos::prelude::*;
use serde::Serialize;

use super::{model_id, save::test_route, strategy_label};
use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, in_process, ui_error},
    texts::t,
    ui::{
        badge::{Badge, Tone},
        detail::{Card, Detail},
        facts::{Fact, Facts},
        heading::Title,
        list_page::list_url,
        name::Name,
        terminal::TerminalLines,
    },
    words::number,
};

/// The page.
pub(crate) async fn detail_page(Extension(page_request): Extension<PageRequest>, Path(id): Path<String>) -> Response {
    let page = draw(&page_request, &id, None).await;
    page_request.draw(page).await
}

/// Tests every deployment, and draws the page with what was found.
pub(crate) async fn test(Extension(page_request): Extension<PageRequest>, Path(id): Path<String>) -> Response {
    let page = match in_process(&page_request, || test_route(id.clone())).await {
        Ok(report) => draw(&page_request, &id, Some(report)).await,
        Err(error) => Err(error),
    };
    page_request.draw(page).await
}

async fn draw(page_request: &PageRequest, id: &str, report: Option<RouteReport>) -> Result<Page, UiError> {
    let model = control::models::show(&page_request.cx, &model_id(id)?).await.map_err(ui_error)?;
    let lines = TerminalLines::of::<ModelsShow>(page_request, &model_id(id)?, &Nothing {});
    let page = Page::new(Section::Models, model.name.clone(), move || view! { <Body model report /> }.into_any());
    Ok(page.terminal(lines))
}

#[component]
fn Body(model: ModelView, report: Option<RouteReport>) -> impl IntoView {
    let here = format!("/models/{}", model.id);
    let badge = model.damage.clone().map(|damage| {
        view! { <span title=damage><Badge tone=Tone::Bad word=t!("upstream-damaged") /></span> }.into_any()
    });
    let lead = (!model.description.is_empty()).then(|| view! { <Name text=model.description.clone() /> }.into_any());
    let actions = view! {
        <form method="post" action=here.clone() class="inline-form">
            <button class="button">{t!("upstream-test")}</button>
        </form>
        <a class="button" href=format!("{here}/edit")>{t!("model-edit")}</a>
        <a class="button button-danger" href=format!("{here}/delete") data-peek="dialog">{t!("upstream-delete")}</a>
    }
    .into_any();
    let facts = facts(&model);
    let logs = logs_of(&model.name);
    view! {
        <Detail
            parent=("/models", t!("models-title"))
            title=Title::Name(model.name.clone())
            badge=badge.unwrap_or_else(|| ().into_any())
            lead=lead.unwrap_or_else(|| t!("model-lead").into_any())
            actions
            problem=None
        >
            <div class="stack">
                <Deployments deployments=model.deployments report />
                <Card id="facts" title=t!("upstream-facts") more=(logs, t!("upstream-logs"))>
                    <Facts facts />
                </Card>
            </div>
        </Detail>
    }
}

fn facts(model: &ModelView) -> Vec<Fact> {
    let seconds = |n: u32| t!("model-seconds", count = i64::from(n), shown = number::count(i64::from(n)));
    vec![
        Fact::new(t!("model-strategy"), strategy_label(model.strategy)),
        Fact::new(t!("model-retries"), number::count(i64::from(model.retries))),
        Fact::new(t!("model-retry-sent"), if model.retry_sent { t!("log-yes") } else { t!("log-no") }),
        Fact::new(t!("model-rest"), seconds(model.rest_seconds)),
        Fact::new(t!("model-timeout"), model.timeout.map_or_else(|| t!("model-timeout-upstream"), seconds)),
        Fact::new(t!("upstream-id"), view! { <code>{model.id.to_string()}</code> }),
    ]
}

/// The places in the order of the list, each with what a test found there.
#[component]
fn Deployments(deployments: Vec<DeploymentView>, report: Option<RouteReport>) -> impl IntoView {
    let found = report.map(|report| report.deployments).unwrap_or_default();
    let tested = !found.is_empty();
    let mut found = found.into_iter();
    let rows = deployments
        .into_iter()
        .enumerate()
        .map(|(at, deployment)| {
            let name = deployment.upstream_name.clone();
            let upstream = match name {
                Some(name) => {
                    view! { <a href=format!("/upstreams/{}", deployment.upstream)><Name text=name /></a> }.into_any()
                }
                None => view! { <span class="muted">{t!("model-upstream-gone")}</span> }.into_any(),
            };
            let verdict = found.next().map(|one| {
                let (tone, word) = if one.ok {
                    (Tone::Good, t!("upstream-report-works"))
                } else {
                    (Tone::Bad, t!("upstream-report-fails"))
                };
                view! {
                    <td>
                        <Badge tone word />
                        <span class="under">{one.detail}</span>
                    </td>
                }
            });
            view! {
                <tr>
                    <td>{(at + 1).to_string()}</td>
                    <td>
                        <code>{deployment.model}</code>
                        <span class="under">{upstream}</span>
                    </td>
                    <td class="number">{deployment.weight.to_string()}</td>
                    <td class="number">{deployment.priority.to_string()}</td>
                    {verdict}
                </tr>
            }
        })
        .collect_view();
    view! {
        <Card id="deployments" title=t!("model-deployments")>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{t!("log-try-number")}</th>
                        <th scope="col">{t!("model-deployment")}</th>
                        <th scope="col" class="number">{t!("model-weight")}</th>
                        <th scope="col" class="number">{t!("model-priority")}</th>
                        {tested.then(|| view! { <th scope="col">{t!("upstream-test")}</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </Card>
    }
}

/// The requests that asked for this name.
fn logs_of(name: &str) -> String {
    #[derive(Serialize)]
    struct Only<'a> {
        model: &'a str,
    }
    list_url("/logs", &Only { model: name })
}
