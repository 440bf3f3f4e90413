//! Request log rows: what one request leaves behind (L1), never a prompt, an answer or a key.
//!
//! How a row is encoded where it is kept is said there: the spool has formats of its own, the database has columns.

use std::fmt;

use crate::{KeyId, OpenEnum, ProjectId, RequestId, Timestamp, UpstreamId};

/// The answer's field that names its request, on both planes.
pub const REQUEST_ID_HEADER: &str = "x-keywright-request-id";
/// The largest number of tokens that a request can have; an upstream that reports more reports nonsense.
pub const TOKENS_MAX: i64 = 1 << 40;

/// Tokens of one request, as the upstream counted them. `None`: it did not say, or not in a way that can be true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub input_tokens: Option<i64>,
    /// Of them, read from the provider's cache.
    pub cached_tokens: Option<i64>,
    /// Tokens of the answer, reasoning included.
    pub output_tokens: Option<i64>,
    /// Of them, spent on reasoning.
    pub reasoning_tokens: Option<i64>,
    /// The upstream reported a count that cannot be: no whole number, negative, beyond [`TOKENS_MAX`], or a part that is
    /// larger than its whole. That count is left out.
    pub unreadable: bool,
}

impl Usage {
    /// The same without counts that cannot be; says in [`Usage::unreadable`] whether there were any.
    #[must_use]
    pub fn checked(mut self) -> Self {
        let possible = 0..=TOKENS_MAX;
        for count in
            [&mut self.input_tokens, &mut self.cached_tokens, &mut self.output_tokens, &mut self.reasoning_tokens]
        {
            self.unreadable |= count.take_if(|count| !possible.contains(count)).is_some();
        }
        for (part, whole) in
            [(&mut self.cached_tokens, self.input_tokens), (&mut self.reasoning_tokens, self.output_tokens)]
        {
            self.unreadable |= part.take_if(|part| whole.is_some_and(|whole| *part > whole)).is_some();
        }
        self
    }
}

/// Why a request did not end well. `None` in a row: it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 24] = [
        Self::KeyDisabled,
        Self::KeyExpired,
        Self::KeyRevoked,
        Self::ModelNotAllowed,
        Self::UpstreamNotAllowed,
        Self::IpNotAllowed,
        Self::RateLimitExceeded,
        Self::BadRequest,
        Self::NoUpstream,
        Self::CredentialUnreadable,
        Self::UpstreamUnavailable,
        Self::UpstreamForbidden,
        Self::UpstreamTimeout,
        Self::UpstreamAuthFailed,
        Self::UpstreamRedirected,
        Self::UpstreamInvalidResponse,
        Self::UpstreamReset,
        Self::UpstreamError,
        Self::ClientGone,
        Self::RevokedMidStream,
        Self::Interrupted,
        Self::StoreUnavailable,
        Self::Internal,
        Self::UpstreamDamaged,
    ];

    /// The text in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyDisabled => "key_disabled",
            Self::KeyExpired => "key_expired",
            Self::KeyRevoked => "key_revoked",
            Self::ModelNotAllowed => "model_not_allowed",
            Self::UpstreamNotAllowed => "upstream_not_allowed",
            Self::IpNotAllowed => "ip_not_allowed",
            Self::RateLimitExceeded => "rate_limit_exceeded",
            Self::BadRequest => "bad_request",
            Self::NoUpstream => "no_upstream",
            Self::CredentialUnreadable => "credential_unreadable",
            Self::UpstreamUnavailable => "upstream_unavailable",
            Self::UpstreamForbidden => "upstream_forbidden",
            Self::UpstreamTimeout => "upstream_timeout",
            Self::UpstreamAuthFailed => "upstream_auth_failed",
            Self::UpstreamRedirected => "upstream_redirected",
            Self::UpstreamInvalidResponse => "upstream_invalid_response",
            Self::UpstreamReset => "upstream_reset",
            Self::UpstreamError => "upstream_error",
            Self::ClientGone => "client_gone",
            Self::RevokedMidStream => "revoked_mid_stream",
            Self::Interrupted => "interrupted",
            Self::StoreUnavailable => "store_unavailable",
            Self::Internal => "internal",
            Self::UpstreamDamaged => "upstream_damaged",
        }
    }

    /// The class of that text; `None` for one that a newer version wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl AsRef<str> for ErrorClass {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
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
    /// Nano-dollars; `None` until there is a price.
    pub price_nano: Option<i64>,
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
            price_nano: self.price_nano,
            latency_us: self.latency_us,
            first_byte_us: self.first_byte_us,
            attempts: self.attempts,
            client_address: &self.client_address,
            user_agent: self.user_agent.as_deref(),
            error_class: self.error_class.as_ref().map(OpenEnum::as_str),
            policy_version: self.policy_version,
            count: self.count,
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
    pub price_nano: Option<i64>,
    pub latency_us: i64,
    pub first_byte_us: Option<i64>,
    pub attempts: i32,
    pub client_address: &'a str,
    pub user_agent: Option<&'a str>,
    pub error_class: Option<&'a str>,
    pub policy_version: Option<i64>,
    pub count: u32,
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
            price_nano: self.price_nano,
            latency_us: self.latency_us,
            first_byte_us: self.first_byte_us,
            attempts: self.attempts,
            client_address: self.client_address.to_owned(),
            user_agent: text(self.user_agent),
            error_class: self.error_class.map(|class| OpenEnum::read(class, ErrorClass::parse)),
            policy_version: self.policy_version,
            count: self.count,
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
            assert_eq!(ErrorClass::parse(class.as_str()), Some(class));
        }
        assert_eq!(ErrorClass::parse("from_the_future"), None);
    }

    #[test]
    fn token_counts_that_cannot_be_are_left_out_and_marked() {
        let good = Usage {
            input_tokens: Some(TOKENS_MAX),
            cached_tokens: Some(TOKENS_MAX),
            output_tokens: Some(0),
            reasoning_tokens: None,
            unreadable: false,
        };
        assert_eq!(good.checked(), good);
        let bad = Usage { input_tokens: Some(TOKENS_MAX + 1), output_tokens: Some(-1), ..Usage::default() };
        assert_eq!(bad.checked(), Usage { unreadable: true, ..Usage::default() });
        let contradictory = Usage {
            input_tokens: Some(19),
            cached_tokens: Some(20),
            output_tokens: Some(10),
            reasoning_tokens: Some(11),
            unreadable: false,
        };
        let wholes = Usage { input_tokens: Some(19), output_tokens: Some(10), unreadable: true, ..Usage::default() };
        assert_eq!(contradictory.checked(), wholes);
        assert_eq!(wholes.checked(), wholes, "what was found once stays found");
    }
}
