//! Deployment rows of the model route form: added, removed and reordered by buttons that post the form.

use contract::upstreams::UpstreamView;
use leptos::prelude::*;

use crate::{
    texts::t,
    ui::{field::complaint_here, name::Name},
};

/// One row, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DeploymentRow {
    pub(super) upstream: String,
    pub(super) model: String,
    pub(super) weight: String,
    pub(super) priority: String,
}

/// What a button beside a row does to the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowChange {
    Add,
    Up(usize),
    Down(usize),
    Remove(usize),
}

impl RowChange {
    /// The change that an intent names, as `up-2`.
    pub(super) fn parse(intent: &str) -> Option<Self> {
        if intent == "add" {
            return Some(Self::Add);
        }
        let (word, at) = intent.split_once('-')?;
        let at = at.parse().ok()?;
        match word {
            "up" => Some(Self::Up(at)),
            "down" => Some(Self::Down(at)),
            "remove" => Some(Self::Remove(at)),
            _ => None,
        }
    }

    /// Does it; what names no row changes nothing.
    pub(super) fn apply(self, rows: &mut Vec<DeploymentRow>) {
        match self {
            Self::Add => rows.push(DeploymentRow::default()),
            Self::Up(at) if at > 0 && at < rows.len() => rows.swap(at - 1, at),
            Self::Down(at) if at + 1 < rows.len() => rows.swap(at, at + 1),
            Self::Remove(at) if at < rows.len() => {
                rows.remove(at);
            }
            Self::Up(_) | Self::Down(_) | Self::Remove(_) => {}
        }
    }
}

/// The rows.
#[component]
pub(super) fn Rows(rows: Vec<DeploymentRow>, upstreams: Vec<UpstreamView>) -> impl IntoView {
    let last = rows.len().saturating_sub(1);
    let error = complaint_here("deployments");
    let rows = rows
        .into_iter()
        .enumerate()
        .map(|(at, row)| view! { <Row at last row upstreams=upstreams.clone() /> })
        .collect_view();
    view! {
        <section class="field" aria-labelledby="deployments-title">
            <h2 class="label" id="deployments-title">{t!("model-deployments")}</h2>
            {error.map(|error| view! { <p class="field-error">{error}</p> })}
            <div class="stack">{rows}</div>
            <p>
                <button class="button" name="intent" value="add">{t!("model-add-deployment")}</button>
            </p>
        </section>
    }
}

#[component]
fn Row(at: usize, last: usize, row: DeploymentRow, upstreams: Vec<UpstreamView>) -> impl IntoView {
    let options = upstreams
        .into_iter()
        .map(|upstream| {
            let id = upstream.id.to_string();
            let chosen = id == row.upstream;
            view! { <option value=id selected=chosen><Name text=upstream.name /></option> }
        })
        .collect_view();
    let number = at + 1;
    let upstream_id = format!("upstream-{at}");
    let error = complaint_here(&format!("deployments[{at}].upstream"));
    view! {
        <fieldset class="card card-body">
            <legend class="unseen">{t!("model-deployment-number", number = number)}</legend>
            <div class="field-row">
                <div class="field">
                    <label for=upstream_id.clone()>{t!("logs-upstream")}</label>
                    <select class="input select" id=upstream_id name="upstream">{options}</select>
                    {error.map(|error| view! { <p class="field-error">{error}</p> })}
                </div>
                <Cell at name="model" label=t!("model-their-name") value=row.model />
            </div>
            <div class="field-row">
                <Cell at name="weight" label=t!("model-weight") value=row.weight />
                <Cell at name="priority" label=t!("model-priority") value=row.priority />
            </div>
            <div class="form-actions">
                <button class="button button-plain" name="intent" value=format!("up-{at}") disabled=at == 0>
                    {t!("model-up")}
                </button>
                <button class="button button-plain" name="intent" value=format!("down-{at}") disabled=at == last>
                    {t!("model-down")}
                </button>
                <button class="button button-plain" name="intent" value=format!("remove-{at}")>{t!("model-remove")}</button>
            </div>
        </fieldset>
    }
}

#[component]
fn Cell(at: usize, name: &'static str, label: String, value: String) -> impl IntoView {
    let id = format!("{name}-{at}");
    let error = complaint_here(&format!("deployments[{at}].{name}"));
    let (bad, error_id) = (error.is_some(), format!("{id}-error"));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                class="input"
                id=id
                name=name
                value=value
                autocomplete="off"
                aria-invalid=bad.then_some("true")
                aria-describedby=bad.then(|| error_id.clone())
            />
            {error.map(|error| view! { <p class="field-error" id=error_id>{error}</p> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(names: &[&str]) -> Vec<DeploymentRow> {
        names.iter().map(|name| DeploymentRow { model: (*name).to_owned(), ..DeploymentRow::default() }).collect()
    }

    #[test]
    fn buttons_change_the_order_and_nothing_else() {
        for (intent, expected) in [
            ("up-1", &["b", "a", "c"][..]),
            ("down-1", &["a", "c", "b"]),
            ("remove-0", &["b", "c"]),
            ("up-0", &["a", "b", "c"]),
            ("down-2", &["a", "b", "c"]),
            ("remove-9", &["a", "b", "c"]),
            ("add", &["a", "b", "c", ""]),
        ] {
            let mut list = rows(&["a", "b", "c"]);
            RowChange::parse(intent).unwrap().apply(&mut list);
            assert_eq!(list, rows(expected), "{intent}");
        }
        assert!(["", "save", "up", "up-x", "sideways-1"].iter().all(|intent| RowChange::parse(intent).is_none()));
    }
}
