//! Query strings. A parameter that means nothing here is refused: silently ignored, `?dry_run=true` would write.

use axum::{extract::FromRequestParts, http::request::Parts};
use contract::FieldErrors;
use serde::de::DeserializeOwned;

use super::complaint::complaint;
use crate::{ApiState, Problem};

/// The parameters of a route that takes some.
pub(crate) struct Query<T>(pub(crate) T);

/// Of a route that takes none.
pub(crate) struct NoQuery;

impl<T: DeserializeOwned> FromRequestParts<ApiState> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        let deserializer = serde_html_form::Deserializer::from_bytes(text.as_bytes());
        serde_path_to_error::deserialize(deserializer)
            .map(Self)
            .map_err(|error| complaint(error.path(), &error.inner().to_string(), "query").into())
    }
}

impl FromRequestParts<ApiState> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        match parts.uri.query() {
            None | Some("") => Ok(Self),
            Some(_) => Err(FieldErrors::one("query", "this path takes no parameters").into()),
        }
    }
}
