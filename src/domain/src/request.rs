//! Request log rows: what one request leaves behind (L1), never a prompt, an answer or a key.
//!
//! How a row is encoded where it is kept is said there: the spool has formats of its own, the database has columns.

use serde::{Deserialize, Serialize};

use crate::{CostSource, CredentialId, KeyId, OpenEnum, ProjectId, RequestId, Timestamp, UpstreamId, Usage};

/// The answer's field that names its request, on both planes.
pub const REQUEST_ID_HEADER: &str = "x-keywright-request-id";
/// Why a request did not end well. `None` in a row: it did.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    strum::Display,
    strum::AsRefStr,
)]
#[strum(serialize_all = "snake_case")]
#[allow(missing_docs)] // each is the code of the answer or says itself
pub enum ErrorClass {
    KeyDisabled,
    KeyExpired,
    KeyRevoked,
    ModelNotAllowed,
    UpstreamNotAllowed,
    IpNotAllowed,
    RateLimitExceeded,
    /// The request itself was refused: framing, JSON, size.
    BadRequest,
    NoUpstream,
    CredentialUnreadable,
    UpstreamUnavailable,
    UpstreamForbidden,
    UpstreamTimeout,
    UpstreamAuthFailed,
    UpstreamRedirected,
    UpstreamInvalidResponse,
    /// The upstream broke off in mid-answer.
    UpstreamReset,
    /// The upstream answered 4xx or 5xx, passed on as it came.
    UpstreamError,
    /// The client went away.
    ClientGone,
    /// The key was revoked while the answer streamed.
    RevokedMidStream,
    /// The process ended before the answer did.
    Interrupted,
    StoreUnavailable,
    Internal,
    UpstreamDamaged,
    ScopeNotAllowed,
    PermissionNotAllowed,
    /// Every deployment of the route rests, or the upstream has as many open requests as it may have.
    UpstreamOverloaded,
    /// The upstream's stream ended properly, but without the event that ends an answer.
    UpstreamTruncated,
    /// The upstream said in the middle of a good answer that it failed.
    UpstreamStreamError,
    /// The key's time was over while the answer streamed.
    ExpiredMidStream,
    /// The request came back to the installation that had sent it on.
    LoopDetected,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The text in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The class of that text; `None` for one that a newer version wrote.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// One try on an upstream, as the detail of a row keeps it. Times are milliseconds since the request arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptLog {
    /// Its number, from 1.
    pub n: u32,
    /// The upstream's name then.
    pub upstream: String,
    /// The model that it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The credential that was sent along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<CredentialId>,
    /// What it answered, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it was no good, as [`ErrorClass`] has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_class: Option<String>,
    /// When it began.
    pub started_ms: i64,
    /// When its answer began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<i64>,
    /// When it was over; `None`: with the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<i64>,
}

/// One row of the request log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLog {
    /// Its id.
    pub id: RequestId,
    /// When the head was read.
    pub started_at: Timestamp,
    /// The key.
    pub key_id: KeyId,
    /// Which of its secrets.
    pub key_version: i64,
    /// Its name then; rows outlive keys.
    pub key_name: String,
    /// Its visible prefix then (K4).
    pub key_prefix: String,
    /// Its project.
    pub project_id: ProjectId,
    /// The HTTP method.
    pub method: String,
    /// The path without its query string, cut at 256 characters.
    pub endpoint: String,
    /// Whether the client asked for a stream.
    pub streamed: bool,
    /// The model asked for, cut at 256 characters.
    pub model: Option<String>,
    /// The model that the upstream says it used.
    pub model_served: Option<String>,
    /// The upstream; `None` where none was reached, or the built-in one without a row.
    pub upstream_id: Option<UpstreamId>,
    /// Its name then.
    pub upstream: Option<String>,
    /// The status the client saw; 499 where it went away before one.
    pub status: u16,
    /// The status the upstream sent, where it differs or was hidden.
    pub upstream_status: Option<u16>,
    /// Tokens.
    pub usage: Usage,
    /// The vendor's own usage object, up to 4 KiB.
    pub usage_raw: Option<String>,
    /// The tier that served, as the upstream says it.
    pub service_tier: Option<String>,
    /// Nano-dollars; `None` until there is a price.
    pub price_nano: Option<i64>,
    /// Where the price comes from.
    pub cost_source: Option<OpenEnum<CostSource>>,
    /// The session that the client named.
    pub session_id: Option<String>,
    /// Head read to answer ended, microseconds.
    pub latency_us: i64,
    /// Head read to first byte of the answer, microseconds.
    pub first_byte_us: Option<i64>,
    /// Tries on upstreams.
    pub attempts: i32,
    /// The client's address.
    pub client_address: String,
    /// Its `user-agent`, cut at 256 characters.
    pub user_agent: Option<String>,
    /// Why it did not end well.
    pub error_class: Option<OpenEnum<ErrorClass>>,
    /// Version of the key's policy that it was judged by; `None` in rows of versions that had none.
    pub policy_version: Option<i64>,
    /// How many requests the row stands for: 1, but for refusals that are written together.
    pub count: u32,
    /// Each try on an upstream, as a JSON list of [`AttemptLog`]; `None` where the row's own columns say it all.
    pub attempts_detail: Option<String>,
    /// The id of a background answer: without usage, it was taken on; with usage, this row tells its end. Counted once.
    pub background: Option<String>,
}

