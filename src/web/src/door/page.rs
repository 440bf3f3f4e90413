//! Pages: a title, a status, a frame, and what stands in it.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{HeaderValue, Request, StatusCode, header};
use leptos::prelude::*;

use super::{Flash, Visit, told};
use crate::{
    error::UiError,
    shell::{Document, Signed},
    ui::trouble::{NotFound, Trouble},
};

/// What stands around a page.
#[derive(Clone)]
pub(crate) enum Frame {
    /// The navigation, with this entry as the current place.
    App(Section),
    /// The navigation as it was read before: nothing is asked of the database any more.
    Ready(Box<Signed>),
    /// Nothing: one column, for whoever is not signed in.
    Bare,
}

/// An entry of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Keys,
    Upstreams,
    Logs,
    Settings,
    /// A page outside of all of them.
    Elsewhere,
}

type Draw = Arc<dyn Fn() -> AnyView + Send + Sync>;

/// A page, ready to be drawn.
#[derive(Clone)]
pub(crate) struct Page {
    title: String,
    status: StatusCode,
    frame: Frame,
    draw: Draw,
}

impl Page {
    /// A page inside the app.
    pub(crate) fn new(
        section: Section,
        title: impl Into<String>,
        draw: impl Fn() -> AnyView + Send + Sync + 'static,
    ) -> Self {
        Self { title: title.into(), status: StatusCode::OK, frame: Frame::App(section), draw: Arc::new(draw) }
    }

    /// A page of one column.
    pub(crate) fn bare(title: impl Into<String>, draw: impl Fn() -> AnyView + Send + Sync + 'static) -> Self {
        Self { frame: Frame::Bare, ..Self::new(Section::Elsewhere, title, draw) }
    }

    /// With a navigation that was read before.
    pub(crate) fn framed(self, signed: Signed) -> Self {
        Self { frame: Frame::Ready(Box::new(signed)), ..self }
    }

    /// With another status than 200.
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// What, why, the fix, and the request's id.
    pub(crate) fn trouble(error: &UiError, visit: &Visit) -> Self {
        let status = match error {
            UiError::NotFound { .. } => return Self::not_found(visit),
            UiError::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            UiError::Conflict { code, .. } if code.starts_with("invalid_") => StatusCode::BAD_REQUEST,
            UiError::Conflict { .. } => StatusCode::CONFLICT,
            UiError::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            UiError::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
            UiError::Denied => StatusCode::FORBIDDEN,
            UiError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            UiError::Internal | UiError::Transport { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let (error, id) = (error.clone(), visit.request_id.clone());
        let draw = move || view! { <Trouble error=error.clone() request_id=id.clone() /> }.into_any();
        // The navigation asks the database for its counts, so trouble with the database is told without it.
        let quiet = matches!(error_kind(status), Kind::Ours) || !visit.is_signed_in();
        let page = if quiet {
            Self::bare("Something went wrong", draw)
        } else {
            Self::new(Section::Elsewhere, "That did not work", draw)
        };
        page.status(status)
    }

    /// 404.
    pub(crate) fn not_found(visit: &Visit) -> Self {
        let draw = || view! { <NotFound /> }.into_any();
        let page = if visit.is_signed_in() {
            Self::new(Section::Elsewhere, "Not found", draw)
        } else {
            Self::bare("Not found", draw)
        };
        page.status(StatusCode::NOT_FOUND)
    }
}

enum Kind {
    Theirs,
    Ours,
}

fn error_kind(status: StatusCode) -> Kind {
    if status.is_server_error() { Kind::Ours } else { Kind::Theirs }
}

/// Draws `page` for `visit`: never stored anywhere on its way.
pub(crate) async fn render(visit: &Visit, page: Page) -> Response {
    let (signed, flash) = match page.frame {
        Frame::App(section) => match Signed::of(visit, section).await {
            Ok(signed) => (Some(signed), Flash::take(&visit.session).await),
            Err(error) => return Box::pin(render(visit, Page::trouble(&told(error), visit))).await,
        },
        Frame::Ready(signed) => (Some(*signed), None),
        Frame::Bare => (None, Flash::take(&visit.session).await),
    };
    let Page { title, status, draw, .. } = page;
    let (options, theme, uri) = (visit.state.options.clone(), visit.theme, visit.uri.clone());
    let document = move || {
        let draw = Arc::clone(&draw);
        view! { <Document title=title.clone() options=options.clone() theme signed=signed.clone() flash body=draw() /> }
    };
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    let mut answer = leptos_axum::render_app_to_stream_in_order_with_context(|| {}, document)(request).await;
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
