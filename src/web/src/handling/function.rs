//! Server functions: how islands call, and how the functions know who calls.

use axum::{
    Extension,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::PageRequest;
use crate::{
    error::UiError,
    texts::{self, t},
};

/// Answers `/_fn/…`. Whoever is not signed in is refused before anything of the body is read: every function asks for
/// that (see [`page_request`]), and would do so after it.
pub(crate) async fn functions(Extension(page_request): Extension<PageRequest>, mut request: Request) -> Response {
    if !page_request.is_signed_in() {
        let json = [(header::CONTENT_TYPE, "application/json")];
        return (StatusCode::UNAUTHORIZED, json, not_signed_in().ser()).into_response();
    }
    // With these two the framework would take the caller for a plain form, redirect it to the referring page and put
    // errors into its URL. Plain forms never come here: they post to their page's own path.
    request.headers_mut().remove(header::ACCEPT);
    request.headers_mut().remove(header::REFERER);
    let reader = texts::reader();
    let context = move || {
        provide_context(page_request.clone());
        provide_context(reader.clone());
    };
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

/// Whoever calls the server function that is running. No caller who is not signed in.
pub(crate) fn page_request() -> Result<PageRequest, UiError> {
    match use_context::<PageRequest>() {
        Some(page_request) if page_request.is_signed_in() => Ok(page_request),
        _ => {
            if let Some(answer) = use_context::<ResponseOptions>() {
                answer.set_status(StatusCode::UNAUTHORIZED);
            }
            Err(not_signed_in())
        }
    }
}

fn not_signed_in() -> UiError {
    UiError::Unauthenticated { message: t!("error-sign-in-first") }
}
