//! Session authentication for REST: from a session to an actor.

use std::sync::Arc;

use async_trait::async_trait;
use control::Control;
use domain::Actor;
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
        let found = web::handling::signed_in(session, &self.0.cx(Actor::System, None)).await?;
        Ok(found.map(Actor::User))
    }
}
