//! Query string extractor. An unknown parameter is refused: silently ignored, `?dry_run=true` would write.

use axum::http::request::Parts;
use contract::{FieldErrors, Violation};
use serde::de::DeserializeOwned;

use super::complaint::complaint;
use crate::Problem;

/// The parameters of an operation that takes some.
pub(crate) fn query<T: DeserializeOwned>(parts: &Parts) -> Result<T, Problem> {
    let text = parts.uri.query().unwrap_or_default();
    let deserializer = serde_html_form::Deserializer::from_bytes(text.as_bytes());
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| complaint(error.path(), &error.inner().to_string(), "query").into())
}

/// Refuses parameters of an operation that takes none.
pub(crate) fn no_query(parts: &Parts) -> Result<(), Problem> {
    match parts.uri.query() {
        None | Some("") => Ok(()),
        Some(_) => Err(FieldErrors::one("query", Violation::NoParameters).into()),
    }
}
