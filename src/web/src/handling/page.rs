//! Page rendering: a title, a status, a frame, and its content.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{HeaderValue, Request, StatusCode, header};
use leptos::prelude::*;
use parking_lot::Mutex;

use super::{Flash, PageRequest, ui_error};
use crate::{
    error::UiError,
    shell::{Document, SignedIn},
    texts::{self, t},
    ui::{
        error_page::{ErrorPage, NotFound},
        terminal::{Terminal, TerminalLines},
    },
};

/// What stands around a page.
#[derive(Clone)]
pub(crate) enum Frame {
    /// The navigation, with this entry as the current place.
    App(Section),
    /// The navigation as it was read before: nothing is asked of the database any more.
    Ready(Box<SignedIn>),
    /// Nothing: one column, for whoever is not signed in.
    Bare,
}

/// An entry of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Keys,
    Upstreams,
    Models,
    Logs,
    Settings,
    /// A page outside of all of them.
    Elsewhere,
}

type Draw = Box<dyn FnOnce() -> AnyView + Send>;

/// A page, ready to be drawn.
pub(crate) struct Page {
    title: String,
    status: StatusCode,
    frame: Frame,
    draw: Draw,
    terminal: TerminalLines,
}

impl Page {
    /// A page inside the app.
    pub(crate) fn new(
        section: Section,
        title: impl Into<String>,
        draw: impl FnOnce() -> AnyView + Send + 'static,
    ) -> Self {
        let (title, terminal) = (title.into(), TerminalLines::default());
        Self { title, status: StatusCode::OK, frame: Frame::App(section), draw: Box::new(draw), terminal }
    }

    /// A page of one column.
    pub(crate) fn bare(title: impl Into<String>, draw: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        Self { frame: Frame::Bare, ..Self::new(Section::Elsewhere, title, draw) }
    }

    /// With a navigation that was read before.
    pub(crate) fn framed(self, signed_in_user: SignedIn) -> Self {
        Self { frame: Frame::Ready(Box::new(signed_in_user)), ..self }
    }

    /// With the lines for a terminal at its foot.
    pub(crate) fn terminal(self, terminal: TerminalLines) -> Self {
        Self { terminal, ..self }
    }

    /// With another status than 200.
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// What, why, the fix, and the request's id.
    pub(crate) fn error_page(error: &UiError, page_request: &PageRequest) -> Self {
        let status = match error {
            UiError::NotFound { .. } => return Self::not_found(page_request),
            UiError::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            UiError::Conflict { code, .. } if code.starts_with("invalid_") => StatusCode::BAD_REQUEST,
            UiError::Conflict { .. } => StatusCode::CONFLICT,
            UiError::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            UiError::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
            UiError::Denied => StatusCode::FORBIDDEN,
            UiError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            UiError::Internal | UiError::Transport { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let (error, id) = (error.clone(), page_request.request_id.clone());
        let draw = move || view! { <ErrorPage error=error.clone() request_id=id.clone() /> }.into_any();
        // The navigation asks the database for its counts, so a database failure is shown without it.
        let quiet = matches!(error_kind(status), Kind::Ours) || !page_request.is_signed_in();
        let page = if quiet {
            Self::bare(t!("error-went-wrong"), draw)
        } else {
            Self::new(Section::Elsewhere, t!("error-did-not-work"), draw)
        };
        page.status(status)
    }

    /// 404.
    pub(crate) fn not_found(page_request: &PageRequest) -> Self {
        let id = page_request.request_id.clone();
        let draw = move || view! { <NotFound request_id=id.clone() /> }.into_any();
        let title = t!("error-not-found-page");
        let page = if page_request.is_signed_in() {
            Self::new(Section::Elsewhere, title, draw)
        } else {
            Self::bare(title, draw)
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

/// What is drawn once, as the framework takes it: it asks for a function that could be called again, and calls it once.
fn once(draw: impl FnOnce() -> AnyView + Send + 'static) -> impl Fn() -> AnyView + Clone + Send + Sync + 'static {
    let draw = Arc::new(Mutex::new(Some(draw)));
    move || {
        let draw = draw.lock().take();
        draw.map_or_else(
            || {
                tracing::error!("a page was drawn a second time");
                ().into_any()
            },
            |draw| draw(),
        )
    }
}

/// Draws `page` for `page_request`: never stored anywhere on its way.
pub(crate) async fn render(page_request: &PageRequest, page: Page) -> Response {
    let (signed_in_user, flash) = match page.frame {
        Frame::App(section) => match SignedIn::of(page_request, section).await {
            Ok(signed_in_user) => (Some(signed_in_user), Flash::take(&page_request.session).await),
            Err(error) => {
                return Box::pin(render(page_request, Page::error_page(&ui_error(error), page_request))).await;
            }
        },
        Frame::Ready(signed_in_user) => (Some(*signed_in_user), None),
        Frame::Bare => (None, Flash::take(&page_request.session).await),
    };
    let Page { title, status, draw, terminal, .. } = page;
    let (options, theme, uri) = (page_request.state.options.clone(), page_request.theme, page_request.uri.clone());
    // Drawn after the handler has ended, outside of its scope.
    let (reader, path) = (texts::reader(), page_request.path().to_owned());
    let document = move || {
        let body = view! { {draw()} <Terminal lines=terminal /> }.into_any();
        view! { <Document title options theme path signed_in_user flash body /> }.into_any()
    };
    let document = once(document);
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    let for_reader = move || provide_context(reader.clone());
    let mut answer = leptos_axum::render_app_to_stream_in_order_with_context(for_reader, document)(request).await;
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
