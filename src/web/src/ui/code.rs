//! Code component: a block with a copy button, or several behind tabs. Tabs are radio buttons: the keyboard walks them
//! and no script is needed.

use leptos::prelude::*;

use super::copy::{CopyButton, copy_words};

/// A piece of code, with the class that colours it.
pub(crate) type Code = Vec<(Option<&'static str>, String)>;

/// Code without colours.
pub(crate) fn uncoloured(text: impl Into<String>) -> Code {
    vec![(None, text.into())]
}

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeTab {
    /// At most six tabs, called in CSS by their place.
    pub(crate) label: String,
    /// What those hear who do not see the tab.
    pub(crate) description: String,
    pub(crate) code: Code,
}

/// A block of code that can be copied.
#[component]
pub(crate) fn CodeBlock(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    code: Code,
    #[prop(default = "code-block")] class: &'static str,
) -> impl IntoView {
    let target = id.clone();
    let pieces = code
        .into_iter()
        .map(|(class, text)| match class {
            Some(class) => view! { <span class=class>{text}</span> }.into_any(),
            None => text.into_any(),
        })
        .collect_view();
    view! {
        <div class=class>
            <pre id=id tabindex="0" role="region" aria-label=label translate="no">
                {pieces}
            </pre>
            <CopyButton target main=false words=copy_words() />
        </div>
    }
}

/// Several blocks, one in sight.
#[component]
pub(crate) fn CodeTabs(
    /// Begins the ids of the blocks, and is the name of the radio buttons.
    #[prop(into)]
    id: String,
    #[prop(into)] label: String,
    tabs: Vec<CodeTab>,
) -> impl IntoView {
    let radios = tabs
        .iter()
        .enumerate()
        .map(|(i, tab)| {
            view! {
                <label class="tab">
                    <input type="radio" name=id.clone() value=i.to_string() checked=i == 0 />
                    <span translate="no">{tab.label.clone()}</span>
                </label>
            }
        })
        .collect_view();
    let panels = tabs
        .into_iter()
        .enumerate()
        .map(|(i, tab)| view! { <CodeBlock id=format!("{id}-{i}") label=tab.description code=tab.code class="code-block panel" /> })
        .collect_view();
    view! {
        <div class="snippets">
            <fieldset class="tabs">
                <legend class="unseen">{label}</legend>
                {radios}
            </fieldset>
            {panels}
        </div>
    }
}
