//! Stage `dispatch`: OPEN recorded, then the request is sent: to one upstream, along a route, or to the built-in one.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use providers::{Kind, openai};

use super::{
    answer::{Answer, Places, Source},
    answered::{answer, filters_models, models, ours},
    attempt::{Draft, Failure},
    parse::{ParsedRequest, Payload, body_refusal},
    plan::{Plan, Way},
    route,
    settle::RefusedRequest,
};
use crate::{
    gateway::Gateway,
    metering::Metering,
    refusal::Refusal,
    upstream_timeouts::{Patience, UpstreamTimeouts},
};

/// Sends the request on and waits for the head of its answer.
pub(crate) async fn dispatch(g: &Gateway, plan: Plan) -> Result<Answer, Box<RefusedRequest>> {
    let mut plan = plan;
    if plan.ask.operation().kind == Kind::Model
        && let Some(model) = plan.ask.exchange.target.model()
        && !domain::admit::may_use(&plan.ask.exchange.known.key, &model)
    {
        return Err(plan.ask.decline(Refusal::ModelNotFound(model)));
    }
    if plan.ask.exchange.settlement.open().await.is_err() {
        return Err(plan.ask.decline(Refusal::StoreUnavailable));
    }
    match plan.way {
        Way::Echo => Box::pin(echo(g, plan)).await,
        Way::Listed => Ok(listed(g, plan)),
        Way::Upstream(at) => direct(g, plan, at).await,
        Way::Route(at, ref deployments) => {
            let deployments = deployments.clone();
            Box::pin(route::along(g, plan, at, deployments)).await
        }
    }
}

/// To one upstream, once. Whatever it answers passes as it comes.
async fn direct(g: &Gateway, plan: Plan, at: usize) -> Result<Answer, Box<RefusedRequest>> {
    let Plan { ask, routes, .. } = plan;
    let upstream = &routes.upstreams[at];
    let Some(open) = g.balance.open(&upstream.id, upstream.settings.max_open_requests) else {
        return Err(ask.decline(Refusal::UpstreamOverloaded(1)));
    };
    let patience = Patience::new(&g.config).of(&upstream.settings.timeouts);
    let mut draft = Draft::new(g, ask);
    let sent = draft.send(g, &routes, upstream, None, patience, true).await;
    match sent {
        Ok(sent) => {
            let places = Places { visit: None, open: Some(open) };
            answer(g, draft, &routes, sent, places).await
        }
        Err(Failure { refusal, .. }) => Err(draft.decline(refusal)),
    }
}

/// The names of our routes alone, or the one of them that is asked for.
fn listed(g: &Gateway, plan: Plan) -> Answer {
    let Plan { ask, routes, .. } = plan;
    let exchange = ask.exchange;
    let one = exchange.target.operation.kind == Kind::Model;
    let wanted = exchange.target.model().filter(|_| one);
    let mut ours = ours(&exchange, &routes);
    ours.retain(|model| wanted.as_ref().is_none_or(|wanted| *wanted == model.name));
    let body = Bytes::from(providers::model_list(exchange.target.dialect, &ours, one));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Answer {
        exchange,
        status: StatusCode::OK,
        headers,
        source: Source::Frames(vec![body].into_iter()),
        metering: Metering::Off,
        timeouts: UpstreamTimeouts::new(Patience::new(&g.config), None),
        places: Places::default(),
    }
}

/// The built-in upstream, in process.
async fn echo(g: &Gateway, plan: Plan) -> Result<Answer, Box<RefusedRequest>> {
    let Plan { ask, routes, .. } = plan;
    let operation = ask.operation();
    let streamed = ask.streams();
    let ParsedRequest { mut exchange, peek, payload, .. } = ask;
    exchange.settlement.attempt(domain::plan::ECHO_MODEL, None, None);
    let (body, hide_usage) = match payload {
        Payload::Whole(bytes, _) => match openai::splice_usage(operation.kind, &bytes, &peek) {
            Some(spliced) => (Bytes::from(spliced), true),
            None => (bytes, false),
        },
        // Only JSON means anything to it.
        Payload::Stream(body) => match body.whole(&g.body_memory, &exchange.stream_guard).await {
            Ok((bytes, _)) => (bytes, false),
            Err(error) => return Err(exchange.decline(body_refusal(error), true)),
        },
    };
    let target = providers::echo::Target {
        dialect: exchange.target.dialect,
        method: exchange.method.as_str(),
        path: exchange.target.path(),
        query: exchange.target.query(),
    };
    let answer = providers::echo::answer(target, &body, g.clock.now(), (*g.random).bytes());
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let timeouts = UpstreamTimeouts::new(Patience::new(&g.config), None);
    let source = Source::Frames(answer.frames.into_iter());
    if filters_models(&exchange, &routes, status) {
        return models(exchange, &routes, (status, headers, source, timeouts), Places::default()).await;
    }
    let metering = Metering::new(operation.grammar, &headers, streamed && status.is_success(), hide_usage);
    if let Source::Frames(frames) = &source
        && !matches!(metering, Metering::Stream(_))
    {
        let length: usize = frames.as_slice().iter().map(Bytes::len).sum();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    Ok(Answer { exchange, status, headers, source, metering, timeouts, places: Places::default() })
}
