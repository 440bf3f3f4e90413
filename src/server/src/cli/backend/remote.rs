//! Remote backend: an HTTP client of the admin API.

use std::time::Duration;

use contract::{
    FieldError,
    operation::{CallRequest, Operation},
};
use reqwest::{Client, Method, RequestBuilder, Response, Url, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{CliError, Result};
use crate::{cli::error::Kind, config::ClientConfig};

/// How long a server may take to be there.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take: testing an upstream waits for a provider.
const TOTAL: Duration = Duration::from_mins(1);
/// The largest answer that is read, in bytes; a page of 500 rows has less than one.
const ANSWER_MAX: usize = 16 * 1024 * 1024;

/// A running server and the token to call it with.
pub struct Remote {
    client: Client,
    base: Url,
    token: Option<SecretString>,
}

/// As much of a problem as is printed. Other fields may come.
#[derive(Deserialize)]
struct Problem {
    detail: String,
    code: String,
    #[serde(default)]
    errors: Vec<FieldError>,
}

impl Remote {
    /// Prepares to call the server; nothing is sent yet.
    pub fn new(config: ClientConfig) -> Result<Self> {
        let wrong = || CliError::usage("KEYWRIGHT_URL: use where the admin app is, such as http://127.0.0.1:8081");
        let base = Url::parse(&config.url).map_err(|_| wrong())?;
        let has_extras = !base.username().is_empty() || base.password().is_some() || base.query().is_some();
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() || has_extras {
            return Err(wrong());
        }
        let visible = |token: &SecretString| token.expose_secret().bytes().all(|b| b.is_ascii_graphic());
        if !config.token.as_ref().is_none_or(visible) {
            return Err(CliError::usage("KEYWRIGHT_TOKEN: a token is one line of visible ASCII characters"));
        }
        // A second installation finds the first one: then that one holds.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("keywright/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            // The token must not follow a redirect.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| CliError::failure(format!("no connection can be made: {error}")))?;
        Ok(Self { client, base, token: config.token })
    }

    /// Calls `O` and reads its answer.
    pub(super) async fn call<O: Operation>(&self, path: &O::Path, input: &O::Input) -> Result<O::Output> {
        let call = CallRequest::of::<O>(path, input).map_err(|error| CliError::failure(error.to_string()))?;
        let method = match call.method {
            contract::operation::Method::Get => Method::GET,
            contract::operation::Method::Post => Method::POST,
            contract::operation::Method::Put => Method::PUT,
            contract::operation::Method::Patch => Method::PATCH,
            contract::operation::Method::Delete => Method::DELETE,
        };
        let mut request = self.client.request(method, self.url(&call.target)?);
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let body = self.send(request).await?;
        // An answer without content is the unit, which JSON writes as null.
        let text: &[u8] = if O::SPEC.status == 204 { b"null" } else { &body };
        serde_json::from_slice(text).map_err(|_| self.not_keywright())
    }

    fn url(&self, target: &str) -> Result<Url> {
        let base = self.base.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}{target}")).map_err(|error| CliError::failure(error.to_string()))
    }

    /// The body of a good answer.
    async fn send(&self, mut request: RequestBuilder) -> Result<Vec<u8>> {
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let mut response = request.send().await.map_err(|error| self.unreachable(error))?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(self.not_keywright());
            }
            body.extend_from_slice(&chunk);
        }
        if response.status().is_success() { Ok(body) } else { Err(self.refused(&response, &body)) }
    }

    fn refused(&self, response: &Response, body: &[u8]) -> CliError {
        let Ok(problem) = serde_json::from_slice::<Problem>(body) else {
            return match response.status().as_u16() {
                status @ (502..=504) => CliError::new(
                    Kind::Unreachable,
                    format!("{} answers {status}: the server behind it is down", self.base),
                ),
                _ => self.not_keywright(),
            };
        };
        let kind = match response.status().as_u16() {
            401 => {
                let hint = match self.token {
                    None => "set KEYWRIGHT_TOKEN or KEYWRIGHT_TOKEN_FILE to the server's ADMIN_TOKEN",
                    Some(_) => "the server does not take this token; is it the server's ADMIN_TOKEN?",
                };
                let message = format!("{hint} (or use --local on the server's own machine)");
                return CliError::new(Kind::Unauthenticated, message);
            }
            422 if !problem.errors.is_empty() => return CliError::fields(&problem.errors),
            422 => Kind::Usage,
            403 => Kind::Forbidden,
            404 => Kind::NotFound,
            409 | 412 => Kind::Conflict,
            429 => Kind::RateLimited,
            502..=504 => Kind::Unreachable,
            _ => Kind::Failure,
        };
        let message = match response.headers().get(domain::REQUEST_ID_HEADER).and_then(|id| id.to_str().ok()) {
            Some(id) if kind == Kind::Failure => format!("{} ({}, {id})", problem.detail, problem.code),
            _ => problem.detail,
        };
        CliError::new(kind, message)
    }

    fn unreachable(&self, error: reqwest::Error) -> CliError {
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let cause = if error.is_timeout() { "it takes too long".to_owned() } else { cause.to_string() };
        let message = format!(
            "nothing usable answers at {}: {cause}\nIs `keywright serve` running there? KEYWRIGHT_URL says where; --local works without it, on the server's own machine.",
            self.base
        );
        CliError::new(Kind::Unreachable, message)
    }

    fn not_keywright(&self) -> CliError {
        CliError::failure(format!("{} does not answer like Keywright; see KEYWRIGHT_URL", self.base))
    }
}
