//! Model route pages: names that clients ask for, and the deployments that may answer.

mod delete;
#[cfg(feature = "ssr")]
mod deployments;
#[cfg(feature = "ssr")]
mod detail;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod list;
mod save;

#[cfg(feature = "ssr")]
pub(crate) use {
    delete::{delete, delete_page},
    detail::{detail_page, test},
    form::{create, edit, edit_page, new_page},
    list::list_page,
};

/// The id in a path; one that cannot be an id names nothing.
#[cfg(feature = "ssr")]
fn model_id(text: &str) -> Result<domain::ModelId, crate::error::UiError> {
    text.parse().map_err(|_| crate::error::UiError::NotFound { noun: "model route".to_owned() })
}

/// What people call a strategy.
#[cfg(feature = "ssr")]
fn strategy_label(strategy: domain::Strategy) -> String {
    use crate::texts::t;
    match strategy {
        domain::Strategy::Ordered => t!("model-strategy-ordered"),
        domain::Strategy::Weighted => t!("model-strategy-weighted"),
        domain::Strategy::LeastLatency => t!("model-strategy-least-latency"),
    }
}
