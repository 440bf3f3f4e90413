//! The same from a terminal: the command line and the curl call that do what a page or a form does, from the declaration
//! of its operation.

use contract::operation::{Operation, command, curl};
use leptos::prelude::*;

use super::code::{CodeTab, CodeTabs, uncoloured};
use crate::{handling::PageRequest, texts::t};

/// Lines that call an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TerminalLines {
    /// `keywright keys list`
    pub(crate) command: Option<String>,
    /// `curl …`
    pub(crate) curl: Option<String>,
}

impl TerminalLines {
    /// The lines that call `O` with `input`.
    pub(crate) fn of<O: Operation>(page_request: &PageRequest, path: &O::Path, input: &O::Input) -> Self {
        let base = page_request.cx.settings().admin_url.trim_end_matches('/').to_owned();
        Self { command: command::<O>(path, input), curl: curl::<O>(&base, path, input).ok() }
    }

    fn tabs(self) -> Vec<CodeTab> {
        let tab = |label: &str, description: String, line: String| CodeTab {
            label: label.to_owned(),
            description,
            code: uncoloured(line),
        };
        let command = self.command.map(|line| tab("keywright", t!("terminal-command"), line));
        let curl = self.curl.map(|line| tab("curl", t!("terminal-curl"), line));
        command.into_iter().chain(curl).collect()
    }
}

/// The lines on demand, at the foot of a page.
#[component]
pub(crate) fn Terminal(lines: TerminalLines) -> impl IntoView {
    let tabs = lines.tabs();
    (!tabs.is_empty()).then(|| {
        view! {
            <details class="terminal">
                <summary>{t!("terminal-title")}</summary>
                <CodeTabs id="terminal" label=t!("terminal-title") tabs />
                <p class="field-hint">{t!("terminal-token", variable = "KEYWRIGHT_TOKEN")}</p>
            </details>
        }
    })
}

/// The lines beside a form, in sight.
#[component]
pub(crate) fn TerminalAside(
    /// Of the blocks.
    id: &'static str,
    lines: TerminalLines,
) -> impl IntoView {
    view! { <CodeTabs id label=t!("terminal-title") tabs=lines.tabs() /> }
}
