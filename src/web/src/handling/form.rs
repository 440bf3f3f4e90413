//! Form adapter between plain forms and server functions.
//!
//! A form posts to its page's own path. It is decoded here, the server function is called in this process, and the
//! answer is 303 See Other, or the page again with the errors beside the fields and the input kept. (Left alone,
//! Leptos would redirect to the referring page with the error in its URL and the input lost.)

use std::future::Future;

use axum::{
    extract::RawForm,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use serde::de::DeserializeOwned;

use super::{Flash, Page, PageRequest, page_request::see_other};
use crate::error::UiError;

/// Where to go after a change, and what to say there.
pub(crate) struct Redirect {
    to: String,
    say: Option<Flash>,
    cookie: Option<HeaderValue>,
}

impl Redirect {
    /// To that path of this site.
    pub(crate) fn to(path: impl Into<String>) -> Self {
        Self { to: path.into(), say: None, cookie: None }
    }

    /// With a confirmation.
    pub(crate) fn saying(self, flash: Flash) -> Self {
        Self { say: Some(flash), ..self }
    }

    /// With a cookie for the browser.
    pub(crate) fn setting(self, cookie: Option<HeaderValue>) -> Self {
        Self { cookie, ..self }
    }
}

impl Redirect {
    /// The answer.
    pub(crate) async fn answer(self, page_request: &PageRequest) -> Response {
        if let Some(flash) = self.say {
            flash.keep(&page_request.session).await;
        }
        let mut answer = see_other(&self.to);
        if let Some(cookie) = self.cookie {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        answer
    }
}

/// The form's fields.
pub(crate) fn decoded<I: DeserializeOwned>(body: &RawForm) -> Result<I, UiError> {
    serde_html_form::from_bytes(&body.0)
        .map_err(|error| UiError::Conflict { code: "invalid_form".to_owned(), message: error.to_string() })
}

/// Decodes `body`, calls `act` with it, and answers: with `act`'s 303, or with the page that `again` draws from the
/// input and what is wrong with it.
pub(crate) async fn post<I, Act, Acting, Again, Drawing>(
    page_request: PageRequest,
    body: RawForm,
    act: Act,
    again: Again,
) -> Response
where
    I: DeserializeOwned + Clone,
    Act: FnOnce(I) -> Acting,
    Acting: Future<Output = Result<Redirect, UiError>> + Send,
    Again: FnOnce(I, UiError) -> Drawing,
    Drawing: Future<Output = Result<Page, UiError>> + Send,
{
    let input: I = match decoded(&body) {
        Ok(input) => input,
        Err(error) => return page_request.draw(Err(error)).await,
    };
    let kept = input.clone();
    match in_process(&page_request, || act(input)).await {
        Ok(redirect) => redirect.answer(&page_request).await,
        Err(error) => form_or_error_page(&page_request, error, |error| again(kept, error)).await,
    }
}

/// The page again, if `error` is a matter of the input; else the error page.
pub(crate) async fn form_or_error_page<Again, Drawing>(
    page_request: &PageRequest,
    error: UiError,
    again: Again,
) -> Response
where
    Again: FnOnce(UiError) -> Drawing,
    Drawing: Future<Output = Result<Page, UiError>> + Send,
{
    let Some(status) = refused(&error) else { return page_request.draw(Err(error)).await };
    let wait = match &error {
        UiError::Throttled { retry_after_s } => Some(retry_after_s.to_string()),
        _ => None,
    };
    let page = again(error).await.map(|page| page.status(status));
    let answer = page_request.draw(page).await;
    match wait {
        Some(seconds) => ([(header::RETRY_AFTER, seconds)], answer).into_response(),
        None => answer,
    }
}

/// The status under which the page comes again; `None`: this is no matter of the input.
fn refused(error: &UiError) -> Option<StatusCode> {
    match error {
        UiError::Invalid { .. } | UiError::Unauthenticated { .. } => Some(StatusCode::UNPROCESSABLE_ENTITY),
        UiError::Conflict { .. } => Some(StatusCode::CONFLICT),
        UiError::Throttled { .. } => Some(StatusCode::TOO_MANY_REQUESTS),
        UiError::Denied
        | UiError::NotFound { .. }
        | UiError::Unavailable
        | UiError::Internal
        | UiError::Transport { .. } => None,
    }
}

/// Runs server functions as they run for an island: with the page request in context.
pub(crate) fn in_process<F: Future>(
    page_request: &PageRequest,
    work: impl FnOnce() -> F,
) -> impl Future<Output = F::Output> {
    Owner::new().with(|| {
        provide_context(page_request.clone());
        ScopedFuture::new(work())
    })
}
