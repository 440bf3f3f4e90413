//! Finding people.

use contract::{
    Nothing,
    session::{Me, MeShow},
};
use domain::{Actor, User, UserId};

use crate::{Cx, Perform, Result};

/// The person with this id: how a session becomes an actor.
pub async fn find(cx: &Cx, id: &UserId) -> Result<Option<User>> {
    Ok(cx.store().find_user(id).await?)
}

/// Who the actor is.
pub fn me(cx: &Cx) -> Me {
    match cx.actor() {
        Actor::User(user) => {
            Me { id: Some(user.id.to_string()), email: user.email.clone(), role: user.role.as_str().to_owned() }
        }
        other => Me { id: None, email: other.audit_name(), role: "owner".to_owned() },
    }
}

impl Perform for MeShow {
    async fn perform(cx: &Cx, (): (), _: Nothing) -> Result<Me> {
        Ok(me(cx))
    }
}
