//! User lookup by id and by e-mail address.

use contract::{
    Nothing,
    session::{Me, MeShow},
};
use domain::{Account, Actor, Member, Preferences, Role, Unverified, User, UserId, Verified};

use crate::{Cx, Error, Perform, Result};

/// The person with this id and their account, if both rows verify.
pub(crate) async fn by_id(cx: &Cx, id: &UserId) -> Result<Option<(User, Verified<Account>)>> {
    let stored = cx.store().find_user(id).await?;
    sound(cx, stored)
}

/// The person with this address and their account, if both rows verify.
pub(crate) async fn by_email(cx: &Cx, email: &str) -> Result<Option<(User, Verified<Account>)>> {
    let stored = cx.store().find_user_by_email(email).await?;
    sound(cx, stored)
}

/// A user whose role is missing has none.
fn sound(
    cx: &Cx,
    stored: Option<(Unverified<Account>, Option<Unverified<Member>>)>,
) -> Result<Option<(User, Verified<Account>)>> {
    let Some((account, Some(member))) = stored else { return Ok(None) };
    let account = cx.keyring().verify(account).map_err(|row| Error::damaged("account_damaged", &row))?;
    let member = cx.keyring().verify(member).map_err(|row| Error::damaged("account_damaged", &row))?;
    Ok(Some((User::of(&account, &member), account)))
}

/// Who the actor is.
pub fn me(cx: &Cx) -> Me {
    match cx.actor() {
        Actor::User(user) => view(user),
        other => Me { id: None, email: other.audit_name(), role: Role::Owner, locale: None, time_zone: None },
    }
}

/// A person as they see themselves.
pub(super) fn view(user: &User) -> Me {
    let Preferences { locale, time_zone } = user.preferences.clone();
    Me { id: Some(user.id.clone()), email: user.email.clone(), role: user.role, locale, time_zone }
}

impl Perform for MeShow {
    async fn perform(cx: &Cx, (): (), _: Nothing) -> Result<Me> {
        Ok(me(cx))
    }
}
