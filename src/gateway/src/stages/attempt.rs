//! One try at an upstream: secret opened, request built and sent, head of the answer judged.

use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use dial::{AnswerBody, DialError, Dialer, Outgoing};
use domain::{BaseUrl, Dialect, Upstream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use providers::{
    Kind,
    openai::{self, Peek},
    replace_model, replace_model_in_path,
};

use super::{
    answer::Source,
    parse::{ModelPlace, ParsedRequest, Payload, body_refusal},
    settle::RefusedRequest,
};
use crate::{
    body_reader::{BodyError, BodyReader, MemoryPermit},
    directory::Routes,
    exchange::Exchange,
    framing::framing_is_plain,
    gateway::Gateway,
    headers,
    incoming::HOP,
    refusal::Refusal,
    upstream_timeouts::{Patience, TimeOver, UpstreamTimeouts},
};

/// An error answer is looked into up to so many bytes, to see whether it is about a field that we added.
const COMPLAINT_MAX: usize = 64 << 10;

/// A request that may be sent several times.
pub(super) struct Draft {
    exchange: Box<Exchange>,
    peek: Peek,
    model: Option<String>,
    model_place: ModelPlace,
    body: DraftBody,
    /// A stream is asked for.
    pub(super) streams: bool,
    /// How long the key is still good for, when the request arrived.
    key_left: Option<std::time::Duration>,
}

enum DraftBody {
    /// With the memory that it holds.
    Whole(Bytes, #[allow(dead_code)] Option<MemoryPermit>),
    /// Still with the client; it can be sent once.
    Stream(Option<Box<BodyReader>>, Arc<OnceLock<BodyError>>),
}

/// The head of an answer.
pub(super) struct Sent {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) source: Source,
    /// Usage was asked for on the client's behalf.
    pub(super) hide_usage: bool,
    /// What the request was sent under.
    pub(super) base: BaseUrl,
    pub(super) timeouts: UpstreamTimeouts,
}

/// A try that came to nothing.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// What the client reads if nothing else is tried.
    pub(super) refusal: Refusal,
    /// What it means for another try.
    pub(super) kind: FailureKind,
}

/// What a failed try means for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// Nothing of the request was sent: another try is free.
    Unsent,
    /// The upstream answered that it will not: another one may.
    Answered,
    /// It was sent and got no status: it may have been processed.
    Unanswered,
    /// The client's doing, or the key's end: no other try.
    Final,
}

impl Failure {
    fn new(refusal: Refusal, kind: FailureKind) -> Self {
        Self { refusal, kind }
    }
}

impl Draft {
    /// What a parsed request sends.
    pub(super) fn new(g: &Gateway, ask: ParsedRequest) -> Self {
        let streams = ask.streams();
        let ParsedRequest { exchange, peek, model, model_place, payload } = ask;
        let body = match payload {
            Payload::Whole(bytes, permit) => DraftBody::Whole(bytes, permit),
            Payload::Stream(body) => {
                let failure = body.failure();
                DraftBody::Stream(Some(body), failure)
            }
        };
        let now = g.clock.now();
        let left = |at: domain::Timestamp| std::time::Duration::from_millis(u64::try_from(at.0 - now.0).unwrap_or(0));
        let key_left = exchange.known.key.expires_at.map(left);
        Self { exchange, peek, model, model_place, body, streams, key_left }
    }

    /// The request's state.
    pub(super) fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// The model asked for.
    pub(super) fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// Whether it can be sent another time.
    pub(super) const fn can_be_sent(&self) -> bool {
        matches!(self.body, DraftBody::Whole(..) | DraftBody::Stream(Some(_), _))
    }

