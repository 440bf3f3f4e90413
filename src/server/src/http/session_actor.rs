//! How REST learns who a session belongs to.

use std::sync::Arc;

use async_trait::async_trait;
use control::Control;
use domain::{Actor, UserId};
use http::request::Parts;
use tower_sessions::Session;

struct OverSessions(Control);

/// Sessions as actors.
pub(crate) fn session_actor(control: &Control) -> Arc<dyn api::SessionActor> {
    Arc::new(OverSessions(control.clone()))
}

#[async_trait]
impl api::SessionActor for OverSessions {
    async fn actor(&self, parts: &Parts) -> Result<Option<Actor>, control::Error> {
        let Some(session) = parts.extensions.get::<Session>() else { return Ok(None) };
        // A session that cannot be read is no session that is not there.
        let id = session
            .get::<UserId>(web::door::SESSION_USER)
            .await
            .map_err(|error| control::Error::Unavailable(Box::new(error)))?;
        let Some(id) = id else { return Ok(None) };
        let found = control::users::find(&self.0.cx(Actor::System, None), &id).await?;
        Ok(found.map(Actor::User))
    }
}
