//! Stage `dispatch`: secret opened, OPEN recorded, request sent, head of the answer checked.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use dial::{AnswerBody, DialError, Dialer, Outgoing};
use domain::Upstream;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body::Body as _;
use providers::openai;

use super::{
    answer::{Answer, Source},
    parse::{ParsedRequest, Payload, body_refusal},
    plan::{Destination, Plan, RoutedUpstream},
    settle::RefusedRequest,
};
use crate::{
    body_reader::{BodyError, MemoryPermit},
    exchange::Exchange,
    framing::framing_is_plain,
    gateway::Gateway,
    headers,
    metering::Metering,
    refusal::Refusal,
    upstream_timeouts::UpstreamTimeouts,
};

/// What is sent.
struct OutboundRequest {
    body: Outgoing,
    /// Memory of the body, until the answer begins.
    memory_permit: Option<MemoryPermit>,
    /// Why the body broke off, if it did.
    failure: Option<Arc<OnceLock<BodyError>>>,
    /// Part of it is still with the client.
    streams: bool,
    /// Usage was asked for on the client's behalf.
    hide_usage: bool,
}

/// Sends the request on and waits for the head of its answer.
pub(crate) async fn dispatch(g: &Gateway, plan: Plan) -> Result<Answer, Box<RefusedRequest>> {
    let Plan { mut ask, destination } = plan;
    let timeouts = UpstreamTimeouts::new(&g.config);
    if ask.exchange.settlement.open().await.is_err() {
        return Err(ask.decline(Refusal::StoreUnavailable));
    }
    match destination {
        Destination::Echo => Box::pin(echo(g, ask, timeouts)).await,
        Destination::Upstream(routed) => forward(g, ask, &routed, timeouts).await,
    }
}

async fn forward(
    g: &Gateway,
    ask: ParsedRequest,
    routed: &RoutedUpstream,
    mut timeouts: UpstreamTimeouts,
) -> Result<Answer, Box<RefusedRequest>> {
    let ParsedRequest { mut exchange, endpoint, peek, payload } = ask;
    let outbound = outbound(endpoint, &peek, payload);
    let (hide_usage, streams, failure) = (outbound.hide_usage, outbound.streams, outbound.failure.clone());
    let (request, _memory_permit) = match request(g, &mut exchange, routed, outbound) {
        Ok(request) => request,
        Err(refusal) => return Err(exchange.decline(refusal, streams)),
    };
    let sent = send(g, &exchange, routed.upstream(), request, &mut timeouts).await;
    let answer = match sent.and_then(judged) {
        Ok(answer) => answer,
        Err(refusal) => {
            // The client's own fault looks like a failed connection from where the dialer stands.
            let refusal =
                failure.as_ref().and_then(|failure| failure.get()).map_or(refusal, |error| body_refusal(*error));
            let refusal = if exchange.settlement.is_noted() { refusal } else { Refusal::StoreUnavailable };
            return Err(exchange.decline(refusal, streams));
        }
    };
    let (head, body) = answer.into_parts();
    let metering = Metering::new(endpoint, &head.headers, hide_usage);
    let rewritten = hide_usage && matches!(metering, Metering::Stream(_));
    // A redirect does not get here.
    let location = head.headers.get(header::LOCATION);
    let location = location.and_then(|place| headers::location(place, &routed.upstream().base_url));
    let mut headers = headers::for_client(head.headers, rewritten);
    if let Some(location) = location {
        headers.insert(header::LOCATION, location);
    }
    Ok(Answer { exchange, status: head.status, headers, source: Source::Upstream(body), metering, timeouts })
}

/// Splices the request for usage into the body where the client asked for a stream without it.
fn outbound(endpoint: openai::Endpoint, peek: &openai::Peek, payload: Payload) -> OutboundRequest {
    match payload {
        Payload::Whole(bytes, memory_permit) => {
            let spliced = openai::splice_usage(endpoint, &bytes, peek).map(Bytes::from);
            let hide_usage = spliced.is_some();
            let body = Outgoing::whole(spliced.unwrap_or(bytes));
            OutboundRequest { body, memory_permit, failure: None, streams: false, hide_usage }
        }
        Payload::Stream(body) => {
            let failure = Some(body.failure());
            OutboundRequest {
                body: Outgoing::stream(*body),
                memory_permit: None,
                failure,
                streams: true,
                hide_usage: false,
            }
        }
    }
}

