//! Preference cookies: a choice of how pages look, read on the server alone. No secrets.

use axum::{
    extract::RawForm,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use super::{PageRequest, decoded, local_path};
use crate::error::UiError;

/// What the cookie `name` says.
pub(crate) fn preference<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// A choice posted by a form of the account menu: the field `name`, and the page where it was made.
pub(crate) fn choice(body: &RawForm, name: &str) -> Result<(String, String), UiError> {
    let fields: Vec<(String, String)> = decoded(body)?;
    let field =
        |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone()).unwrap_or_default();
    Ok((field(name), field("back")))
}

/// Keeps a choice for a year and goes back to where it was made.
pub(crate) fn keep_preference(page_request: &PageRequest, name: &str, value: &str, back: &str) -> Response {
    let secure = if page_request.is_https() { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}");
    let to = local_path(back).to_owned();
    (StatusCode::SEE_OTHER, [(header::LOCATION, to), (header::SET_COOKIE, cookie)]).into_response()
}
