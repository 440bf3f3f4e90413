//! Page request context and sign-in guard (middleware).

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use control::{Cx, users};
use domain::{Actor, Timestamp};
use http::{Method, StatusCode, Uri, header};
use tower_sessions::Session;

use super::{Page, kept::input_of, render, signed_in, ui_error};
use crate::{WebState, error::UiError, palette, session, texts, theme::Theme};

/// One request to the web app: who makes it, and what its answer needs to know.
#[derive(Clone)]
pub(crate) struct PageRequest {
    /// Actor, place and plane: the first argument of every verb.
    pub(crate) cx: Cx,
    /// What the app was built with.
    pub(crate) state: WebState,
    /// The client's session.
    pub(crate) session: Session,
    /// Light, dark, or as the system has it.
    pub(crate) theme: Theme,
    /// Whether letters are shortcuts.
    pub(crate) letters: bool,
    /// What was asked for.
    pub(crate) uri: Uri,
    /// Our id of this request, for error pages.
    pub(crate) request_id: Option<String>,
    /// The token of a browser that signed in before, unchecked.
    pub(crate) browser: Option<String>,
}

impl PageRequest {
    /// Whether a user is signed in.
    pub(crate) fn is_signed_in(&self) -> bool {
        self.cx.actor().user().is_some()
    }

    /// Whether browsers reach the app over TLS; decides how cookies are named and marked.
    pub(crate) fn is_https(&self) -> bool {
        self.cx.settings().admin_url.starts_with("https://")
    }

    /// The address of the page, as a path of this site: where a form comes back to.
    pub(crate) fn path(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    /// The instant that relative times refer to.
    pub(crate) fn now(&self) -> Timestamp {
        self.cx.now()
    }

    /// The filters in the URL.
    pub(crate) fn query<T: serde::de::DeserializeOwned>(&self) -> Result<T, UiError> {
        serde_html_form::from_str(self.uri.query().unwrap_or_default())
            .map_err(|error| UiError::Conflict { code: "invalid_query".to_owned(), message: error.to_string() })
    }

    /// Draws the page, or the error page.
    pub(crate) async fn draw(&self, page: Result<Page, UiError>) -> Response {
        let page = page.unwrap_or_else(|error| Page::error_page(&error, self));
        render(self, page).await
    }
}

/// Authenticates the session, if there is one. On every route; lets every request pass.
pub(crate) async fn load_page_request(
    State(state): State<WebState>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let headers = request.headers();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let request_id = text(domain::REQUEST_ID_HEADER);
    let anonymous = state.control.cx(Actor::Anonymous, address).with_request(request_id, text("user-agent"));
    let https = anonymous.settings().admin_url.starts_with("https://");
    let mut page_request = PageRequest {
        browser: session::token_of(request.headers(), https),
        cx: anonymous,
        theme: Theme::of(request.headers()),
        letters: palette::keys_are_on(request.headers()),
        uri: request.uri().clone(),
        request_id: request_id.map(str::to_owned),
        session,
        state,
    };
    let mut reader = texts::reader();
    match signed_in(&page_request.session, &page_request.cx).await.map_err(ui_error) {
        Ok(Some(user)) => {
            reader = reader.preferring(&user.preferences);
            page_request.cx = page_request.cx.with_actor(Actor::User(user));
        }
        Ok(None) => {}
        Err(error) => return page_request.draw(Err(error)).await,
    }
    request.extensions_mut().insert(page_request);
    texts::answered_for(reader, next.run(request)).await
}

/// Redirects requests that are not signed in: to setup while there is no administrator, else to sign in.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let Some(page_request) = request.extensions().get::<PageRequest>().cloned() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if page_request.is_signed_in() {
        return next.run(request).await;
    }
    match users::is_claimed(&page_request.cx).await.map_err(ui_error) {
        Ok(false) => see_other("/setup"),
        Ok(true) => {
            if request.method() == Method::GET {
                return see_other(&login_then(page_request.path()));
            }
            // A form: the page it was on is where to go on, with what was typed.
            match input_of(request).await {
                Some(input) => session::login_again(&page_request, input).await,
                None => see_other(&login_then(page_request.uri.path())),
            }
        }
        Err(error) => page_request.draw(Err(error)).await,
    }
}

fn login_then(wanted: &str) -> String {
    #[derive(serde::Serialize)]
    struct Next<'a> {
        next: &'a str,
    }
    match (wanted, serde_html_form::to_string(Next { next: wanted })) {
        ("/", _) | (_, Err(_)) => "/login".to_owned(),
        (_, Ok(query)) => format!("/login?{query}"),
    }
}

/// 303: the browser goes there with GET.
pub(super) fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response()
}

#[cfg(test)]
mod tests {
    use super::login_then;

    #[test]
    fn the_wanted_page_survives_the_sign_in() {
        assert_eq!(login_then("/"), "/login");
        assert_eq!(login_then("/logs?status=4xx&model=a b"), "/login?next=%2Flogs%3Fstatus%3D4xx%26model%3Da+b");
    }
}
