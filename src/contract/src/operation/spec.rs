//! Operation metadata: what a declaration says about an operation, as data.

use domain::permission_table::{Resource, Verb};

use super::flag::Flag;

/// Everything about an operation that is no type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Unique: `keys_create`; `operationId` of the `OpenAPI` document.
    pub id: &'static str,
    /// How it is called.
    pub method: Method,
    /// Where, below [`API_ROOT`], with its ids as `{name}`.
    pub path: &'static str,
    /// The group it is listed under.
    pub tag: &'static str,
    /// One sentence in the imperative.
    pub summary: &'static str,
    /// What it takes beside the ids of its path.
    pub input: InputKind,
    /// The status of a good answer.
    pub status: u16,
    /// What a good answer holds.
    pub answer: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What a second call does.
    pub idempotency: Idempotency,
    /// Whether it may not fit the present state (409).
    pub conflicts: bool,
    /// The words of the command line that do the same, without `keywright`; empty where there are none.
    pub cli: &'static str,
    /// Its flags, where they are not called as the fields of the input are.
    pub flags: &'static [Flag],
    /// The least input that it takes, as JSON; empty where it takes none.
    pub example: &'static str,
    /// Top-level fields of the input that hold secrets: never printed.
    pub secrets: &'static [&'static str],
}

/// Below which every path lies.
pub const API_ROOT: &str = "/api/v1";

/// HTTP methods that operations use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Does.
    Post,
    /// Replaces.
    Put,
    /// Merges (RFC 7396).
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method as HTTP writes it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What an operation takes beside the ids of its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// Nothing; where the method allows a body, `{}` is taken as well.
    Nothing,
    /// Parameters in the query.
    Query,
    /// A JSON body that must be there.
    Body,
    /// A JSON body that may be left out: then everything in it has its default.
    OptionalBody,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Every caller, without a credential.
    Public,
    /// Every caller who has signed in or holds a token.
    SignedIn,
    /// Whoever may do this to things of this kind, as `domain::PERMISSIONS` says; the thing itself is judged again
    /// once it is known.
    Needs(Resource, Verb),
}

/// What a second call with the same input does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// It changes nothing, like the first.
    Safe,
    /// It leaves the state that the first one left.
    Natural,
    /// It does the thing again, unless the caller names the call by a key.
    ByKey,
}
