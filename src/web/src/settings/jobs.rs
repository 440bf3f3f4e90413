//! Jobs pages: when each background job runs, how it went last, and a button to run it now.

use axum::{
    Extension,
    extract::{Path, RawForm},
    response::Response,
};
use contract::{
    Nothing,
    jobs::{JobView, JobsList, JobsRun, LastRun},
};
use domain::{JobName, Timestamp};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    job_words::{about, outcome, schedule},
    run_job::run_job,
};
use crate::{
    error::UiError,
    handling::{Flash, Page, PageRequest, Redirect, Section, post, ui_error},
    texts::{error_sentence, t},
    ui::{
        detail::{Card, Detail},
        facts::{Fact, Facts},
        heading::Title,
        icon::{Icon, Picture},
        list_page::{ListPage, Rows},
        table::{Column, Table, action, main, plain, state},
        terminal::TerminalLines,
        time::When,
    },
    words::time,
};

const HERE: &str = "/settings/jobs";

#[derive(Clone, Deserialize)]
struct Form {
    job: String,
}

/// The list.
pub(crate) async fn jobs_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let page = draw(&page_request, None).await;
    page_request.draw(page).await
}

/// One job.
pub(crate) async fn job_page(Extension(page_request): Extension<PageRequest>, Path(name): Path<String>) -> Response {
    let page = draw_one(&page_request, &name).await;
    page_request.draw(page).await
}

/// Starts a job.
pub(crate) async fn run(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    let act = |form: Form| async move {
        run_job(form.job.clone()).await?;
        Ok(Redirect::to(format!("{HERE}/{}", form.job)).saying(Flash::JobStarted))
    };
    let drawing = page_request.clone();
    post(page_request, body, act, move |_, error| async move { draw(&drawing, Some(error_sentence(&error))).await })
        .await
}

async fn draw(page_request: &PageRequest, problem: Option<String>) -> Result<Page, UiError> {
    let jobs = control::jobs::list(&page_request.cx).await.map_err(ui_error)?.items;
    let (lines, now) = (TerminalLines::of::<JobsList>(page_request, &(), &Nothing {}), page_request.now());
    let page = Page::new(Section::Settings, t!("jobs-title"), move || {
        let rows = Rows::Some(table(now).view(jobs), None);
        view! { <ListPage title=t!("jobs-title") lead=t!("jobs-lead") problem rows /> }.into_any()
    });
    Ok(page.terminal(lines))
}

fn table(now: Timestamp) -> Table<JobView> {
    Table::new(t!("jobs-caption"))
        .column(main(t!("jobs-job"), |job: &JobView| {
            let words = t!("jobs-about", about = about(job), schedule = schedule(&job.schedule));
            let href = format!("{HERE}/{}", job.name);
            view! { <a href=href><code>{job.name.clone()}</code></a> <span class="under">{words}</span> }.into_any()
        }))
        .column(state(t!("jobs-result"), outcome))
        .column(instant(t!("jobs-last-run"), t!("jobs-last-run-label"), now, began))
        .column(instant(t!("jobs-next-run"), t!("jobs-next-run-label"), now, next))
        .column(action(t!("jobs-action"), |job: &JobView| view! { <RunNow job=job.name.clone() /> }.into_any()))
}

fn instant(head: String, label: String, now: Timestamp, of: fn(&JobView) -> Option<Timestamp>) -> Column<JobView> {
    let cell = move |job: &JobView| view! { <When at=of(job) now none=t!("jobs-never") /> }.into_any();
    plain(head, cell).labelled(label)
}

fn began(job: &JobView) -> Option<Timestamp> {
    job.last_run.as_ref().and_then(|run| Timestamp::parse_rfc3339(&run.started_at))
}

fn next(job: &JobView) -> Option<Timestamp> {
    job.next_run_at.as_deref().and_then(Timestamp::parse_rfc3339)
}

#[component]
fn RunNow(job: String) -> impl IntoView {
    let label = t!("jobs-run-named", job = job.as_str());
    view! {
        <form method="post" action=HERE>
            <input type="hidden" name="job" value=job />
            <button class="button button-small" aria-label=label>
                <Icon picture=Picture::Play />
                {t!("jobs-run-now")}
            </button>
        </form>
    }
}

async fn draw_one(page_request: &PageRequest, name: &str) -> Result<Page, UiError> {
    let unknown = || UiError::NotFound { noun: "job".to_owned() };
    let jobs = control::jobs::list(&page_request.cx).await.map_err(ui_error)?.items;
    let job = jobs.into_iter().find(|job| job.name == name).ok_or_else(unknown)?;
    let id: JobName = name.parse().map_err(|_| unknown())?;
    let (lines, now) = (TerminalLines::of::<JobsRun>(page_request, &id, &Nothing {}), page_request.now());
    let page = Page::new(Section::Settings, job.name.clone(), move || {
        let badge = outcome(&job);
        let actions = view! { <RunNow job=job.name.clone() /> }.into_any();
        let lead = t!("jobs-about", about = about(&job), schedule = schedule(&job.schedule)).into_any();
        view! {
            <Detail parent=(HERE, t!("jobs-title")) title=Title::Name(job.name.clone()) badge lead actions>
                <Card id="last-run" title=t!("jobs-last-run")>
                    <Facts facts=facts(&job, now) />
                </Card>
            </Detail>
        }
        .into_any()
    });
    Ok(page.terminal(lines))
}

fn facts(job: &JobView, now: Timestamp) -> Vec<Fact> {
    let when = |at: Option<Timestamp>| view! { <When at now none=t!("jobs-never") /> };
    let ended = |run: &LastRun| run.ended_at.as_deref().and_then(Timestamp::parse_rfc3339);
    let run = job.last_run.as_ref();
    let took = run.and_then(ended).zip(began(job)).map(|(end, start)| time::span(end.since(start)));
    let detail = run.and_then(|run| run.detail.clone()).map(|detail| view! { <span lang="en">{detail}</span> });
    let mut facts =
        vec![Fact::new(t!("jobs-began"), when(began(job))), Fact::new(t!("jobs-next-run"), when(next(job)))];
    facts.extend(took.map(|took| Fact::new(t!("jobs-took"), took)));
    facts.extend(detail.map(|detail| Fact::new(t!("jobs-detail"), detail)));
    facts
}