fn request(
    g: &Gateway,
    exchange: &mut Exchange,
    routed: &RoutedUpstream,
    outbound: OutboundRequest,
) -> Result<(Request<Outgoing>, Option<MemoryPermit>), Refusal> {
    let upstream = routed.upstream();
    let base = &upstream.base_url;
    // The target was checked with the head; that the dialer sees it otherwise would be our own mistake, and safe.
    let uri =
        Dialer::target(base, exchange.target.tail(), exchange.target.query()).map_err(|_| Refusal::InvalidTarget)?;
    let bearer = routed.routes.bearer(upstream, &g.keyring).map_err(|_| Refusal::CredentialUnreadable)?;
    let mut request = Request::new(outbound.body);
    *request.method_mut() = exchange.method.clone();
    *request.uri_mut() = uri;
    let client = std::mem::take(&mut exchange.headers);
    let framed = client.contains_key(header::CONTENT_LENGTH) || client.contains_key(header::TRANSFER_ENCODING);
    *request.headers_mut() = headers::for_upstream(client, outbound.hide_usage);
    frame(&mut request, framed);
    if let Some(bearer) = bearer {
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
    }
    Ok((request, outbound.memory_permit))
}

/// Says what hyper would keep to itself: of an empty body it says nothing, even where the client did and servers insist
/// on it (411), and a GET whose body has no known length it sends without its body.
fn frame(request: &mut Request<Outgoing>, framed: bool) {
    let (is_empty, length) = (request.body().is_end_stream(), request.body().size_hint().exact());
    let headers = request.headers_mut();
    if is_empty {
        if framed {
            headers.insert(header::CONTENT_LENGTH, header::HeaderValue::from_static("0"));
        }
    } else if length.is_none() {
        headers.insert(header::TRANSFER_ENCODING, header::HeaderValue::from_static("chunked"));
    }
}

async fn send(
    g: &Gateway,
    exchange: &Exchange,
    upstream: &Upstream,
    request: Request<Outgoing>,
    timeouts: &mut UpstreamTimeouts,
) -> Result<Response<AnswerBody>, Refusal> {
    let ended = exchange.stream_guard.ended();
    let sent = tokio::select! {
        biased;
        () = ended.cancelled() => return Err(Refusal::RevokedMidStream),
        sent = g.dialer.send(&upstream.base_url, request) => sent,
        () = timeouts.over() => {
            tracing::warn!(request = %exchange.id, upstream = upstream.name, "an upstream was silent for too long");
            return Err(Refusal::UpstreamTimeout);
        }
    };
    timeouts.restart_idle();
    sent.map_err(|error| {
        tracing::warn!(request = %exchange.id, upstream = upstream.name, %error, "an upstream gave no answer");
        dial_refusal(&error)
    })
}

/// Every status passes as it comes but two: the client cannot mend our secret, and must not follow our upstream.
fn judged(answer: Response<AnswerBody>) -> Result<Response<AnswerBody>, Refusal> {
    // What another transfer coding did to the body the client could not know, and none was asked for.
    if !framing_is_plain(answer.headers(), answer.version()) {
        return Err(Refusal::UpstreamInvalidResponse);
    }
    match answer.status() {
        StatusCode::UNAUTHORIZED => Err(Refusal::UpstreamAuthFailed),
        status if status.is_redirection() && answer.headers().contains_key(header::LOCATION) => {
            Err(Refusal::UpstreamRedirected(status.as_u16()))
        }
        _ => Ok(answer),
    }
}

const fn dial_refusal(error: &DialError) -> Refusal {
    match error {
        DialError::Forbidden { .. } => Refusal::UpstreamForbidden,
        DialError::Resolve { .. } | DialError::Connect { .. } | DialError::Tls { .. } | DialError::Reset(_) => {
            Refusal::UpstreamUnavailable
        }
        DialError::ConnectTimeout => Refusal::UpstreamTimeout,
        DialError::OutOfBase => Refusal::InvalidTarget,
        DialError::RequestBody(_) => Refusal::BodyBroke,
        DialError::InvalidResponse(_) => Refusal::UpstreamInvalidResponse,
    }
}

/// The built-in upstream, in process.
async fn echo(g: &Gateway, ask: ParsedRequest, timeouts: UpstreamTimeouts) -> Result<Answer, Box<RefusedRequest>> {
    let ParsedRequest { exchange, endpoint, peek, payload } = ask;
    let (body, hide_usage) = match payload {
        Payload::Whole(bytes, _) => match openai::splice_usage(endpoint, &bytes, &peek) {
            Some(spliced) => (Bytes::from(spliced), true),
            None => (bytes, false),
        },
        // Only JSON means anything to it.
        Payload::Stream(body) => match body.whole(&g.body_memory).await {
            Ok((bytes, _)) => (bytes, false),
            Err(error) => return Err(exchange.decline(body_refusal(error), true)),
        },
    };
    let (method, path) = (exchange.method.as_str(), exchange.target.path());
    let answer = providers::echo::answer(method, path, &body, g.clock.now(), (*g.random).bytes());
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(answer.content_type));
    let metering = Metering::new(endpoint, &headers, hide_usage);
    if !matches!(metering, Metering::Stream(_)) {
        let length: usize = answer.frames.iter().map(Bytes::len).sum();
        headers.insert(header::CONTENT_LENGTH, header::HeaderValue::from(length));
    }
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(Answer { exchange, status, headers, source: Source::Frames(answer.frames.into_iter()), metering, timeouts })
}
