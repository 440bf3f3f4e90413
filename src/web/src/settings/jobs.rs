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
        texts::{error_sentence, t},
        ui::{
            badge::{Badge, Tone},
            heading::Heading,
            icon::{Icon, Picture},
            notice::Problem,
            time::When,
        },
        words::number,
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
        post(page_request, body, act, move |_, error| async move { draw(&drawing, Some(error_sentence(&error))).await })
            .await
    }

    async fn draw(page_request: &PageRequest, problem: Option<String>) -> Result<Page, UiError> {
        let jobs = control::jobs::list(&page_request.cx).await.map_err(ui_error)?;
        let now = page_request.now();
        Ok(Page::new(Section::Settings, t!("jobs-title"), move || {
            view! { <JobList jobs=jobs.clone() now problem=problem.clone() /> }.into_any()
        }))
    }

    #[component]
    fn JobList(jobs: Jobs, now: Timestamp, problem: Option<String>) -> impl IntoView {
        view! {
            <Heading title=t!("jobs-title") lead=t!("jobs-lead").into_any() />
            <Problem sentence=problem />
            <div class="card card-table">
                <table class="table table-cards">
                    <caption class="unseen">{t!("jobs-caption")}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{t!("jobs-job")}</th>
                            <th scope="col">{t!("jobs-result")}</th>
                            <th scope="col">{t!("jobs-last-run")}</th>
                            <th scope="col">{t!("jobs-next-run")}</th>
                            <th scope="col">
                                <span class="unseen">{t!("jobs-action")}</span>
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
        let (about, schedule) = (about(&job), schedule(&job.schedule));
        let detail = job.last_run.as_ref().and_then(|run| run.detail.clone());
        let last = job.last_run.and_then(|run| Timestamp::parse_rfc3339(&run.started_at));
        let next = job.next_run_at.as_deref().and_then(Timestamp::parse_rfc3339);
        let label = t!("jobs-run-named", job = job.name.as_str());
        view! {
            <tr>
                <th scope="row" class="cell-main">
                    <code>{job.name.clone()}</code>
                    <span class="under">{about}" "{schedule}</span>
                </th>
                <td class="cell-state">
                    <Badge tone word />
                    {detail.map(|detail| view! { <span class="under" lang="en">{detail}</span> })}
                </td>
                <td class="cell-note">
                    <span class="unit muted">{t!("jobs-last-run-label")}" "</span>
                    <When at=last now none=t!("jobs-never") />
                </td>
                <td class="cell-note">
                    <span class="unit muted">{t!("jobs-next-run-label")}" "</span>
                    <When at=next now />
                </td>
                <td class="figure">
                    <form method="post" action=HERE>
                        <input type="hidden" name="job" value=job.name />
                        <button class="button button-small" aria-label=label>
                            <Icon picture=Picture::Play />
                            {t!("jobs-run-now")}
                        </button>
                    </form>
                </td>
            </tr>
        }
    }

    /// What a job does. One that has no text here says it in English.
    fn about(job: &JobView) -> String {
        match job.name.as_str() {
            "audit_head" => t!("jobs-about-audit-head"),
            "end_sessions" => t!("jobs-about-end-sessions"),
            "prune_events" => t!("jobs-about-prune-events"),
            "prune_runs" => t!("jobs-about-prune-runs"),
            "trim_changes" => t!("jobs-about-trim-changes"),
            _ => job.description.clone(),
        }
    }

    /// How often it runs, from `every hour` or `every 10 minutes`.
    fn schedule(text: &str) -> String {
        let (n, unit) = match text.split(' ').collect::<Vec<_>>()[..] {
            ["every", unit] => (Some(1), unit),
            ["every", n, unit] => (n.parse::<i64>().ok(), unit),
            _ => (None, ""),
        };
        match (n, unit) {
            (Some(n), "minute" | "minutes") => t!("jobs-every-minutes", count = n, shown = number::count(n)),
            (Some(n), "hour" | "hours") => t!("jobs-every-hours", count = n, shown = number::count(n)),
            _ => t!("jobs-schedule", schedule = text),
        }
    }

    fn result(job: &JobView) -> (Tone, String) {
        match (job.running, job.last_run.as_ref().map(|run| run.result.as_str())) {
            (true, _) => (Tone::Warning, t!("jobs-running")),
            (false, Some("succeeded")) => (Tone::Good, t!("jobs-done")),
            (false, Some("failed")) => (Tone::Bad, t!("jobs-failed")),
            (false, Some(_)) => (Tone::Warning, t!("jobs-interrupted")),
            (false, None) => (Tone::Quiet, t!("jobs-not-run")),
        }
    }

    #[cfg(test)]
    mod tests {
        use domain::Schedule;

        use super::schedule;

        #[test]
        fn schedules_are_said_in_words() {
            assert_eq!(schedule(&Schedule::minutes(1).to_string()), "Runs every minute.");
            assert_eq!(schedule(&Schedule::minutes(10).to_string()), "Runs every 10 minutes.");
            assert_eq!(schedule(&Schedule::hours(1).to_string()), "Runs every hour.");
            assert_eq!(schedule(&Schedule::hours(24).to_string()), "Runs every 24 hours.");
            assert_eq!(schedule("at night"), "Runs at night.");
        }
    }
}