impl RequestLog {
    /// Why it did not end well, where this version knows the class.
    pub fn class(&self) -> Option<ErrorClass> {
        self.error_class.as_ref().and_then(OpenEnum::known).copied()
    }

    /// The row, its texts borrowed.
    pub fn borrowed(&self) -> RequestLogRef<'_> {
        RequestLogRef {
            id: self.id.as_str(),
            started_at: self.started_at,
            key_id: self.key_id.as_str(),
            key_version: self.key_version,
            key_name: &self.key_name,
            key_prefix: &self.key_prefix,
            project_id: self.project_id.as_str(),
            method: &self.method,
            endpoint: &self.endpoint,
            streamed: self.streamed,
            model: self.model.as_deref(),
            model_served: self.model_served.as_deref(),
            upstream_id: self.upstream_id.as_ref().map(UpstreamId::as_str),
            upstream: self.upstream.as_deref(),
            status: self.status,
            upstream_status: self.upstream_status,
            usage: self.usage,
            usage_raw: self.usage_raw.as_deref(),
            service_tier: self.service_tier.as_deref(),
            price_nano: self.price_nano,
            cost_source: self.cost_source.as_ref().map(OpenEnum::as_str),
            session_id: self.session_id.as_deref(),
            latency_us: self.latency_us,
            first_byte_us: self.first_byte_us,
            attempts: self.attempts,
            client_address: &self.client_address,
            user_agent: self.user_agent.as_deref(),
            error_class: self.error_class.as_ref().map(OpenEnum::as_str),
            policy_version: self.policy_version,
            count: self.count,
            attempts_detail: self.attempts_detail.as_deref(),
            background: self.background.as_deref(),
        }
    }
}

/// A row as it is read back: whole, or so damaged that only itself cannot be shown.
pub type StoredRequest = Result<RequestLog, DamagedRequest>;

/// A row that holds what cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedRequest {
    /// Its id, as it stands there.
    pub id: String,
    /// When the request arrived, where that can be read.
    pub started_at: Option<Timestamp>,
    /// The column, and what is wrong with it.
    pub what: String,
}

/// A [`RequestLog`] whose texts stand elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // see the fields of `RequestLog`
pub struct RequestLogRef<'a> {
    pub id: &'a str,
    pub started_at: Timestamp,
    pub key_id: &'a str,
    pub key_version: i64,
    pub key_name: &'a str,
    pub key_prefix: &'a str,
    pub project_id: &'a str,
    pub method: &'a str,
    pub endpoint: &'a str,
    pub streamed: bool,
    pub model: Option<&'a str>,
    pub model_served: Option<&'a str>,
    pub upstream_id: Option<&'a str>,
    pub upstream: Option<&'a str>,
    pub status: u16,
    pub upstream_status: Option<u16>,
    pub usage: Usage,
    pub usage_raw: Option<&'a str>,
    pub service_tier: Option<&'a str>,
    pub price_nano: Option<i64>,
    pub cost_source: Option<&'a str>,
    pub session_id: Option<&'a str>,
    pub latency_us: i64,
    pub first_byte_us: Option<i64>,
    pub attempts: i32,
    pub client_address: &'a str,
    pub user_agent: Option<&'a str>,
    pub error_class: Option<&'a str>,
    pub policy_version: Option<i64>,
    pub count: u32,
    pub attempts_detail: Option<&'a str>,
    pub background: Option<&'a str>,
}

impl RequestLogRef<'_> {
    /// The row with texts of its own; `None` where an id is none.
    pub fn to_owned(&self) -> Option<RequestLog> {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Some(RequestLog {
            id: self.id.parse().ok()?,
            started_at: self.started_at,
            key_id: self.key_id.parse().ok()?,
            key_version: self.key_version,
            key_name: self.key_name.to_owned(),
            key_prefix: self.key_prefix.to_owned(),
            project_id: self.project_id.parse().ok()?,
            method: self.method.to_owned(),
            endpoint: self.endpoint.to_owned(),
            streamed: self.streamed,
            model: text(self.model),
            model_served: text(self.model_served),
            upstream_id: self.upstream_id.map(str::parse).transpose().ok()?,
            upstream: text(self.upstream),
            status: self.status,
            upstream_status: self.upstream_status,
            usage: self.usage,
            usage_raw: text(self.usage_raw),
            service_tier: text(self.service_tier),
            price_nano: self.price_nano,
            cost_source: self.cost_source.map(|source| OpenEnum::read(source, |text| text.parse().ok())),
            session_id: text(self.session_id),
            latency_us: self.latency_us,
            first_byte_us: self.first_byte_us,
            attempts: self.attempts,
            client_address: self.client_address.to_owned(),
            user_agent: text(self.user_agent),
            error_class: self.error_class.map(|class| OpenEnum::read(class, ErrorClass::parse)),
            policy_version: self.policy_version,
            count: self.count,
            attempts_detail: text(self.attempts_detail),
            background: text(self.background),
        })
    }
}

impl<'a> From<&'a RequestLog> for RequestLogRef<'a> {
    fn from(row: &'a RequestLog) -> Self {
        row.borrowed()
    }
}

impl<'r> From<&'r RequestLogRef<'_>> for RequestLogRef<'r> {
    fn from(row: &'r RequestLogRef<'_>) -> Self {
        *row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_round_trips() {
        for class in ErrorClass::ALL {
            assert_eq!(ErrorClass::parse(class.as_str()), Some(*class));
        }
        assert_eq!(ErrorClass::parse("from_the_future"), None);
    }
}
