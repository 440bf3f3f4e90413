//! Operations: what a request is for, read off its method and path alone, before anything is authenticated.

use domain::Scope;

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Which one.
    pub kind: Kind,
    /// The scope that a key needs for it (K10).
    pub scope: Scope,
    /// What its body is.
    pub body: BodyKind,
    /// Whether it is one that has a model, so that a key with restricted models has to name it.
    pub has_model: bool,
    /// How its answer says what it cost; `None`: it says nothing.
    pub grammar: Option<Grammar>,
}

/// Operations that are treated apart; all others are [`Kind::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// OpenAI: a chat completion.
    Chat,
    /// OpenAI: a legacy completion.
    Completions,
    /// OpenAI: a response.
    Responses,
    /// OpenAI: a stored response is read, cancelled or otherwise looked at again: it costs nothing a second time.
    StoredResponse,
    /// OpenAI: embeddings.
    Embeddings,
    /// Anthropic: a message.
    Messages,
    /// Anthropic, Gemini: tokens are counted, which costs nothing.
    CountTokens,
    /// Gemini: content is generated, whole or streamed.
    Generate,
    /// Gemini: embeddings.
    EmbedContent,
    /// The list of models.
    Models,
    /// One model of it.
    Model,
    /// A file is uploaded, which may be the input of a batch.
    Upload,
    /// A batch of messages, each of which names a model.
    MessageBatch,
    /// Everything else: passed on, metered where its answer looks familiar.
    Other,
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// JSON, whatever its content type says.
    Json,
    /// A form (`multipart/form-data`), or JSON in its place.
    Form,
    /// What its content type says.
    Any,
}

/// How an answer says what it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grammar {
    /// Chunks with `choices`, `usage` and a closing `[DONE]`; whole: a top-level `usage`.
    Chat,
    /// Events with a `type`, the last of which holds the whole response.
    Responses,
    /// Anthropic's events and messages.
    Messages,
    /// Gemini's `usageMetadata`.
    Generate,
    /// Any JSON with a top-level `usage`; its streams have no known end.
    Plain,
}

impl Operation {
    /// An operation that is passed on and metered where its answer has a top-level `usage`.
    pub(crate) const fn other(scope: Scope) -> Self {
        Self { kind: Kind::Other, scope, body: BodyKind::Any, has_model: false, grammar: None }
    }

    /// The same with a JSON body.
    pub(crate) const fn json(self) -> Self {
        Self { body: BodyKind::Json, ..self }
    }

    /// The same with a form.
    pub(crate) const fn form(self) -> Self {
        Self { body: BodyKind::Form, ..self }
    }

    /// The same with a model.
    pub(crate) const fn with_model(self) -> Self {
        Self { has_model: true, ..self }
    }

    /// The same with an answer of that grammar.
    pub(crate) const fn metered(self, grammar: Grammar) -> Self {
        Self { grammar: Some(grammar), ..self }
    }

    /// The same as another kind.
    pub(crate) const fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// Whether it asks which models there are.
    pub const fn lists_models(&self) -> bool {
        matches!(self.kind, Kind::Models | Kind::Model)
    }
}

/// A raw path with its escapes read, as an upstream will read them: `/v1/chat/completion%73` is a chat.
pub(crate) fn decoded(path: &str) -> std::borrow::Cow<'_, str> {
    if !path.contains('%') {
        return path.into();
    }
    // A path that is no text names nothing that is known.
    domain::path::percent_decode(path)
        .and_then(|bytes| String::from_utf8(bytes.into_owned()).ok())
        .map_or_else(|| path.into(), Into::into)
}
