//! First-run setup: claiming a fresh installation with the one-time token (A1).

use std::{
    fs,
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use contract::{FieldErrors, Violation, session::Setup};
use domain::{Act, Actor, Installation, Preferences, Role, User, UserId, Verified, audit::changed};
use secrecy::{ExposeSecret, SecretString};

use super::{SignedIn, Try, device, login, password};
use crate::{Cx, Error, Result, refusals::Refused};

const TOKEN_DOMAIN: &str = "setup-token";

/// Whether there is an administrator already.
pub async fn is_claimed(cx: &Cx) -> Result<bool> {
    Ok(cx.store().count_users().await? > 0)
}

/// The token to print at start; `None` once claimed. It follows from the keyring, so that it is the same on every node
/// of an installation and after every restart: no start of another process invalidates what an administrator has
/// copied.
pub async fn setup_token(cx: &Cx) -> Result<Option<SecretString>> {
    if is_claimed(cx).await? {
        return Ok(None);
    }
    let mac = device::mac(cx, "setup-token-v1", cx.keyring().installation_id());
    let token = keyring::token::setup_token(&mac);
    let hash = token_hash(cx, token.expose_secret());
    let path = &cx.settings().setup_token_path;
    if !fs::read_to_string(path).is_ok_and(|text| text.trim() == token.expose_secret()) {
        write_token(path, token.expose_secret()).map_err(Error::internal)?;
    }
    let known = installation(cx).await?.into_inner().setup_token_hash;
    if known.is_none_or(|known| !keyring::token::equal(&known, &hash)) {
        let mut tx = cx.store().begin().await?;
        let row = tx.find_installation().await?.ok_or_else(not_seeded)?;
        let (mut tx, mut installation) = cx.sound(tx, "installation", row).await?;
        installation.edit().setup_token_hash = Some(hash.to_vec());
        tx.update_installation(cx.keyring(), installation).await?;
        tx.commit().await?;
    }
    Ok(Some(token))
}

/// Makes the first administrator, once. `known_as` is the token with which this browser was made a known one before.
pub async fn setup(cx: &Cx, form: Setup, known_as: Option<&str>) -> Result<SignedIn> {
    if is_claimed(cx).await? {
        return Err(Error::NotFound("page"));
    }
    let one = Try::setup(cx.address());
    cx.throttle().take(&one, cx.monotonic_ns())?;
    let hash = token_hash(cx, &form.token);
    // What the database could not judge was no failure of whoever tried.
    let known = installation(cx).await.inspect_err(|_| cx.throttle().give_back(&one))?.into_inner().setup_token_hash;
    if !known.is_some_and(|known| keyring::token::equal(&known, &hash)) {
        cx.refusals().count(Refused::SetupToken, cx.address());
        return Err(wrong_token());
    }
    cx.throttle().give_back(&one);
    let email = password::email(&form.email)?;
    let password_hash = password::accept(cx, SecretString::from(form.password), &email).await?;
    let project = cx.store().first_project().await?.ok_or_else(|| Error::internal("the database holds no project"))?;
    let project = cx.keyring().verify(project).map_err(|row| Error::damaged("project_damaged", &row))?.into_inner();
    let now = cx.now();
    let user = User {
        id: UserId::new(now, cx.random().bytes()),
        email,
        role: Role::Owner,
        project_id: project.id,
        preferences: Preferences::default(),
        created_at: now,
    };
    let mut tx = cx.store().begin().await?;
    // Compare and clear in the transaction that makes the user: of two claims at once, one wins.
    let row = tx.find_installation().await?.ok_or_else(not_seeded)?;
    let (mut tx, mut installation) = cx.sound(tx, "installation", row).await?;
    let known = installation.edit().setup_token_hash.take();
    if !known.is_some_and(|known| keyring::token::equal(&known, &hash)) {
        return Err(wrong_token());
    }
    tx.update_installation(cx.keyring(), installation).await?;
    tx.insert_user(cx.keyring(), &user, &password_hash).await?;
    let changes = vec![changed("role", serde_json::Value::Null, user.role.as_str())];
    let signed_in = cx.with_actor(Actor::User(user.clone()));
    signed_in.record_changes(&mut tx, Act::SetupClaim(user.id.clone()), changes).await?;
    tx.commit().await?;
    // The token is worthless now; a file that stays behind only confuses.
    match fs::remove_file(&cx.settings().setup_token_path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(%error, "the claimed setup token's file could not be removed"),
    }
    let account = device::account(cx, &user.email);
    let device = known_as.and_then(|token| device::known(cx, token, &account));
    Ok(login::signed_in_as(cx, user, &password_hash, &account, device))
}

/// The installation's row, if it verifies.
async fn installation(cx: &Cx) -> Result<Verified<Installation>> {
    let row = cx.store().find_installation().await?.ok_or_else(not_seeded)?;
    cx.keyring().verify(row).map_err(|row| Error::damaged("installation_damaged", &row))
}

fn not_seeded() -> Error {
    Error::internal("the database holds no installation")
}

/// What a setup token is stored as.
fn token_hash(cx: &Cx, typed: &str) -> [u8; 32] {
    cx.keyring().token_hash(TOKEN_DOMAIN, keyring::token::normal_form(typed).as_bytes())
}

fn wrong_token() -> Error {
    FieldErrors::one("token", Violation::SetupToken).into()
}

fn write_token(path: &Path, token: &str) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{token}")?;
    file.sync_all()
}
