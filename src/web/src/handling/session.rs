//! Sessions: who is signed in, and the flash message of the next page.

use control::{
    Cx,
    users::{self, SignedIn},
};
use domain::{KeyId, User, UserId};
use serde::{Deserialize, Serialize};
use tower_sessions::{Session, session::Error};

use crate::{keys::KeyIntent, texts::t};

/// Under this name a session holds the id of the person who is signed in.
pub const SESSION_USER: &str = "user";
/// And under this one which password they signed in with: another one ends the session.
const SESSION_PASSWORD: &str = "password";

const SESSION_FLASH: &str = "flash";

/// Signs a user in under a new session id, so that an id known before is worth nothing afterwards.
pub async fn sign_in(session: &Session, signed_in: &SignedIn) -> Result<(), Error> {
    session.cycle_id().await?;
    session.insert(SESSION_USER, signed_in.user.id.as_str()).await?;
    session.insert(SESSION_PASSWORD, &signed_in.password).await
}

/// Who the session belongs to: no one once their password is another one than it was begun with.
pub async fn signed_in(session: &Session, cx: &Cx) -> control::Result<Option<User>> {
    // A session that cannot be read is no session that is not there.
    let unreadable = |error: Error| control::Error::Unavailable(Box::new(error));
    let id = session.get::<String>(SESSION_USER).await.map_err(unreadable)?;
    let password = session.get::<String>(SESSION_PASSWORD).await.map_err(unreadable)?;
    match (id.and_then(|id| id.parse::<UserId>().ok()), password) {
        (Some(id), Some(password)) => users::of_session(cx, &id, &password).await,
        _ => Ok(None),
    }
}

/// Ends the session. What follows (a confirmation) goes under a new id: flushing alone would keep the old one.
pub async fn sign_out(session: &Session) -> Result<(), Error> {
    session.clear().await;
    session.cycle_id().await
}

/// A confirmation for the page that follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Flash {
    KeyEnabled(KeyId),
    KeyDisabled(KeyId),
    KeyRevoked,
    UpstreamCreated,
    UpstreamChanged,
    UpstreamDefault,
    UpstreamDeleted,
    ModelSaved,
    ModelDeleted,
    SecretReplaced,
    JobStarted,
    SignedOut,
    InputKept,
}

impl Flash {
    /// The sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::KeyEnabled(_) => t!("flash-key-enabled"),
            Self::KeyDisabled(_) => t!("flash-key-disabled"),
            Self::KeyRevoked => t!("flash-key-revoked"),
            Self::UpstreamCreated => t!("flash-upstream-created"),
            Self::UpstreamChanged => t!("flash-upstream-changed"),
            Self::UpstreamDefault => t!("flash-upstream-default"),
            Self::UpstreamDeleted => t!("flash-upstream-deleted"),
            Self::ModelSaved => t!("flash-model-saved"),
            Self::ModelDeleted => t!("flash-model-deleted"),
            Self::SecretReplaced => t!("flash-secret-replaced"),
            Self::JobStarted => t!("flash-job-started"),
            Self::SignedOut => t!("flash-signed-out"),
            Self::InputKept => t!("flash-input-kept"),
        }
    }

    /// What takes it back: where that is posted, and with which intent.
    pub(crate) fn undo(&self) -> Option<(String, &'static str)> {
        match self {
            Self::KeyEnabled(id) => Some((format!("/keys/{id}"), KeyIntent::Disable.into())),
            Self::KeyDisabled(id) => Some((format!("/keys/{id}"), KeyIntent::Enable.into())),
            Self::KeyRevoked
            | Self::UpstreamCreated
            | Self::UpstreamChanged
            | Self::UpstreamDefault
            | Self::UpstreamDeleted
            | Self::ModelSaved
            | Self::ModelDeleted
            | Self::SecretReplaced
            | Self::JobStarted
            | Self::SignedOut
            | Self::InputKept => None,
        }
    }

    /// Keeps it for the next page. A session that cannot be written loses a confirmation and nothing else.
    pub(crate) async fn keep(self, session: &Session) {
        if let Err(error) = session.insert(SESSION_FLASH, self).await {
            tracing::debug!(%error, "a confirmation could not be kept");
        }
    }

    /// Takes what was kept. Looks first: removing, even of nothing, would write the session at every page.
    pub(crate) async fn take(session: &Session) -> Option<Self> {
        let kept = session.get(SESSION_FLASH).await.ok().flatten()?;
        let _ = session.remove_value(SESSION_FLASH).await;
        Some(kept)
    }
}
