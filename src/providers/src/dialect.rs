//! Dialect trait: what the gateway has to know of a vendor's protocol, bytes in and bytes out.

use domain::Dialect as DialectId;

use crate::{Grammar, Operation};

/// A vendor's protocol.
pub trait Dialect: Send + Sync {
    /// Which one.
    fn id(&self) -> DialectId;

    /// What a request is for. `path` is raw, with its root, without its query string.
    fn classify(&self, method: &str, path: &str) -> Operation;

    /// The model that a raw path names.
    fn model_in_path(&self, path: &str) -> Option<String>;

    /// The status that the vendor uses for what the gateway says with `status` and `code`.
    fn status(&self, status: u16, code: &str) -> u16 {
        let _ = code;
        status
    }

    /// The body of an error answer, as the vendor's SDKs turn it into their own exceptions.
    fn error_body(&self, error: &ErrorText<'_>) -> Vec<u8>;

    /// What ends a stream that broke off, in the form of the operation's own events. It begins by ending whatever event was
    /// left unfinished.
    fn stream_error(&self, grammar: Option<Grammar>, error: &ErrorText<'_>) -> Vec<u8>;

    /// The vendor's header fields for a rate limit.
    fn rate_fields(&self, rate: &Rate) -> Vec<(&'static str, String)>;
}

/// An error in words.
#[derive(Clone, Copy, Debug)]
pub struct ErrorText<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: &'a str,
    /// The sentence.
    pub message: &'a str,
    /// The field of the request that it is about.
    pub param: Option<&'a str>,
    /// The request's id.
    pub request_id: &'a str,
    /// After how many seconds the same request may pass.
    pub retry_after: Option<u64>,
}

/// A rate limit of requests, as an answer's header tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests per window.
    pub limit: u32,
    /// Requests that are left.
    pub remaining: u32,
    /// Until the allowance is whole again, nanoseconds.
    pub reset_ns: u64,
    /// Now, milliseconds since the Unix epoch.
    pub now_ms: i64,
}
