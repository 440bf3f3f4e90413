//! Signing in. The answer is the same for a wrong password and an unknown address, and takes as long.

use contract::session::Login;
use domain::{Action, Actor, User};
use secrecy::SecretString;

use super::password;
use crate::{Cx, Error, Result};

/// Returns the person, whom the door then gives a session.
pub async fn login(cx: &Cx, form: Login) -> Result<User> {
    let email = form.email.trim().to_lowercase();
    let account = format!("account:{email}");
    let mut names = vec![account.clone()];
    names.extend(cx.address().map(|address| format!("address:{address}")));
    let now_ns = cx.monotonic_ns();
    cx.throttle().check(&names, now_ns)?;

    let found = cx.store().find_user_by_email(&email).await?;
    let hash = found.as_ref().map(|(_, hash)| hash.clone());
    let right = password::verify(cx, hash, SecretString::from(form.password)).await?;
    match found {
        Some((user, _)) if right => {
            cx.throttle().succeeded(&account);
            let signed_in = cx.with_actor(Actor::User(user.clone()));
            signed_in.allow(Action::ReadOverview)?;
            let mut tx = cx.store().begin().await?;
            signed_in.record(&mut tx, "session.create", user.id.as_str(), None::<&()>, None::<&()>).await?;
            tx.commit().await?;
            Ok(user)
        }
        _ => {
            cx.throttle().failed(&names, now_ns);
            Err(Error::Unauthenticated("that address and password do not match".to_owned()))
        }
    }
}
