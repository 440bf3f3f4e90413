//! Answer head: what of an upstream's answer passes to the client, and the lists of models that are filtered on the way.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use providers::{Kind, ListedModel};

use super::{
    answer::{Answer, Places, Source},
    attempt::{Draft, Sent},
    settle::RefusedRequest,
};
use crate::{
    directory::Routes, exchange::Exchange, gateway::Gateway, headers, metering::Metering, refusal::Refusal,
    upstream_timeouts::UpstreamTimeouts,
};

/// A list of models of this size is none.
const MODELS_MAX: usize = 8 << 20;

/// Turns the head of an upstream's answer into that of ours.
pub(super) async fn answer(
    g: &Gateway,
    draft: Draft,
    routes: &Routes,
    sent: Sent,
    places: Places,
) -> Result<Answer, Box<RefusedRequest>> {
    let Sent { status, headers: upstream_headers, source, hide_usage, base, timeouts } = sent;
    let streamed = draft.streams && status.is_success();
    let exchange = draft.into_exchange();
    let grammar = exchange.target.operation.grammar;
    if filters_models(&exchange, routes, status) {
        return models(exchange, routes, (status, upstream_headers, source, timeouts), places).await;
    }
    let metering = Metering::new(grammar, &upstream_headers, streamed, hide_usage);
    let rewritten = metering.rewrites(hide_usage);
    // A redirect does not get here.
    let root = if exchange.target.dialect == domain::Dialect::Openai { "/v1" } else { "" };
    let location = upstream_headers.get(header::LOCATION);
    let location = location.and_then(|place| headers::location(place, &base, root));
    let upload = upstream_headers.get("x-goog-upload-url");
    let upload = upload.and_then(|place| headers::location(place, &base, &g.config.public_url));
    let mut headers = headers::for_client(upstream_headers, rewritten);
    if let Some(location) = location {
        headers.insert(header::LOCATION, location);
    }
    if headers.remove("x-goog-upload-url").is_some()
        && let Some(upload) = upload
    {
        headers.insert("x-goog-upload-url", upload);
    }
    Ok(Answer { exchange, status, headers, source, metering, timeouts, places })
}

/// Whether a list of models is not the client's to see as it is.
pub(super) fn filters_models(exchange: &Exchange, routes: &Routes, status: StatusCode) -> bool {
    let restricted = !exchange.known.key.policy.allowed_models.is_empty();
    exchange.target.operation.kind == Kind::Models
        && status == StatusCode::OK
        && (restricted || !routes.models.is_empty())
}

/// The upstream's list of models with our routes in front, without what the key may not use (G13).
pub(super) async fn models(
    exchange: Box<Exchange>,
    routes: &Routes,
    (status, upstream_headers, source, timeouts): (StatusCode, HeaderMap, Source, UpstreamTimeouts),
    places: Places,
) -> Result<Answer, Box<RefusedRequest>> {
    let body = source.whole(MODELS_MAX).await;
    let ours = ours(&exchange, routes);
    let key = &exchange.known.key;
    let may_use = |id: &str| domain::admit::may_use(key, id);
    let filtered =
        body.ok().and_then(|body| providers::filter_model_list(exchange.target.dialect, &body, &ours, may_use));
    let Some(body) = filtered else {
        tracing::warn!(request = %exchange.id, "an upstream's list of models could not be read");
        return Err(exchange.decline(Refusal::UpstreamInvalidResponse, false));
    };
    let mut headers = headers::for_client(upstream_headers, true);
    headers.remove(header::CONTENT_ENCODING);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let source = Source::Frames(vec![Bytes::from(body)].into_iter());
    Ok(Answer { exchange, status, headers, source, metering: Metering::Off, timeouts, places })
}

/// The routes whose names the key may use.
pub(super) fn ours(exchange: &Exchange, routes: &Routes) -> Vec<ListedModel> {
    let key = &exchange.known.key;
    let listed = routes.models.iter().filter(|route| domain::admit::may_use(key, &route.name));
    listed.map(|route| ListedModel { name: route.name.clone(), created_at: route.created_at }).collect()
}

impl Source {
    /// All of a body that is short.
    pub(super) async fn whole(self, most: usize) -> Result<Bytes, ()> {
        match self {
            Self::Frames(frames) => Ok(frames.as_slice().concat().into()),
            Self::Upstream(body) => {
                Limited::new(body, most).collect().await.map(http_body_util::Collected::to_bytes).map_err(|_| ())
            }
            Self::Begun(first, body) => {
                let rest = Limited::new(body, most).collect().await.map_err(|_| ())?.to_bytes();
                Ok(first.map_or(rest.clone(), |first| [first, rest].concat().into()))
            }
            #[cfg(test)]
            Self::Script(_) => Err(()),
        }
    }
}
