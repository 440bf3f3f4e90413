//! Problem details (RFC 9457), and the one place where a `control::Error` becomes a status.

use std::{borrow::Cow, error::Error, sync::Arc};

use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use contract::{FieldError, FieldErrors};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of every answer that is a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not done. It travels in the response's extensions until the outermost layer, which knows the
/// request's id, writes it out.
#[derive(Clone, Debug)]
pub struct Problem(Box<ProblemParts>);

#[derive(Clone, Debug)]
struct ProblemParts {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: String,
    errors: Vec<FieldError>,
    header: Option<(HeaderName, HeaderValue)>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What went wrong, as RFC 9457 has it.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// `urn:keywright:problem:` and the code.
    #[schema(example = "urn:keywright:problem:not_found")]
    r#type: String,
    /// The same for every problem of this status.
    #[schema(example = "Not found")]
    title: &'a str,
    /// The status of the answer.
    #[schema(example = 404)]
    status: u16,
    /// A sentence for people that names the fix.
    #[schema(example = "there is no such key")]
    detail: &'a str,
    /// Stable, for programs.
    #[schema(example = "not_found")]
    code: &'a str,
    /// What is wrong field by field; empty where no field is to blame.
    errors: &'a [FieldError],
    /// Equals the answer's `x-keywright-request-id`.
    #[schema(required, example = "req_01kaj1p2y9f3v8s7m5n4k6t2qd")]
    request_id: Option<&'a str>,
}

impl Problem {
    /// A problem with this status, code and public sentence.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        let (code, detail) = (code.into(), detail.into());
        Self(Box::new(ProblemParts { status, code, detail, errors: Vec::new(), header: None, source: None }))
    }

    /// 400: this cannot be read.
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401 with the challenge that RFC 6750 asks for: no credential was presented.
    pub(crate) fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::challenge(r#"Bearer realm="keywright""#, detail)
    }

    /// 401: a credential was there, but not a good one.
    pub(crate) fn invalid_token(detail: impl Into<String>) -> Self {
        Self::challenge(r#"Bearer realm="keywright", error="invalid_token""#, detail)
    }

    fn challenge(challenge: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }

    /// 404: nothing there.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 405; the router adds `Allow`.
    pub(crate) fn method_not_allowed() -> Self {
        let detail = "this path answers other methods; the Allow header lists them";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    }

    /// 422: readable, but fields are wrong.
    pub(crate) fn invalid(errors: FieldErrors) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", errors.to_string());
        problem.0.errors = errors.0;
        problem
    }

    fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }

    fn with_source(mut self, source: Box<dyn Error + Send + Sync>) -> Self {
        self.0.source = Some(Arc::from(source));
        self
    }

    /// Writes the cause down, once, under the id that the caller sees. Only failures on our side have one.
    pub(crate) fn log(&self, request_id: Option<&str>) {
        if let Some(source) = &self.0.source {
            let error: &dyn Error = &**source;
            tracing::error!(request_id, status = self.0.status.as_u16(), code = %self.0.code, error, "request failed");
        }
    }

    /// The body, for middleware that answers before a router does.
    pub fn body(&self, request_id: Option<&str>) -> Vec<u8> {
        let ProblemParts { status, code, detail, errors, .. } = &*self.0;
        let body = ProblemBody {
            r#type: format!("urn:keywright:problem:{code}"),
            title: title(*status),
            status: status.as_u16(),
            detail,
            code,
            errors,
            request_id,
        };
        // Text and numbers alone: this cannot fail, and without a body the status still says what matters.
        serde_json::to_vec(&body).unwrap_or_default()
    }

    /// Puts the body into `response`, which keeps its other headers.
    pub(crate) fn write(&self, response: &mut Response, request_id: Option<&str>) {
        *response.body_mut() = Body::from(self.body(request_id));
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        if let Some((name, value)) = &self.0.header {
            response.headers_mut().insert(name, value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<control::Error> for Problem {
    fn from(error: control::Error) -> Self {
        use control::Error as E;
        let (code, detail) = (error.code(), error.to_string());
        let with = |status: StatusCode| Self::new(status, code, detail.as_str());
        match error {
            E::Denied => with(StatusCode::FORBIDDEN),
            E::Unauthenticated(_) => Self::unauthenticated(detail),
            E::NotFound(_) => with(StatusCode::NOT_FOUND),
            E::Invalid(errors) => Self::invalid(errors),
            E::Conflict { .. } => with(StatusCode::CONFLICT),
            E::Damaged { .. } => with(StatusCode::SERVICE_UNAVAILABLE),
            E::Unprocessable { .. } => with(StatusCode::UNPROCESSABLE_ENTITY),
            E::Throttled { retry_after_s } => {
                with(StatusCode::TOO_MANY_REQUESTS).with_header(RETRY_AFTER, HeaderValue::from(retry_after_s))
            }
            E::Unavailable(source) => with(StatusCode::SERVICE_UNAVAILABLE)
                .with_header(RETRY_AFTER, HeaderValue::from(1_u16))
                .with_source(source),
            E::Internal(source) => with(StatusCode::INTERNAL_SERVER_ERROR).with_source(source),
        }
    }
}

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Self {
        Self::invalid(errors)
    }
}

/// RFC 9457 wants a title that does not change from case to case.
fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "The request cannot be read",
        401 => "Not signed in",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Method not allowed",
        409 => "Does not fit the present state",
        413 => "Request too large",
        415 => "Media type not taken",
        422 => "Fields are wrong",
        429 => "Too many attempts",
        503 => "Out of order for the moment",
        414 | 417 | 421 => "The request is refused",
        _ => "Something went wrong on our side",
    }
}
