//! Change notices (cache invalidation): what a commit announces in this process and to other nodes.

/// A row of the table `changes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// Id of the thing that changed.
    pub id: String,
}

/// The kinds of change that have subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// A key was created, enabled or edited: read it again.
    Key,
    /// A key lost its access: read it again and end its open streams (R4).
    KeyEnded,
    /// An upstream or its credential was created, edited, made default or deleted.
    Upstream,
    /// A model route was created, edited or deleted.
    Model,
    /// Failed sign-ins of an account count no longer; the id is the account's name in the login throttle.
    SignInUnlocked,
}

impl ChangeKind {
    /// The text in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::KeyEnded => "key_ended",
            Self::Upstream => "upstream",
            Self::Model => "model",
            Self::SignInUnlocked => "sign_in_unlocked",
        }
    }

    /// The kind of that text; `None` for one that a newer version wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Key, Self::KeyEnded, Self::Upstream, Self::Model, Self::SignInUnlocked]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}