    /// Whether it may be sent again though it may have been processed: it changes nothing.
    pub(super) fn is_safe(&self) -> bool {
        matches!(self.exchange.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }

    /// Gives the body's memory back, and goes on with what is left of the request.
    pub(super) fn into_exchange(self) -> Box<Exchange> {
        self.exchange
    }

    /// A refusal of this request.
    pub(super) fn decline(self, refusal: Refusal) -> Box<RefusedRequest> {
        let (refusal, unread) = match &self.body {
            DraftBody::Whole(..) => (refusal, false),
            // The client's own fault looks like a failed connection from where the dialer stands.
            DraftBody::Stream(_, failure) => (failure.get().map_or(refusal, |error| body_refusal(*error)), true),
        };
        let refusal = if self.exchange.settlement.is_noted() { refusal } else { Refusal::StoreUnavailable };
        self.exchange.decline(refusal, unread)
    }

    /// Sends it to an upstream, under another name of the model if one is given, and waits for the head of the answer. `last`:
    /// it will not be sent again, so nothing of it needs to be kept.
    pub(super) async fn send(
        &mut self,
        g: &Gateway,
        routes: &Routes,
        upstream: &Upstream,
        model: Option<&str>,
        patience: Patience,
        last: bool,
    ) -> Result<Sent, Failure> {
        let known = g.quirks.refuses_stream_options(&upstream.id, model.or(self.model()));
        let first = self.send_once(g, routes, upstream, model, patience, !known, last).await?;
        if !first.hide_usage || !matches!(first.status.as_u16(), 400 | 422) {
            return Ok(first);
        }
        // Some refuse the field by which usage is asked for (C01).
        let Sent { source, .. } = first;
        let (source, complains) = complaint(source).await;
        if !complains || !self.can_be_sent() {
            return Ok(Sent { source, ..first_parts(first.status, first.headers, first.base, first.timeouts) });
        }
        drop(source);
        g.quirks.note_refused_stream_options(&upstream.id, model.or(self.model()));
        self.send_once(g, routes, upstream, model, patience, false, last).await
    }

    #[allow(clippy::too_many_arguments)] // one call, of which each part is decided elsewhere
    async fn send_once(
        &mut self,
        g: &Gateway,
        routes: &Routes,
        upstream: &Upstream,
        model: Option<&str>,
        patience: Patience,
        ask_usage: bool,
        last: bool,
    ) -> Result<Sent, Failure> {
        let way = match routes.way(upstream, self.exchange.target.dialect, &g.keyring) {
            Ok(Some(way)) => way,
            Ok(None) => return Err(Failure::new(Refusal::UpstreamDamaged, FailureKind::Unsent)),
            Err(_) => {
                self.exchange.settlement.attempt(&upstream.name, model, None);
                return Err(Failure::new(Refusal::CredentialUnreadable, FailureKind::Unsent));
            }
        };
        self.exchange.settlement.attempt(&upstream.name, model, way.credential_id);
        let ask_usage = ask_usage && way.provider.quirks.stream_options;
        let (body, hide_usage) = self.outgoing(model, ask_usage)?;
        let identity = hide_usage || self.reads_answer(routes);
        let is_vendor = way.provider.base_url.as_ref() == Some(&upstream.base_url);
        let place = (&way.base, way.credential, is_vendor);
        let request = self.request(g, upstream, model, place, body, identity, last)?;
        let mut timeouts = UpstreamTimeouts::new(patience, self.key_left);
        let dialer = routes.dialer(&upstream.id, &g.dialer);
        let answer = self.wait(dialer, upstream, &way.base, request, &mut timeouts).await?;
        self.exchange.settlement.attempt_answered(answer.status().as_u16());
        let answer = judged(answer)?;
        let (head, body) = answer.into_parts();
        let (status, headers, source) = (head.status, head.headers, Source::Upstream(body));
        Ok(Sent { status, headers, source, hide_usage, base: way.base, timeouts })
    }

    /// Whether the whole answer is read here, so that it must not come compressed.
    fn reads_answer(&self, routes: &Routes) -> bool {
        let restricted = !self.exchange.known.key.policy.allowed_models.is_empty();
        self.exchange.target.operation.kind == Kind::Models && (restricted || !routes.models.is_empty())
    }

    /// The body as it is sent: under the deployment's name of the model, and asking for usage where the client did not.
    fn outgoing(&mut self, model: Option<&str>, ask_usage: bool) -> Result<(Outgoing, bool), Failure> {
        let kind = self.exchange.target.operation.kind;
        match &mut self.body {
            DraftBody::Stream(body, _) => match body.take() {
                Some(body) => Ok((Outgoing::stream(*body), false)),
                None => Err(Failure::new(Refusal::Internal, FailureKind::Final)),
            },
            DraftBody::Whole(bytes, _) => {
                let renamed = match (model, &self.model_place) {
                    (Some(model), ModelPlace::Json(at)) => replace_model(bytes, at, model).map(Bytes::from),
                    (Some(model), ModelPlace::Form(at)) => {
                        let (before, after) = (bytes.get(..at.start), bytes.get(at.end..));
                        before.zip(after).map(|(before, after)| [before, model.as_bytes(), after].concat().into())
                    }
                    _ => None,
                };
                let spliced = match (&renamed, ask_usage) {
                    (_, false) => None,
                    (None, true) => openai::splice_usage(kind, bytes, &self.peek),
                    // Positions are others now; what was read before is read once more.
                    (Some(renamed), true) => {
                        openai::peek(renamed).ok().and_then(|peek| openai::splice_usage(kind, renamed, &peek))
                    }
                };
                let hide_usage = spliced.is_some();
                let body = spliced.map(Bytes::from).or(renamed).unwrap_or_else(|| bytes.clone());
                Ok((Outgoing::whole(body), hide_usage))
            }
        }
    }

    #[allow(clippy::too_many_arguments)] // see `send_once`
    fn request(
        &mut self,
        g: &Gateway,
        upstream: &Upstream,
        model: Option<&str>,
        (base, credential, is_vendor): (&BaseUrl, Option<(HeaderName, HeaderValue)>, bool),
        body: Outgoing,
        identity: bool,
        last: bool,
    ) -> Result<Request<Outgoing>, Failure> {
        let exchange = &mut self.exchange;
        let target = &exchange.target;
        let renamed = match (model, &self.model_place) {
            (Some(model), ModelPlace::Path) => replace_model_in_path(target.dialect, target.path(), model),
            _ => None,
        };
        let path = renamed.as_deref().unwrap_or_else(|| target.path());
        // OpenAI's base has the version; the others' bases are what stands before it.
        let tail = if target.dialect == Dialect::Openai { path.strip_prefix("/v1").unwrap_or_default() } else { path };
        // The target was checked with the head; that the dialer sees it otherwise would be our own mistake, and safe.
        let uri = Dialer::target(base, tail, target.query())
            .map_err(|_| Failure::new(Refusal::InvalidTarget, FailureKind::Final))?;
        let mut request = Request::new(body);
        *request.method_mut() = exchange.method.clone();
        *request.uri_mut() = uri;
        let client = if last { std::mem::take(&mut exchange.headers) } else { exchange.headers.clone() };
        let framed = client.contains_key(header::CONTENT_LENGTH) || client.contains_key(header::TRANSFER_ENCODING);
        let hops: Vec<HeaderValue> = client.get_all(HOP).iter().cloned().collect();
        let fields = request.headers_mut();
        *fields = headers::for_upstream(client, identity);
        headers::add_own(fields, &upstream.settings);
        for hop in hops {
            fields.append(HOP, hop);
        }
        // A vendor's own address leads nowhere back.
        if !is_vendor
            && let Ok(hop) = HeaderValue::from_str(&g.config.hop)
            && !hop.is_empty()
        {
            fields.append(HOP, hop);
        }
        frame(&mut request, framed);
        if let Some((name, value)) = credential {
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }

    // By `&mut`, since a body that still comes in may pass from thread to thread, but not be shared.
    async fn wait(
        &mut self,
        dialer: &Dialer,
        upstream: &Upstream,
        base: &BaseUrl,
        request: Request<Outgoing>,
        timeouts: &mut UpstreamTimeouts,
    ) -> Result<Response<AnswerBody>, Failure> {
        let ended = self.exchange.stream_guard.ended();
        let sent = tokio::select! {
            biased;
            () = ended.cancelled() => return Err(Failure::new(Refusal::RevokedMidStream, FailureKind::Final)),
            sent = dialer.send(base, request) => sent,
            over = timeouts.over() => {
                if over == TimeOver::Key {
                    let expired = Refusal::InvalidApiKey(Some(domain::KeyState::Expired));
                    return Err(Failure::new(expired, FailureKind::Final));
                }
                tracing::warn!(request = %self.exchange.id, upstream = upstream.name, "an upstream was silent for too long");
                return Err(Failure::new(Refusal::UpstreamTimeout, FailureKind::Unanswered));
            }
        };
        timeouts.head_came();
        sent.map_err(|error| {
            tracing::warn!(request = %self.exchange.id, upstream = upstream.name, %error, "an upstream gave no answer");
            dial_failure(&error)
        })
    }
}

fn first_parts(status: StatusCode, headers: HeaderMap, base: BaseUrl, timeouts: UpstreamTimeouts) -> Sent {
    Sent { status, headers, source: Source::Frames(Vec::new().into_iter()), hide_usage: false, base, timeouts }
}

/// Reads the begin of an error answer: whether it complains about the field that asks for usage. What was read goes on.
async fn complaint(source: Source) -> (Source, bool) {
    let Source::Upstream(mut body) = source else { return (source, false) };
    let mut read = BytesMut::new();
    while let Some(Ok(frame)) = body.frame().await {
        if let Ok(data) = frame.into_data() {
            read.extend_from_slice(&data);
        }
        if read.len() > COMPLAINT_MAX {
            break;
        }
    }
    let names = |word: &[u8]| memchr::memmem::find(&read, word).is_some();
    let complains = names(b"stream_options") || names(b"include_usage");
    (Source::Begun(Some(read.freeze()), body), complains)
}

/// Says what hyper would keep to itself: of an empty body it says nothing, even where the client did and servers insist
/// on it (411), and a GET whose body has no known length it sends without its body.
fn frame(request: &mut Request<Outgoing>, framed: bool) {
    let (is_empty, length) = (request.body().is_end_stream(), request.body().size_hint().exact());
    let headers = request.headers_mut();
    if is_empty {
        if framed {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
    } else if length.is_none() {
        headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
}

/// Every status passes as it comes but two: the client cannot mend our secret, and must not follow our upstream.
fn judged(answer: Response<AnswerBody>) -> Result<Response<AnswerBody>, Failure> {
    let answered = |refusal| Err(Failure::new(refusal, FailureKind::Answered));
    // What another transfer coding did to the body the client could not know, and none was asked for.
    if !framing_is_plain(answer.headers(), answer.version()) {
        return answered(Refusal::UpstreamInvalidResponse);
    }
    match answer.status() {
        StatusCode::UNAUTHORIZED => answered(Refusal::UpstreamAuthFailed),
        status if status.is_redirection() && answer.headers().contains_key(header::LOCATION) => {
            answered(Refusal::UpstreamRedirected(status.as_u16()))
        }
        _ => Ok(answer),
    }
}

const fn dial_failure(error: &DialError) -> Failure {
    let (refusal, kind) = match error {
        DialError::Forbidden { .. } => (Refusal::UpstreamForbidden, FailureKind::Unsent),
        DialError::Resolve { .. } | DialError::Connect { .. } | DialError::Tls { .. } => {
            (Refusal::UpstreamUnavailable, FailureKind::Unsent)
        }
        DialError::Reset(_) => (Refusal::UpstreamUnavailable, FailureKind::Unanswered),
        DialError::ConnectTimeout => (Refusal::UpstreamTimeout, FailureKind::Unsent),
        DialError::OutOfBase => (Refusal::InvalidTarget, FailureKind::Final),
        DialError::RequestBody(_) => (Refusal::BodyBroke, FailureKind::Final),
        // It said something, so it has seen the request; what it did with it is not known.
        DialError::InvalidResponse(_) => (Refusal::UpstreamInvalidResponse, FailureKind::Unanswered),
    };
    Failure { refusal, kind }
}
