//! Setup page: claiming a fresh installation with the token that `keywright serve` printed.

use axum::{Extension, extract::RawForm, response::Response};
use contract::session::Setup;
use control::users;
use leptos::prelude::*;
use serde::Deserialize;

use super::login::begun;
use crate::{
    error::UiError,
    handling::{Page, PageRequest, post, ui_error},
    texts::t,
    ui::{
        field::TextField,
        form::{Faults, Form},
        icon::Mark,
    },
};

/// The form as a browser sends it. No `Debug`: it holds a token and a password.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct SetupForm {
    token: String,
    email: String,
    password: String,
}

/// The form, as long as there is no user; afterwards this page does not exist.
pub(crate) async fn setup_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let page = match users::is_claimed(&page_request.cx).await.map_err(ui_error) {
        Ok(false) => Ok(draw(&page_request, SetupForm::default(), None)),
        Ok(true) => Ok(Page::not_found(&page_request)),
        Err(error) => Err(error),
    };
    page_request.draw(page).await
}

/// Takes the form.
pub(crate) async fn setup(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    let act = {
        let page_request = page_request.clone();
        move |form: SetupForm| async move {
            let asked = Setup { token: form.token, email: form.email, password: form.password };
            let signed_in =
                users::setup(&page_request.cx, asked, page_request.browser.as_deref()).await.map_err(ui_error)?;
            begun(&page_request, &signed_in, "/").await
        }
    };
    let drawing = page_request.clone();
    post(page_request, body, act, move |form, error| async move { Ok(draw(&drawing, form, Some(error))) }).await
}

/// The form with the address that was typed; token and password are never sent back.
fn draw(page_request: &PageRequest, form: SetupForm, error: Option<UiError>) -> Page {
    let (email, faults) = (form.email, Faults::of(error.as_ref()));
    let path = page_request.cx.settings().setup_token_path.display().to_string();
    Page::bare(t!("setup-title"), move || {
        view! {
            <div class="column">
                <Mark size=40 />
                <h1>{t!("setup-heading")}</h1>
                <p class="lead">
                    {t!("setup-token-place")} " " <code class="breaks">{path.clone()}</code>
                </p>
                <Form action="/setup" checked_by_browser=true faults=faults>
                    <TextField
                        name="token"
                        label=t!("setup-token")
                        mono=true
                        placeholder="XXXX-XXXX-XXXX-XXXX"
                        required=true
                        autofocus=true
                    />
                    <TextField
                        name="email"
                        label=t!("setup-email")
                        kind="email"
                        value=email
                        autocomplete="username"
                        required=true
                    />
                    <TextField
                        name="password"
                        label=t!("login-password")
                        kind="password"
                        autocomplete="new-password"
                        hint=t!("setup-password-hint").into_any()
                        required=true
                    />
                    <button class="button button-main button-large button-wide">{t!("setup-submit")}</button>
                </Form>
            </div>
        }
        .into_any()
    })
}
