//! Generic operation handler: authenticate, read the input, one call into `control`, the view as JSON.

use axum::{
    Json,
    extract::{FromRequestParts as _, RawPathParams, Request, State},
    http::{HeaderValue, StatusCode, header::LOCATION, request::Parts},
    response::{IntoResponse as _, Response},
};
use contract::operation::{API_ROOT, InputKind, Operation, PathIds};
use control::Perform;

use crate::{ApiState, Problem, caller::Caller, extract};

/// Answers a request for `O`.
pub(crate) async fn handle<O: Perform>(State(state): State<ApiState>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    // First of all, so that nothing is read, and nothing is revealed about the rest, before it is known who asks.
    let Caller(cx) = Caller::from_request_parts(&mut parts, &state).await?;
    control::admit(&cx, O::SPEC.access)?;
    let path = ids::<O>(&mut parts, &state).await?;
    let input: O::Input = match O::SPEC.input {
        InputKind::Query => extract::query(&parts)?,
        kind => {
            extract::no_query(&parts)?;
            extract::body(&parts.headers, body, kind == InputKind::Body).await?
        }
    };
    let output = control::perform::<O>(&cx, path, input).await?;
    Ok(answer::<O>(&output))
}

async fn ids<O: Operation>(parts: &mut Parts, state: &ApiState) -> Result<O::Path, Problem> {
    // A path that is no text leads nowhere, like an id that nothing has.
    let params = RawPathParams::from_request_parts(parts, state).await.ok();
    params
        .and_then(|params| O::Path::parse(&params.iter().map(|(_, value)| value).collect::<Vec<_>>()))
        .ok_or_else(|| control::Error::NotFound(O::Path::NOUN).into())
}

fn answer<O: Operation>(output: &O::Output) -> Response {
    let status = StatusCode::from_u16(O::SPEC.status).unwrap_or(StatusCode::OK);
    if status == StatusCode::NO_CONTENT {
        return status.into_response();
    }
    let mut response = (status, Json(output)).into_response();
    let location = O::location(output).and_then(|path| HeaderValue::try_from(format!("{API_ROOT}{path}")).ok());
    if let Some(location) = location {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}
