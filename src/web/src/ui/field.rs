//! Form field component: label above, hint below, and the error in its place when there is one; the errors are those of
//! the form around it.

use contract::FieldErrors;
use leptos::prelude::*;

use super::{form::faults_here, name::Name, text_area::TextArea};
use crate::texts;

/// A line of text.
#[component]
pub(crate) fn TextField(
    /// Name in the form, and the field's name in errors.
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    /// `text`, `email`, `password`, `number`.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional, into)] hint: Option<AnyView>,
    #[prop(optional, into)] placeholder: String,
    #[prop(default = "off")] autocomplete: &'static str,
    /// Ids, addresses, secrets.
    #[prop(optional)]
    mono: bool,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    /// Under which name errors speak of it, where that differs from `name`.
    #[prop(optional)]
    error_name: Option<&'static str>,
) -> impl IntoView {
    let error = complaint_here(error_name.unwrap_or(name));
    let bad = error.is_some();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                class=if mono { "input mono" } else { "input" }
                id=name
                name=name
                type=kind
                value=value
                placeholder=placeholder
                autocomplete=autocomplete
                spellcheck="false"
                required=required
                autofocus=autofocus
                aria-invalid=bad.then_some("true")
                aria-describedby=described(name, bad, hint.is_some())
            />
            <Below name hint error />
        </div>
    }
}

/// Several lines of text.
#[component]
pub(crate) fn LinesField(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<AnyView>,
    #[prop(optional, into)] placeholder: String,
) -> impl IntoView {
    let error = complaint_here(name);
    let bad = error.is_some();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <TextArea name value placeholder bad described=described(name, bad, hint.is_some()) />
            <Below name hint error />
        </div>
    }
}

/// One of several; the options are the children.
#[component]
pub(crate) fn SelectField(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let error = complaint_here(name);
    let bad = error.is_some();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select
                class="input select"
                id=name
                name=name
                aria-invalid=bad.then_some("true")
                aria-describedby=described(name, bad, hint.is_some())
            >
                {children()}
            </select>
            <Below name hint error />
        </div>
    }
}

/// Several of several: a tick for each choice, posted as `name` once for each that is ticked. Nothing without choices.
#[component]
pub(crate) fn TicksField(
    name: &'static str,
    #[prop(into)] label: String,
    /// What is posted for a choice, and its words.
    choices: Vec<(String, String)>,
    chosen: Vec<String>,
    #[prop(into)] hint: String,
) -> impl IntoView {
    let error = complaint_here(name);
    let bad = error.is_some();
    (!choices.is_empty()).then(|| {
        let ticks = choices
            .into_iter()
            .map(|(value, words)| {
                let ticked = chosen.contains(&value);
                view! {
                    <label class="tick">
                        <input type="checkbox" name=name value=value checked=ticked />
                        <span>
                            <Name text=words />
                        </span>
                    </label>
                }
            })
            .collect_view();
        view! {
            <fieldset class="field" aria-describedby=described(name, bad, true)>
                <legend>{label}</legend>
                <div class="ticks">{ticks}</div>
                <Below name hint=Some(hint.into_any()) error />
            </fieldset>
        }
    })
}

#[component]
fn Below(name: &'static str, hint: Option<AnyView>, error: Option<String>) -> impl IntoView {
    let error = error.map(|error| view! { <p class="field-error" id=format!("{name}-error")>{error}</p> });
    let hint = hint.map(|hint| view! { <p class="field-hint" id=format!("{name}-hint")>{hint}</p> });
    (error, hint)
}

/// What the form around says about `name`, as one text.
pub(crate) fn complaint_here(name: &str) -> Option<String> {
    complaint(&faults_here().fields, name)
}

/// All complaints about `name`, as one text.
pub(crate) fn complaint(errors: &FieldErrors, name: &str) -> Option<String> {
    let found: Vec<String> = errors.0.iter().filter(|error| error.field == name).map(texts::complaint).collect();
    (!found.is_empty()).then(|| found.join(" "))
}

/// Ids of what stands below a field.
pub(crate) fn described(name: &str, bad: bool, hint: bool) -> Option<String> {
    match (bad, hint) {
        (true, true) => Some(format!("{name}-error {name}-hint")),
        (true, false) => Some(format!("{name}-error")),
        (false, true) => Some(format!("{name}-hint")),
        (false, false) => None,
    }
}
