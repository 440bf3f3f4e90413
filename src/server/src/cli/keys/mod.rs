//! `keywright keys`: what people and programs call the gateway with.

#[cfg(test)]
mod tests;

use contract::{
    Nothing,
    keys::{
        IssuedKeyView, KeyQuery, KeyView, KeysCreate, KeysDisable, KeysEnable, KeysList, KeysRevoke, KeysShow,
        RevokeKey,
    },
};
use domain::{KeyId, Timestamp};

use super::{
    args::{CreateForm, KeysCommand},
    backend::Backend,
    error::CliError,
    output::Output,
    pages::{self, Ask, Wanted},
};

/// The columns of a list, in the order that scripts rely on: new ones come at the end.
const COLUMNS: [&str; 8] = ["id", "name", "key", "state", "rpm", "expires_at", "last_used_at", "created_at"];

/// Runs the command.
pub async fn run(command: KeysCommand, backend: &Backend, out: &Output) -> Result<(), CliError> {
    match command {
        KeysCommand::Create(args) => {
            let form = args.output;
            if form.is_some() && out.is_json() {
                return Err(CliError::usage("choose --json or -o env"));
            }
            let issued = backend.call::<KeysCreate>((), args.into_shape()?).await?;
            issue(&issued, form, out)
        }
        KeysCommand::List(args) => {
            let fetch = async |ask: Ask| {
                let Ask { page, page_size, cursor } = ask;
                let (search, state, sort) = (args.search.clone(), args.state.clone(), args.sort.clone());
                backend.call::<KeysList>((), KeyQuery { page, page_size, search, state, sort, cursor }).await
            };
            let wanted = Wanted::of(Ask { page: args.page, page_size: args.page_size, cursor: args.cursor.clone() });
            pages::list(wanted, fetch, |key| key.id.as_str(), out, &COLUMNS, row, "keys").await
        }
        KeysCommand::Show { id } => show(&backend.call::<KeysShow>(key_id(&id)?, Nothing {}).await?, out),
        KeysCommand::Enable { id } => show(&backend.call::<KeysEnable>(key_id(&id)?, Nothing {}).await?, out),
        KeysCommand::Disable { id } => show(&backend.call::<KeysDisable>(key_id(&id)?, Nothing {}).await?, out),
        KeysCommand::Revoke { id, reason } => {
            show(&backend.call::<KeysRevoke>(key_id(&id)?, RevokeKey { reason }).await?, out)
        }
    }
}

/// The one time that the secret is said.
fn issue(issued: &IssuedKeyView, form: Option<CreateForm>, out: &Output) -> Result<(), CliError> {
    match form {
        Some(CreateForm::Env) => {
            let lines = [("OPENAI_API_KEY", &issued.secret), ("OPENAI_BASE_URL", &issued.base_url)];
            for (name, value) in lines {
                out.line(&format!("{name}={}", harmless(value)?));
            }
        }
        None => out.show(issued),
    }
    out.finish().map_err(|_| {
        let id = &issued.key.id;
        CliError::failure(format!(
            "{id} was issued, but its secret could not be written out; revoke it and issue another"
        ))
    })?;
    out.message("Store the secret now: it cannot be shown again.");
    Ok(())
}

/// Such lines end in `eval` and in .env files: what a shell would take for more than text does not belong there.
fn harmless(value: &str) -> Result<&str, CliError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/[]%".contains(&b);
    if value.bytes().all(plain) { Ok(value) } else { Err(CliError::failure("the server's answer does not fit -o env")) }
}

fn show(key: &KeyView, out: &Output) -> Result<(), CliError> {
    out.show(key);
    out.finish()
}

fn key_id(text: &str) -> Result<KeyId, CliError> {
    text.trim().parse().map_err(|_| CliError::not_found("key"))
}

fn rpm(key: &KeyView) -> String {
    key.rate_limits.requests_per_minute.map_or_else(|| "none".to_owned(), |n| n.to_string())
}

fn instant(at: Option<Timestamp>) -> String {
    at.map(Timestamp::to_rfc3339).unwrap_or_default()
}

fn row(key: &KeyView) -> Vec<String> {
    vec![
        key.id.to_string(),
        key.name.clone(),
        key.masked.clone(),
        key.state.as_str().to_owned(),
        rpm(key),
        instant(key.expires_at),
        instant(key.last_used_at),
        instant(key.created_at),
    ]
}
