//! Request pipeline: all stages of a request, from its head to the last byte of the answer, on one page.
//!
//! Each stage takes what the one before it returns, so a wrong order does not compile. A no of any stage ends here as
//! an answer in the caller's dialect; the row is written either way: see [`crate::stages::settle`].

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc};

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Request, Response};
use tracing::Instrument as _;

use crate::{
    cors,
    gateway::Gateway,
    headers,
    incoming::IncomingRequest,
    refusal::Refusal,
    signals::{self, Stage},
    stages::{
        admit::admit,
        authenticate::authenticate,
        dispatch::dispatch,
        parse::parse,
        plan::plan,
        relay::relay,
        settle::{RefusedRequest, decline},
    },
};

impl Gateway {
    /// Answers a request, whatever it is. Nothing that goes wrong inside gets out as a panic.
    pub async fn handle<B>(self: &Arc<Self>, request: Request<B>, peer: SocketAddr) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let started_at = self.clock.now();
        let id = self.ids.next(started_at, &*self.random);
        let (head, body) = request.into_parts();
        // Known before anything else, so that every refusal speaks it.
        let dialect = providers::detect(head.uri.path(), |name| head.headers.contains_key(name));
        let origin = cors::allowed(&head.headers, &self.config.cors_origins);
        if cors::is_preflight(&head.method, &head.headers) {
            return match origin {
                Some(origin) => cors::preflight(origin, &head.headers),
                None => Refusal::OriginNotAllowed.answer(&id, dialect, false),
            };
        }
        let incoming = IncomingRequest {
            id: id.clone(),
            started_at,
            started_ns: self.clock.monotonic_ns(),
            dialect,
            address: headers::client_address(peer.ip(), &head.headers, &self.config.trusted_proxies),
            method: head.method,
            uri: head.uri,
            version: head.version,
            headers: head.headers,
            body: Body::new(body),
        };
        // Whatever a panic left half-done belongs to this request alone, and its row was settled while unwinding.
        // At the usual level of the log the span is off and costs nothing; all that is said within it carries the id.
        let span = tracing::debug_span!("request", request = %id);
        let answered = AssertUnwindSafe(answer(self, incoming)).catch_unwind().instrument(span).await;
        let mut answer = answered.unwrap_or_else(|_| {
            tracing::error!(request = %id, "a request made the gateway panic");
            Refusal::Internal.answer(&id, dialect, true)
        });
        if let Some(origin) = origin {
            cors::mark(answer.headers_mut(), origin);
        }
        answer
    }
}

/// Answers a request, one way or the other.
async fn answer(g: &Gateway, incoming: IncomingRequest) -> Response<Body> {
    match run(g, incoming).await {
        Ok(answer) => answer,
        Err(refused) => {
            signals::refused(refused.refusal.code());
            decline(g, refused).await
        }
    }
}

async fn run(g: &Gateway, incoming: IncomingRequest) -> Result<Response<Body>, Box<RefusedRequest>> {
    let mut timer = g.signals.timer(&*g.clock, incoming.started_ns);
    let caller = authenticate(g, incoming).await?;
    timer.end(Stage::Authenticate);
    let caller = admit(g, caller).await?;
    timer.end(Stage::Admit);
    let ask = parse(g, caller).await?;
    timer.end(Stage::Parse);
    let plan = plan(g, ask).await?;
    timer.end(Stage::Plan);
    let answer = dispatch(g, plan).await?;
    timer.end(Stage::Dispatch);
    Ok(relay(answer, g.clock.now()).await)
}
