//! Small parts: badges, notices, meters, figures, facts, instants, code.

use leptos::prelude::*;

use super::{NOW, part};
use crate::{
    handling::Flash,
    ui::{
        badge::{Badge, StatusBadge, Tone},
        code::{Code, CodeTab, CodeTabs, uncoloured},
        facts::{Fact, Facts},
        figures::{Figure, Figures},
        meter::Meter,
        notice::{Problem, Toast},
        steps::{Step, Steps},
        tabs::{Tab, Tabs},
        time::When,
    },
    words::{money, number, time},
};

pub(super) fn parts() -> AnyView {
    view! {
        {part("badges", "Badges", badges())}
        {part("notices", "Notices", notices())}
        {part("meters", "Meters", meters())}
        {part("figures", "Figures", figures())}
        {part("facts", "Numbers, money, instants", facts())}
        {part("tabs", "Tabs", page_tabs())}
        {part("steps", "Steps", steps())}
        {part("code", "Code", view! { <CodeTabs id="widget-code" label="Code" tabs=tabs() /> }.into_any())}
    }
    .into_any()
}

fn badges() -> AnyView {
    view! {
        <p class="widget-row">
            <Badge tone=Tone::Good word="Active" />
            <Badge tone=Tone::Warning word="Expires in 3 d" />
            <Badge tone=Tone::Bad word="Revoked" />
            <Badge tone=Tone::Quiet word="Disabled" />
            {[200, 302, 404, 429, 499, 503].map(|status| view! { <StatusBadge status /> }).collect_view()}
        </p>
    }
    .into_any()
}

fn notices() -> AnyView {
    view! {
        <Toast flash=Flash::UpstreamCreated />
        <Toast flash=Flash::KeyDisabled(domain::KeyId::new(NOW, [1; 10])) />
        <Problem sentence=Some("What happened, and the fix.".to_owned()) />
    }
    .into_any()
}

fn meters() -> AnyView {
    let meter = |used: i64| {
        let words = format!("{used} of 100 requests");
        view! { <Meter used limit=100 words /> }
    };
    view! { <div class="widget-grid">{[0, 42, 80, 99, 100].map(meter).collect_view()}</div> }.into_any()
}

fn figures() -> AnyView {
    let figures = vec![
        Figure::new("Requests".to_owned(), number::count(54_124), "12 keys".to_owned()),
        Figure::new("Errors".to_owned(), number::percent(228, 54_124), "228 requests".to_owned()),
        Figure::new("Tokens".to_owned(), number::compact(1_812_400), "1.6 M in, 210 k out".to_owned()),
        Figure::new("First byte".to_owned(), number::duration(386.0), "half of them faster".to_owned()),
    ];
    view! { <Figures figures /> }.into_any()
}

fn facts() -> AnyView {
    let at = NOW.plus(-2 * 60_000);
    let facts = vec![
        Fact::new("Relative".to_owned(), view! { <When at=Some(at) now=NOW /> }),
        Fact::new("None".to_owned(), view! { <When at=None now=NOW /> }),
        Fact::new("Absolute".to_owned(), time::absolute(at)),
        Fact::new("Day".to_owned(), time::date(at)),
        Fact::new("Money".to_owned(), money::dollars(1_234_567_891_000)),
        Fact::new("Little money".to_owned(), money::dollars(1_230_000)),
        Fact::new("No money".to_owned(), money::dollars(0)),
        Fact::new("Duration".to_owned(), number::duration(2_904.0)),
    ];
    view! { <div class="card"><Facts facts /></div> }.into_any()
}

fn page_tabs() -> AnyView {
    let tab = |word: &str, count, here| Tab { href: "#tabs".to_owned(), word: word.to_owned(), count, here };
    let tabs = vec![tab("Overview", None, true), tab("Logs", Some(1_204), false), tab("Versions", Some(2), false)];
    view! { <Tabs label="Parts" tabs /> }.into_any()
}

fn steps() -> AnyView {
    let step = |done, title: &str, words: &str| Step {
        done,
        title: title.to_owned(),
        words: words.to_owned(),
        action: ("#steps", "Do it".to_owned()),
    };
    let steps = vec![
        step(true, "Connect an upstream", "Requests go there."),
        step(false, "Create a key", "Programs use it."),
        step(false, "Send a request", "It shows in the logs."),
    ];
    view! { <div class="card"><Steps steps note="A word of advice below them." /></div> }.into_any()
}

/// Code behind tabs, with colours and without.
pub(super) fn tabs() -> Vec<CodeTab> {
    let tab = |label: &str, code: Code| CodeTab { label: label.to_owned(), description: format!("{label} code"), code };
    vec![
        tab("Python", vec![(Some("code-word"), "import".to_owned()), (None, " openai".to_owned())]),
        tab("curl", uncoloured("curl https://keys.example.org/v1/models")),
        tab(".env", uncoloured("OPENAI_API_KEY=sk-auto-live-…\n")),
    ]
}
