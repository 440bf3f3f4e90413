//! Sign-in (authentication). The answer is the same for a wrong password and an unknown address, and takes as long.

use contract::session::Login;
use data_encoding::HEXLOWER;
use domain::{Account, Act, Actor, Resource, Target, User, UserId, Verb};
use secrecy::SecretString;

use super::{Try, device, find, password};
use crate::{Cx, Error, Result, audit::SignInRefusal, refusals::Refused};

/// No address or password is longer; it is refused before it costs anything.
const LONGEST: usize = 512;

/// A user who has just authenticated. No `Debug`: it holds what a browser is known by.
#[derive(Clone)]
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// Which password that was: a session keeps it, and [`of_session`] compares it, so that a session that was begun
    /// with a password ends with it, also one that is only just being made.
    pub password: String,
    /// What makes this browser a known one the next time: see [`device`].
    pub device: SecretString,
}

/// Returns the person, who is then to be given a session. `known_as` is the token with which this browser was made a
/// known one before.
pub async fn login(cx: &Cx, form: Login, known_as: Option<&str>) -> Result<SignedIn> {
    let email = form.email.trim().to_lowercase();
    if email.len() > LONGEST || form.password.len() > LONGEST {
        return Err(no_match());
    }
    let account = device::account(cx, &email);
    let device = known_as.and_then(|token| device::known(cx, token, &account));
    let one = Try::sign_in(&account, cx.address(), device.as_deref());
    if let Err(refused) = cx.throttle().take(&one, cx.monotonic_ns()) {
        cx.note_refused_sign_in(SignInRefusal::Throttled, None, &email);
        return Err(refused);
    }

    // What the database or the queue could not judge was no failure of whoever tried.
    let judged = judge(cx, &email, form.password).await.inspect_err(|_| cx.throttle().give_back(&one))?;
    let (user, hash) = match judged {
        Judged::Right(user, hash) => (user, hash),
        Judged::Wrong(user) => return Err(refused(cx, SignInRefusal::WrongPassword, Some(&user), &email)),
        Judged::Unknown => return Err(refused(cx, SignInRefusal::UnknownAccount, None, &email)),
    };
    cx.throttle().give_back(&one);
    let signed_in = cx.with_actor(Actor::User(user.clone()));
    signed_in.allow(Verb::Read, &Target::of(Resource::Overview))?;
    let mut tx = cx.store().begin().await?;
    let Some(row) = tx.find_account(&user.id).await? else { return Err(no_match()) };
    let (mut tx, account_now) = signed_in.sound(tx, "account", row).await?;
    // A password that was replaced while it was being verified is one no longer.
    if account_now.password_hash != hash {
        return Err(refused(cx, SignInRefusal::WrongPassword, Some(&user.id), &email));
    }
    signed_in.record_changes(&mut tx, Act::SessionCreate(user.id.clone()), Vec::new()).await?;
    tx.commit().await?;
    Ok(signed_in_as(cx, user, &hash, &account, device))
}

/// The person of a session that was begun with the password `password` (see [`SignedIn`]); `None` if it is another
/// one by now, or the person is gone.
pub async fn of_session(cx: &Cx, id: &UserId, password: &str) -> Result<Option<User>> {
    let found = find::by_id(cx, id).await?;
    let is_same = |account: &Account| password_version(cx, &account.id, &account.password_hash) == password;
    Ok(found.filter(|(_, account)| is_same(account)).map(|(user, _)| user))
}

/// What a session is begun with, for a user whose stored password hash is `hash`.
pub(super) fn signed_in_as(cx: &Cx, user: User, hash: &str, account: &str, device: Option<String>) -> SignedIn {
    let password = password_version(cx, &user.id, hash);
    SignedIn { user, password, device: device::issue(cx, account, device) }
}

/// Distinguishes one password of a user from the next without revealing anything about it.
fn password_version(cx: &Cx, id: &UserId, hash: &str) -> String {
    HEXLOWER.encode(&device::mac(cx, "password-version-v1", &format!("{id} {hash}"))[..16])
}

enum Judged {
    /// The person and the stored hash of the password that was given.
    Right(User, String),
    Wrong(UserId),
    Unknown,
}

/// Whose address and password these are.
async fn judge(cx: &Cx, email: &str, given: String) -> Result<Judged> {
    let found = find::by_email(cx, email).await?.map(|(user, account)| (user, account.into_inner().password_hash));
    let hash = found.as_ref().map(|(_, hash)| hash.clone());
    let right = password::verify(cx, hash, SecretString::from(given)).await?;
    Ok(match found {
        Some((user, hash)) if right => Judged::Right(user, hash),
        Some((user, _)) => Judged::Wrong(user.id),
        None => Judged::Unknown,
    })
}

/// Counts a refused sign-in for the log and for the audit log.
fn refused(cx: &Cx, cause: SignInRefusal, account: Option<&UserId>, email: &str) -> Error {
    cx.refusals().count(Refused::SignIn, cx.address());
    cx.note_refused_sign_in(cause, account, email);
    no_match()
}

fn no_match() -> Error {
    Error::Unauthenticated("that address and password do not match".to_owned())
}
