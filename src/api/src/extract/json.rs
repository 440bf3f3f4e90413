//! JSON body extractor.

use std::error::Error;

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
    },
};
use domain::media_type;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::{
    complaint::{NAME_MAX, complaint},
    shape::{self, MalformedBody},
};
use crate::Problem;

/// The largest body that is taken.
const BODY_MAX: usize = 1024 * 1024;

/// Reads a JSON body. One that is not `required` may be left out: then everything in it has its default.
pub(crate) async fn body<T: DeserializeOwned>(headers: &HeaderMap, body: Body, required: bool) -> Result<T, Problem> {
    let bytes = whole(headers, body).await?;
    if bytes.is_empty() && !required {
        return serde_json::from_str("{}").map_err(|error| broken(&error));
    }
    parse(headers, &bytes)
}

async fn whole(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        let detail = "send the body without compression";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", detail));
    }
    match Limited::new(body, BODY_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if is_too_large(&*error) => {
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", "send at most 1 MiB"))
        }
        Err(_) => Err(Problem::bad_request("incomplete_body", "the body broke off; send it again")),
    }
}

fn is_too_large(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_too_large)
}

fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    if !is_json(headers) {
        let detail = "send Content-Type: application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
    }
    shape::check(bytes).map_err(|flaw| match flaw {
        MalformedBody::Broken(error) => broken(&error),
        MalformedBody::Deep => Problem::bad_request("invalid_json", "the body nests deeper than 64 levels"),
        MalformedBody::Twice(name) => {
            let name: String = name.chars().take(NAME_MAX).collect();
            Problem::bad_request("duplicate_field", format!("the field {name:?} stands twice; give it once"))
        }
    })?;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let inner = error.inner();
        match inner.classify() {
            Category::Data => complaint(error.path(), &inner.to_string(), "body").into(),
            Category::Syntax | Category::Eof | Category::Io => broken(inner),
        }
    })?;
    deserializer.end().map_err(|error| broken(&error))?;
    Ok(value)
}

/// Says where, and never what: the text beside an error may be a secret.
fn broken(error: &serde_json::Error) -> Problem {
    let detail = format!("the body is not JSON: it breaks at line {}, column {}", error.line(), error.column());
    Problem::bad_request("invalid_json", detail)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    media_type::is_json(&media_type::essence(text))
}
