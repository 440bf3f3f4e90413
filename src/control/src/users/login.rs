//! Signing in. The answer is the same for a wrong password and an unknown address, and takes as long.

use contract::session::Login;
use domain::{Action, Actor, User};
use secrecy::SecretString;

use super::{Try, password};
use crate::{Cx, Error, Result};

/// Nothing longer is anybody's address or password; it is refused before it costs anything.
const LONGEST: usize = 512;

/// Returns the person, whom the door then gives a session.
pub async fn login(cx: &Cx, form: Login) -> Result<User> {
    let email = form.email.trim().to_lowercase();
    if email.len() > LONGEST || form.password.len() > LONGEST {
        return Err(no_match());
    }
    let one = Try::sign_in(&email, cx.address());
    cx.throttle().take(&one, cx.monotonic_ns())?;

    let found = cx.store().find_user_by_email(&email).await?;
    let hash = found.as_ref().map(|(_, hash)| hash.clone());
    let right = password::verify(cx, hash, SecretString::from(form.password)).await?;
    match found {
        Some((user, _)) if right => {
            cx.throttle().give_back(&one);
            let signed_in = cx.with_actor(Actor::User(user.clone()));
            signed_in.allow(Action::ReadOverview)?;
            let mut tx = cx.store().begin().await?;
            signed_in.record(&mut tx, "session.create", user.id.as_str(), None::<&()>, None::<&()>).await?;
            tx.commit().await?;
            Ok(user)
        }
        _ => {
            tracing::warn!(address = ?cx.address(), "a sign-in was refused");
            Err(no_match())
        }
    }
}

fn no_match() -> Error {
    Error::Unauthenticated("that address and password do not match".to_owned())
}
