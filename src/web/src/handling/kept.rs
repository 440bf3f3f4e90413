//! Input of a form whose session had ended: kept through the sign-in, so that nothing has to be typed again. Fields with
//! secrets are left out.
//!
//! The browser holds it, in the sign-in page, until the user is signed in: nothing is stored for a client without a
//! session. From then on the session holds it until the form's page is drawn.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
};
use http::header;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tower_sessions::Session;

use super::{Flash, PageRequest};

/// The longest input that is read, in bytes.
const LONGEST: usize = 12 * 1024;

/// And the longest one that is kept, encoded once more: it has to fit into the form of the sign-in (16 KiB).
const LONGEST_AGAIN: usize = 14 * 1024;

/// Pages with something to type, which take it back ([`PageRequest::kept_input`]).
const FORMS: [&str; 3] = ["/keys/new", "/upstreams/new", "/models/new"];

const SESSION_INPUT: &str = "input";

/// Fields that hold secrets, beside those that the operations declare.
const SECRETS: [&str; 3] = ["password", "secret", "token"];

/// The input of a form, and the page it was on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Input {
    path: String,
    form: String,
}

/// What of a posted form is worth keeping; none if nothing is.
pub(crate) async fn input_of(request: Request<Body>) -> Option<String> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    let is_form = is_form && FORMS.contains(&request.uri().path());
    let body = if is_form { to_bytes(request.into_body(), LONGEST).await.ok()? } else { return None };
    without_secrets(std::str::from_utf8(&body).ok()?).filter(|form| encoded_again(form) <= LONGEST_AGAIN)
}

/// How long a form is as the value of a form's field.
fn encoded_again(form: &str) -> usize {
    form.bytes().map(|b| if b.is_ascii_alphanumeric() || b"-._*".contains(&b) { 1 } else { 3 }).sum()
}

fn without_secrets(form: &str) -> Option<String> {
    let fields: Vec<(String, String)> = serde_html_form::from_str(form).ok()?;
    let declared = contract::operations::specs();
    let secret = |name: &str| SECRETS.contains(&name) || declared.iter().any(|spec| spec.secrets.contains(&name));
    // A button is not pressed again by itself.
    let kept: Vec<_> = fields.into_iter().filter(|(name, _)| name != "intent" && !secret(name)).collect();
    if kept.iter().all(|(_, value)| value.is_empty()) { None } else { serde_html_form::to_string(kept).ok() }
}

/// Keeps it for the page at `path`. A session that cannot be written loses it: then it has to be typed again.
pub(crate) async fn keep_input(session: &Session, path: &str, form: String) {
    if form.len() > LONGEST || !FORMS.contains(&path) {
        return;
    }
    let input = Input { path: path.to_owned(), form };
    if let Err(error) = session.insert(SESSION_INPUT, input).await {
        tracing::debug!(%error, "the input of a form could not be kept");
    }
}

impl PageRequest {
    /// The input that was kept for this page, once.
    pub(crate) async fn kept_input<T: DeserializeOwned>(&self) -> Option<T> {
        let input: Input = self.session.get(SESSION_INPUT).await.ok().flatten()?;
        let _ = self.session.remove_value(SESSION_INPUT).await;
        let kept = (input.path == self.uri.path()).then(|| serde_html_form::from_str(&input.form).ok()).flatten();
        if kept.is_some() {
            Flash::InputKept.keep(&self.session).await;
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_buttons_are_not_kept() {
        let form = "intent=save&provider=openai&name=a+b&base_url=&api_key=sk-canary&password=x&token=y";
        assert_eq!(without_secrets(form).as_deref(), Some("provider=openai&name=a+b&base_url="));
        assert_eq!(without_secrets("intent=enable"), None);
        assert_eq!(without_secrets("name=&api_key=sk-canary"), None);
    }

    #[tokio::test]
    async fn only_forms_are_read_and_only_short_ones() {
        let request = |content_type: &str, body: String| {
            Request::builder()
                .uri("/keys/new")
                .header(header::CONTENT_TYPE, content_type)
                .body(Body::from(body))
                .unwrap()
        };
        let form = "application/x-www-form-urlencoded";
        assert_eq!(input_of(request(form, "name=a".to_owned())).await.as_deref(), Some("name=a"));
        assert_eq!(input_of(request("application/json", "name=a".to_owned())).await, None);
        assert_eq!(input_of(request(form, format!("name={}", "a".repeat(LONGEST)))).await, None);
        assert!(input_of(request(form, format!("name={}", "%E5%AF%86".repeat(900)))).await.is_some());
        let elsewhere = Request::builder().uri("/settings/jobs").header(header::CONTENT_TYPE, form);
        assert_eq!(input_of(elsewhere.body(Body::from("job=a")).unwrap()).await, None, "nothing to type there");
    }
}
