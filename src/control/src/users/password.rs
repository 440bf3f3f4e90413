//! Password hashing pool: away from the async threads, two at once at most; a run takes 64 MiB and tens of
//! milliseconds.

use contract::{FieldErrors, Violation};
use secrecy::SecretString;

use crate::{Cx, Error, Result};

/// Checks that `password` is good enough beside `email`, and hashes it.
pub(crate) async fn accept(cx: &Cx, password: SecretString, email: &str) -> Result<String> {
    keyring::password::accept(&password, &[email, "keywright"])
        .map_err(|advice| Error::from(FieldErrors::one("password", Violation::Password { advice })))?;
    let salt = cx.random().bytes();
    let _place = cx.hashing_queue().try_acquire().map_err(|_| Error::Throttled { retry_after_s: 1 })?;
    let _permit = cx.hashing().acquire().await.map_err(Error::internal)?;
    let keyring = cx.keyring().clone();
    tokio::task::spawn_blocking(move || keyring.hash_password(&password, salt))
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)
}

/// Whether `password` is the one of `hash`. Without a hash the same work is done, so that time reveals nothing.
pub(crate) async fn verify(cx: &Cx, hash: Option<String>, password: SecretString) -> Result<bool> {
    let _place = cx.hashing_queue().try_acquire().map_err(|_| Error::Throttled { retry_after_s: 1 })?;
    let _permit = cx.hashing().acquire().await.map_err(Error::internal)?;
    let keyring = cx.keyring().clone();
    tokio::task::spawn_blocking(move || keyring.verify_password(hash.as_deref(), &password))
        .await
        .map_err(Error::internal)
}

/// An e-mail address in the form in which it is unique. Only what a mailbox must have is asked for.
pub(crate) fn email(text: &str) -> std::result::Result<String, FieldErrors> {
    let text = text.trim().to_lowercase();
    let good = text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || domain::text::is_invisible(c))
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && !host.is_empty()
        });
    if good { Ok(text) } else { Err(FieldErrors::one("email", Violation::Email)) }
}

#[cfg(test)]
mod tests {
    use super::email;

    #[test]
    fn addresses() {
        assert_eq!(email(" Ada@Example.ORG ").unwrap(), "ada@example.org");
        for bad in ["", "ada", "@x", "a@", "a b@x.org", "a@b@c", "a@.org", "a\u{202e}@x.org", "a\u{200b}@x.org"] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }
}
