//! Test report: what a connection test found, step by step.

#[cfg(feature = "ssr")]
use contract::upstreams::{TestReport, TestStep, TestStepName};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::icon::{Icon, Picture};
#[cfg(feature = "ssr")]
use crate::{texts::t, words::number};

/// A report as it is shown, in the language of the request that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportText {
    /// `Test`
    pub title: String,
    /// Whether every step went well.
    pub ok: bool,
    /// `Works`
    pub verdict: String,
    /// `just now, 412 ms`
    pub note: String,
    /// The steps, in order.
    pub steps: Vec<StepText>,
}

/// A step of a report as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepText {
    /// Whether it went well.
    pub ok: bool,
    /// `passed:`, for whoever does not see the icon.
    pub outcome: String,
    /// `Address`
    pub name: String,
    /// What was found, in English: the control plane's own sentence.
    pub detail: String,
    /// `12 ms`; none where nothing was measured.
    pub took: Option<String>,
}

#[cfg(feature = "ssr")]
impl ReportText {
    /// A report of the control plane, with its labels from the catalog.
    pub(crate) fn of(report: TestReport) -> Self {
        Self {
            title: t!("upstream-test"),
            ok: report.ok,
            verdict: if report.ok { t!("upstream-report-works") } else { t!("upstream-report-fails") },
            note: t!("upstream-report-note", ms = number::count(report.total_ms)),
            steps: report.steps.into_iter().map(StepText::of).collect(),
        }
    }
}

#[cfg(feature = "ssr")]
impl StepText {
    fn of(step: TestStep) -> Self {
        Self {
            ok: step.ok,
            outcome: if step.ok { t!("upstream-step-passed") } else { t!("upstream-step-failed") },
            name: match step.step {
                TestStepName::Address => t!("upstream-step-address"),
                TestStepName::Tls => "TLS".to_owned(),
                TestStepName::Secret => t!("upstream-secret"),
                TestStepName::Models => t!("upstream-step-models"),
            },
            detail: step.detail,
            took: (step.ms > 0).then(|| t!("span-milliseconds", n = number::count(step.ms))),
        }
    }
}

/// The steps with their times, and the verdict.
#[component]
pub(crate) fn Report(report: ReportText) -> impl IntoView {
    let (class, picture) =
        if report.ok { ("badge badge-good", Picture::Check) } else { ("badge badge-bad", Picture::Cross) };
    view! {
        <section class="card report" aria-labelledby="report-title" role="status">
            <div class="card-head">
                <h2 id="report-title">{report.title}</h2>
                <span class="card-note">{report.note}</span>
                <span class=class>
                    <Icon picture />
                    {report.verdict}
                </span>
            </div>
            <ol class="steps">{report.steps.into_iter().map(step).collect_view()}</ol>
        </section>
    }
}

fn step(step: StepText) -> impl IntoView {
    let (class, picture) = if step.ok { ("step step-good", Picture::Check) } else { ("step step-bad", Picture::Cross) };
    view! {
        <li class=class>
            <Icon picture />
            <span class="step-words">
                <span class="unseen">{step.outcome} " "</span>
                <strong>{step.name}</strong>
                " "
                <span lang="en">{step.detail}</span>
            </span>
            {step.took.map(|took| view! { <span class="step-time">{took}</span> })}
        </li>
    }
}
