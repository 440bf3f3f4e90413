//! Sign-in page and its form.

use axum::{Extension, extract::RawForm, response::Response};
use contract::session::Login;
use control::users::{self, SignedIn};
use http::StatusCode;
use leptos::prelude::*;
use serde::Deserialize;

use super::browser;
use crate::{
    error::UiError,
    handling::{Page, PageRequest, Redirect, keep_input, local_path, post, sign_in, ui_error},
    texts::t,
    ui::{
        field::TextField,
        form::{Faults, Form},
        icon::Mark,
    },
};

/// The form as a browser sends it. No `Debug`: it holds a password.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct LoginForm {
    email: String,
    password: String,
    next: String,
    /// What was typed into a form before the session had ended.
    input: String,
}

#[derive(Default, Deserialize)]
struct Query {
    #[serde(default)]
    next: String,
}

/// The form; whoever is signed in already goes on.
pub(crate) async fn login_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let next = page_request.query::<Query>().unwrap_or_default().next;
    if page_request.is_signed_in() {
        return Redirect::to(local_path(&next)).answer(&page_request).await;
    }
    match users::is_claimed(&page_request.cx).await.map_err(ui_error) {
        Ok(true) => page_request.draw(Ok(draw(LoginForm { next, ..LoginForm::default() }, None))).await,
        Ok(false) => Redirect::to("/setup").answer(&page_request).await,
        Err(error) => page_request.draw(Err(error)).await,
    }
}

/// Takes the form.
pub(crate) async fn login(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    let act = {
        let page_request = page_request.clone();
        move |form: LoginForm| async move {
            let asked = Login { email: form.email, password: form.password };
            let signed_in =
                users::login(&page_request.cx, asked, page_request.browser.as_deref()).await.map_err(ui_error)?;
            let to = local_path(&form.next);
            let redirect = begun(&page_request, &signed_in, to).await?;
            if !form.input.is_empty() {
                keep_input(&page_request.session, to, form.input.clone()).await;
            }
            Ok(redirect)
        }
    };
    post(page_request, body, act, |form, error| async move { Ok(draw(form, Some(error))) }).await
}

/// The form in answer to a POST without a session, with what was typed.
pub(crate) async fn login_again(page_request: &PageRequest, input: String) -> Response {
    let form = LoginForm { next: page_request.uri.path().to_owned(), input, ..LoginForm::default() };
    page_request.draw(Ok(draw(form, None).status(StatusCode::UNAUTHORIZED))).await
}

/// Gives a user who has just authenticated a session, makes their browser a known one, and sends them on.
pub(super) async fn begun(page_request: &PageRequest, signed_in: &SignedIn, to: &str) -> Result<Redirect, UiError> {
    sign_in(&page_request.session, signed_in).await.map_err(|error| {
        tracing::warn!(%error, "a session could not be begun");
        UiError::Unavailable
    })?;
    Ok(Redirect::to(to).setting(browser::set_cookie(&signed_in.device, page_request.is_https())))
}

/// The form with the address that was typed; the password is never sent back.
fn draw(form: LoginForm, error: Option<UiError>) -> Page {
    let form = LoginForm { password: String::new(), ..form };
    let faults = Faults::of(error.as_ref());
    Page::bare(t!("login-title"), move || {
        let tried = error.is_some();
        view! {
            <div class="column">
                <Mark size=40 />
                <h1>{t!("login-heading")}</h1>
                {(!form.input.is_empty()).then(|| view! { <p class="lead" role="status">{t!("login-ended")}</p> })}
                <Form action="/login" checked_by_browser=true faults=faults>
                    <input type="hidden" name="next" value=local_path(&form.next).to_owned() />
                    <input type="hidden" name="input" value=form.input />
                    <TextField
                        name="email"
                        label=t!("login-email")
                        kind="email"
                        value=form.email.clone()
                        autocomplete="username"
                        required=true
                        autofocus=!tried
                    />
                    <TextField
                        name="password"
                        label=t!("login-password")
                        kind="password"
                        autocomplete="current-password"
                        required=true
                        autofocus=tried
                    />
                    <button class="button button-main button-large button-wide">{t!("login-title")}</button>
                </Form>
                <p class="field-hint">
                    {t!("login-forgotten")} " " <code>"keywright users reset-password --local"</code>
                </p>
            </div>
        }
        .into_any()
    })
}
