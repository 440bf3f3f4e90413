//! Caller extractor: authenticates by admin token (bearer) or session cookie; never both, never a virtual key (A5).

use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION, request::Parts},
};
use control::Cx;
use domain::Actor;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{ApiState, Problem};

/// How a session becomes an actor; the sessions themselves belong to the web app.
#[async_trait]
pub trait SessionActor: Send + Sync + 'static {
    /// The actor of the request's session; `None` without one, or with one that has ended.
    async fn actor(&self, parts: &Parts) -> control::Result<Option<Actor>>;
}

/// What `ADMIN_TOKEN` must hash to. The token itself is not kept.
#[derive(Clone)]
pub(crate) struct AdminToken([u8; 32]);

impl AdminToken {
    /// Remembers the hash of `token`.
    pub(crate) fn of(token: &SecretString) -> Self {
        Self(Sha256::digest(token.expose_secret().as_bytes()).into())
    }

    /// Whether `presented` is the token. Hashes are compared, in constant time, so that time reveals neither how much
    /// of it was right nor how long it is.
    fn is(&self, presented: &str) -> bool {
        let presented: [u8; 32] = Sha256::digest(presented.as_bytes()).into();
        bool::from(self.0.ct_eq(&presented))
    }
}

/// The context of an authenticated request. Handlers take it first, so that an unknown caller learns nothing
/// about what was wrong with the rest.
pub(crate) struct Caller(pub(crate) Cx);

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        // The listener puts the client's address there, after it has judged forwarding headers.
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        let presented = credential(&parts.headers)?;
        let session = state.session_actor.actor(parts).await?;
        let actor = match (presented, session) {
            (Presented::Nothing, Some(actor)) => actor,
            (Presented::Nothing, None) => {
                let detail = "sign in, or send the admin token as Authorization: Bearer";
                return Err(Problem::unauthenticated(detail));
            }
            // A bearer is exempt from the checks against forged requests; it must not open the way for a session.
            (_, Some(_)) => return Err(ambiguous("send a session or a bearer token, not both")),
            (Presented::Bearer(token), None) => match bearer(state, token) {
                Ok(actor) => actor,
                Err(refused) => return Err(slowed(state, address, refused)),
            },
            (Presented::Foreign, None) => {
                let refused = Problem::unauthenticated("only Authorization: Bearer is taken here");
                return Err(slowed(state, address, refused));
            }
        };
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let cx = state.control.cx(actor, address).with_request(text(domain::REQUEST_ID_HEADER), text("user-agent"));
        Ok(Self(cx))
    }
}

/// What the `Authorization` header holds.
enum Presented<'a> {
    Nothing,
    Bearer(&'a str),
    Foreign,
}

fn credential(headers: &HeaderMap) -> Result<Presented<'_>, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(Presented::Nothing) };
    if values.next().is_some() {
        return Err(ambiguous("send one Authorization header"));
    }
    let bearer = value
        .to_str()
        .ok()
        .and_then(|text| text.trim().split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    Ok(bearer.map_or(Presented::Foreign, |(_, token)| Presented::Bearer(token.trim_start())))
}

fn bearer(state: &ApiState, token: &str) -> Result<Actor, Problem> {
    if state.admin_token.as_ref().is_some_and(|known| known.is(token)) {
        return Ok(Actor::AdminToken);
    }
    if state.control.settings().key_format.fits(token) {
        let detail = "this is a virtual key: it opens the gateway; the admin API takes the admin token";
        return Err(Problem::new(StatusCode::FORBIDDEN, "virtual_key_not_accepted", detail));
    }
    Err(Problem::invalid_token("this is not the admin token"))
}

/// `refused`, or 429 for an address that has sent many wrong credentials. The right one is looked at first, and passes
/// whatever others have sent from the same address.
fn slowed(state: &ApiState, address: Option<IpAddr>, refused: Problem) -> Problem {
    let anonymous = state.control.cx(Actor::Anonymous, address);
    control::users::wrong_bearer(&anonymous).map_or_else(Problem::from, |()| refused)
}

fn ambiguous(detail: &'static str) -> Problem {
    Problem::bad_request("ambiguous_credentials", detail)
}
