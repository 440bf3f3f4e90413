//! Preferences of the caller: the language and the time zone that they read in.

use contract::{
    FieldErrors, Violation,
    session::{Me, MeUpdate, UpdateMe},
};
use domain::{Act, Actor, Preferences, User};

use super::find;
use crate::{Cx, Error, Perform, Result};

/// Whether there is such a zone (IANA time zone database; names without regard to case).
pub fn is_time_zone(name: &str) -> bool {
    jiff::tz::TimeZone::get(name).is_ok()
}

/// Changes what is given. Only a person reads: for whoever is none there is nothing to change.
pub async fn update_me(cx: &Cx, asked: UpdateMe) -> Result<Me> {
    let Actor::User(user) = cx.actor() else {
        return if asked == UpdateMe::default() { Ok(find::me(cx)) } else { Err(Error::Denied) };
    };
    let mut tx = cx.store().begin().await?;
    let row = tx.find_account(&user.id).await?.ok_or(Error::NotFound("person"))?;
    let (mut tx, mut account) = cx.sound(tx, "account", row).await?;
    // What the row says now: another change may have come since the session was looked at.
    let preferences = merged(&account.preferences, asked)?;
    let seen = |preferences: &Preferences| find::view(&User { preferences: preferences.clone(), ..user.clone() });
    let (before, after) = (seen(&account.preferences), seen(&preferences));
    if before == after {
        return Ok(after);
    }
    account.edit().preferences = preferences;
    tx.update_account(cx.keyring(), account).await?;
    cx.record(&mut tx, Act::UserUpdate(user.id.clone()), Some(&before), Some(&after)).await?;
    tx.commit().await?;
    Ok(after)
}

fn merged(now: &Preferences, asked: UpdateMe) -> std::result::Result<Preferences, FieldErrors> {
    let mut errors = FieldErrors::default();
    let UpdateMe { locale, time_zone } = asked;
    let (locale, time_zone) =
        (locale.unwrap_or_else(|| now.locale.clone()), time_zone.unwrap_or_else(|| now.time_zone.clone()));
    if locale.as_ref().is_some_and(|locale| !Preferences::LOCALES.contains(&locale.as_str())) {
        errors.push("locale", Violation::OneOf { allowed: Preferences::LOCALES.to_vec() });
    }
    if time_zone.as_ref().is_some_and(|zone| !is_time_zone(zone)) {
        errors.push("time_zone", Violation::TimeZone);
    }
    if errors.is_empty() { Ok(Preferences { locale, time_zone }) } else { Err(errors) }
}

impl Perform for MeUpdate {
    async fn perform(cx: &Cx, (): (), input: UpdateMe) -> Result<Me> {
        update_me(cx, input).await
    }
}
