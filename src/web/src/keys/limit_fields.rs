//! Key form: limits and access, under a fold.

use domain::Scope;
use leptos::prelude::*;

use super::form::KeyForm;
use crate::{
    texts::t,
    ui::{
        field::{LinesField, TextField, TicksField},
        fold::Fold,
    },
};

/// The fields, with what was typed.
#[component]
pub(super) fn LimitFields(form: KeyForm, ticks: Vec<(String, String)>, unfold: bool) -> impl IntoView {
    view! {
        <Fold title=t!("key-limits") note=t!("key-limits-note") open=unfold>
            <TextField
                name="requests_per_minute"
                label=t!("key-per-minute")
                value=form.requests_per_minute
                hint=t!("key-per-minute-hint").into_any()
                error_name="rate_limits.requests_per_minute"
            />
            <div class="field-row">
                <TextField
                    name="requests_per_hour"
                    label=t!("key-per-hour")
                    value=form.requests_per_hour
                    error_name="rate_limits.requests_per_hour"
                />
                <TextField
                    name="requests_per_day"
                    label=t!("key-per-day")
                    value=form.requests_per_day
                    error_name="rate_limits.requests_per_day"
                />
            </div>
            <div class="field-row">
                <TextField
                    name="burst"
                    label=t!("key-burst")
                    value=form.burst
                    hint=t!("key-burst-hint").into_any()
                    error_name="rate_limits.burst"
                />
                <TextField
                    name="concurrency"
                    label=t!("key-concurrency")
                    value=form.concurrency
                    hint=t!("key-concurrency-hint").into_any()
                    error_name="rate_limits.concurrency"
                />
            </div>
            <LinesField
                name="allowed_models"
                label=t!("key-models")
                value=form.allowed_models
                placeholder="gpt-5-mini, text-embedding-3-*"
                hint=t!("key-models-hint").into_any()
            />
            <TicksField
                name="allowed_upstreams"
                label=t!("key-upstreams")
                choices=ticks
                chosen=form.allowed_upstreams
                hint=t!("key-upstreams-hint")
            />
            <TicksField
                name="permissions"
                label=t!("key-may")
                choices=vec![
                    ("read".to_owned(), t!("key-may-read")),
                    ("write".to_owned(), t!("key-may-write")),
                ]
                chosen=form.permissions
                hint=t!("key-may-hint")
            />
            <TicksField
                name="scopes"
                label=t!("key-scopes")
                choices=scopes()
                chosen=form.scopes
                hint=t!("key-scopes-hint")
            />
            <LinesField
                name="allowed_cidrs"
                label=t!("key-addresses")
                value=form.allowed_cidrs
                placeholder="10.4.12.0/24"
                hint=t!("key-addresses-hint").into_any()
            />
        </Fold>
    }
}

/// Every scope by its own name: it is the one that errors and documents use.
fn scopes() -> Vec<(String, String)> {
    Scope::ALL.iter().map(|scope| (scope.as_str().to_owned(), scope.as_str().to_owned())).collect()
}
