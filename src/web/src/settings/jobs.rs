//! Jobs page: when each background job runs, how it went last, and a button to run it now.

#[cfg(feature = "ssr")]
pub(crate) use page::{jobs_page, run, settings};

#[cfg(feature = "ssr")]
mod page {
    use axum::{Extension, extract::RawForm, response::Response};
    use contract::jobs::{JobView, Jobs};
    use domain::Timestamp;
    use leptos::prelude::*;
    use serde::Deserialize;

    use super::super::run_job::run_job;
    use crate::{
        error::UiError,
        handling::{Flash, Page, PageRequest, Redirect, Section, post, ui_error},
        ui::{
            badge::{Badge, Tone},
            heading::Heading,
            icon::{Icon, Picture},
            notice::Problem,
            time::When,
        },
    };

    const HERE: &str = "/settings/jobs";

    #[derive(Clone, Deserialize)]
    struct Form {
        job: String,
    }

    /// The first page of the settings.
    pub(crate) async fn settings(Extension(page_request): Extension<PageRequest>) -> Response {
        Redirect::to(HERE).answer(&page_request).await
    }

    /// The list.
    pub(crate) async fn jobs_page(Extension(page_request): Extension<PageRequest>) -> Response {
        let page = draw(&page_request, None).await;
        page_request.draw(page).await
    }

    /// Starts a job.
    pub(crate) async fn run(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
        let act =
            |form: Form| async move { run_job(form.job).await.map(|_| Redirect::to(HERE).saying(Flash::JobStarted)) };
        let drawing = page_request.clone();
        post(page_request, body, act, move |_, error| async move { draw(&drawing, Some(error.to_string())).await })
            .await
    }

    async fn draw(page_request: &PageRequest, problem: Option<String>) -> Result<Page, UiError> {
        let jobs = control::jobs::list(&page_request.cx).await.map_err(ui_error)?;
        let now = page_request.now();
        Ok(Page::new(Section::Settings, "Jobs", move || {
            view! { <JobList jobs=jobs.clone() now problem=problem.clone() /> }.into_any()
        }))
    }

    #[component]
    fn JobList(jobs: Jobs, now: Timestamp, problem: Option<String>) -> impl IntoView {
        view! {
            <Heading title="Jobs" lead="What the server does by itself, on one node at a time.".into_any() />
            <Problem sentence=problem />
            <div class="card card-table">
                <table class="table table-cards">
                    <caption class="unseen">"Background jobs, by name"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Job"</th>
                            <th scope="col">"Result"</th>
                            <th scope="col">"Last run"</th>
                            <th scope="col">"Next run"</th>
                            <th scope="col">
                                <span class="unseen">"Action"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{jobs.items.into_iter().map(|job| view! { <Row job now /> }).collect_view()}</tbody>
                </table>
            </div>
        }
    }

    #[component]
    fn Row(job: JobView, now: Timestamp) -> impl IntoView {
        let (tone, word) = result(&job);
        let detail = job.last_run.as_ref().and_then(|run| run.detail.clone());
        let last = job.last_run.and_then(|run| Timestamp::parse_rfc3339(&run.started_at));
        let next = job.next_run_at.as_deref().and_then(Timestamp::parse_rfc3339);
        let label = format!("Run {} now", job.name);
        view! {
            <tr>
                <th scope="row" class="cell-main">
                    <code>{job.name.clone()}</code>
                    <span class="under">{job.description}" Runs "{job.schedule}"."</span>
                </th>
                <td class="cell-state">
                    <Badge tone word />
                    {detail.map(|detail| view! { <span class="under">{detail}</span> })}
                </td>
                <td class="cell-note">
                    <span class="unit muted">"last run "</span>
                    <When at=last now none="never" />
                </td>
                <td class="cell-note">
                    <span class="unit muted">"next run "</span>
                    <When at=next now />
                </td>
                <td class="figure">
                    <form method="post" action=HERE>
                        <input type="hidden" name="job" value=job.name />
                        <button class="button button-small" aria-label=label>
                            <Icon picture=Picture::Play />
                            "Run now"
                        </button>
                    </form>
                </td>
            </tr>
        }
    }

    fn result(job: &JobView) -> (Tone, &'static str) {
        match (job.running, job.last_run.as_ref().map(|run| run.result.as_str())) {
            (true, _) => (Tone::Warning, "Running"),
            (false, Some("succeeded")) => (Tone::Good, "Done"),
            (false, Some("failed")) => (Tone::Bad, "Failed"),
            (false, Some(_)) => (Tone::Warning, "Interrupted"),
            (false, None) => (Tone::Quiet, "Not run yet"),
        }
    }
}
