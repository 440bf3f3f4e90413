//! Test report: what a connection test found, step by step.

use contract::upstreams::{TestReport, TestStep, TestStepName};
use leptos::prelude::*;

use crate::ui::icon::{Icon, Picture};

/// The steps with their times, and the verdict.
#[component]
pub(crate) fn Report(report: TestReport) -> impl IntoView {
    let (class, word, picture) = if report.ok {
        ("badge badge-good", "Works", Picture::Check)
    } else {
        ("badge badge-bad", "Does not work", Picture::Cross)
    };
    view! {
        <section class="card report" aria-labelledby="report-title" role="status">
            <div class="card-head">
                <h2 id="report-title">"Test"</h2>
                <span class="card-note">{format!("just now, {} ms", report.total_ms)}</span>
                <span class=class>
                    <Icon picture />
                    {word}
                </span>
            </div>
            <ol class="steps">{report.steps.into_iter().map(step).collect_view()}</ol>
        </section>
    }
}

fn step(step: TestStep) -> impl IntoView {
    let (class, picture, unseen) = if step.ok {
        ("step step-good", Picture::Check, "passed: ")
    } else {
        ("step step-bad", Picture::Cross, "failed: ")
    };
    let name = match step.step {
        TestStepName::Address => "Address",
        TestStepName::Tls => "TLS",
        TestStepName::Secret => "Secret",
        TestStepName::Models => "Models",
    };
    view! {
        <li class=class>
            <Icon picture />
            <span class="step-words">
                <span class="unseen">{unseen}</span>
                <strong>{name}</strong>
                " "
                {step.detail}
            </span>
            {(step.ms > 0).then(|| view! { <span class="step-time">{format!("{} ms", step.ms)}</span> })}
        </li>
    }
}
