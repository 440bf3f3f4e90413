//! Ids in paths. Text that cannot be an id leads nowhere, like an id that nothing has.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use domain::{KeyId, RequestId, UpstreamId};

use crate::{ApiState, Problem};

/// The `{id}` of the path.
pub(crate) struct Id<T>(pub(crate) T);

/// What people call the thing that an id belongs to.
pub(crate) trait Noun {
    /// `key`, `upstream`, …
    const NOUN: &'static str;
}

impl Noun for KeyId {
    const NOUN: &'static str = "key";
}

impl Noun for UpstreamId {
    const NOUN: &'static str = "upstream";
}

impl Noun for RequestId {
    const NOUN: &'static str = "request";
}

impl<T: FromStr + Noun> FromRequestParts<ApiState> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        text.and_then(|Path(text)| text.parse().ok()).map(Self).ok_or_else(|| control::Error::NotFound(T::NOUN).into())
    }
}
