//! Forms and their fields, without and with something wrong.

use leptos::prelude::*;

use super::{faults, part};
use crate::ui::{
    field::{LinesField, SelectField, TextField, TicksField},
    fold::Fold,
    form::{Faults, Form},
};

pub(super) fn parts() -> AnyView {
    view! {
        {part("form", "Form", form("a", Faults::default()))}
        {part("form-wrong", "Form with mistakes", form("b", faults()))}
    }
    .into_any()
}

/// The same form twice on a page: each has its own names and its own errors.
fn form(which: &'static str, faults: Faults) -> AnyView {
    let choices = ["openai", "vllm", "echo"].map(|name| (name.to_owned(), name.to_owned())).to_vec();
    let (name, choice, lines, ticks) = match which {
        "a" => ("name-a", "choice-a", "lines-a", "ticks-a"),
        _ => ("name", "choice", "lines", "ticks"),
    };
    view! {
        <div class="widget-form">
            <Form action="/settings/about/widgets" faults>
                <TextField name=name label="Name" value="checkout" hint="1 to 100 characters.".into_any() />
                <div class="field-row">
                    <SelectField name=choice label="Environment">
                        <option>"live"</option>
                        <option>"test"</option>
                    </SelectField>
                    <TextField name=if which == "a" { "secret-a" } else { "secret" } label="Secret" kind="password" mono=true />
                </div>
                <Fold title="Limits" note="models, addresses, pace" open=which != "a">
                    <LinesField name=lines label="Models" value="gpt-*" hint="One a line.".into_any() />
                    <TicksField name=ticks label="Upstreams" choices chosen=vec!["vllm".to_owned()] hint="None: all." />
                </Fold>
                <div class="form-actions">
                    <button type="button" class="button button-main button-large">"Create"</button>
                    <button type="button" class="button button-large">"Test"</button>
                    <button type="button" class="button button-danger-main button-large">"Revoke"</button>
                    <a class="button button-plain button-large" href="#form">"Cancel"</a>
                </div>
            </Form>
        </div>
    }
    .into_any()
}
