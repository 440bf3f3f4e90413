//! Fake errors of the vendor, word for word where clients read them.

use axum::{
    http::{HeaderValue, StatusCode},
    response::Response,
};
use serde_json::json;

use super::answers;

pub(super) fn error(
    status: StatusCode,
    message: &str,
    kind: &str,
    param: Option<&str>,
    code: Option<&str>,
) -> Response {
    answers::json(status, &json!({ "error": { "message": message, "type": kind, "param": param, "code": code } }))
}

/// The vendor shows the begin and the end of what it was given, so an answer of this kind must never be passed on.
pub(super) fn unauthorized(given: Option<&str>) -> Response {
    let Some(given) = given.and_then(|value| value.strip_prefix("Bearer ")) else {
        let message = "You didn't provide an API key. You need to provide your API key in an Authorization header using \
                       Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
        return error(StatusCode::UNAUTHORIZED, message, "invalid_request_error", None, None);
    };
    let begin: String = given.chars().take(8).collect();
    let end: String = given.chars().skip(given.chars().count().saturating_sub(4)).collect();
    let message = format!(
        "Incorrect API key provided: {begin}*********{end}. You can find your API key at \
         https://platform.openai.com/account/api-keys."
    );
    error(StatusCode::UNAUTHORIZED, &message, "invalid_request_error", None, Some("invalid_api_key"))
}

pub(super) fn missing(field: &str) -> Response {
    let message = format!("Missing required parameter: '{field}'.");
    error(StatusCode::BAD_REQUEST, &message, "invalid_request_error", Some(field), Some("missing_required_parameter"))
}

pub(super) fn no_model(name: &str) -> Response {
    let message = format!("The model `{name}` does not exist or you do not have access to it.");
    error(StatusCode::NOT_FOUND, &message, "invalid_request_error", None, Some("model_not_found"))
}

pub(super) fn fail_400() -> Response {
    let message = "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.";
    let code = Some("decimal_above_max_value");
    error(StatusCode::BAD_REQUEST, message, "invalid_request_error", Some("temperature"), code)
}

pub(super) fn fail_429() -> Response {
    let message = "Rate limit reached for fail-429 in organization org-lighthouse on requests per min (RPM): Limit 3, \
                   Used 3, Requested 1. Please try again in 1s. Visit https://platform.openai.com/account/rate-limits \
                   to learn more.";
    let mut answer = error(StatusCode::TOO_MANY_REQUESTS, message, "requests", None, Some("rate_limit_exceeded"));
    for (name, value) in [
        ("retry-after", "1"),
        ("retry-after-ms", "1000"),
        ("x-ratelimit-limit-requests", "3"),
        ("x-ratelimit-limit-tokens", "40000"),
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-remaining-tokens", "39990"),
        ("x-ratelimit-reset-requests", "1s"),
        ("x-ratelimit-reset-tokens", "15ms"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

pub(super) fn fail_500() -> Response {
    let message = "The server had an error while processing your request. Sorry about that!";
    error(StatusCode::INTERNAL_SERVER_ERROR, message, "server_error", None, None)
}
