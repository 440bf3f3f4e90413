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
use domain::KeyId;

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
            let issued = backend.call::<KeysCreate>((), args.into_shape()).await?;
            issue(&issued, form, out)
        }
        KeysCommand::List(args) => {
            let fetch = async |ask: Ask| {
                let Ask { page, page_size, cursor } = ask;
                let (search, state, sort) = (args.search.clone(), args.state.clone(), args.sort.clone());
                backend.call::<KeysList>((), KeyQuery { page, page_size, search, state, sort, cursor }).await
            };
            let wanted = Wanted::of(Ask { page: args.page, page_size: args.page_size, cursor: args.cursor.clone() });
            pages::list(wanted, fetch, |key| &key.id, out, &COLUMNS, row, "keys").await
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
        None => {
            let mut fields = fields(&issued.key);
            fields.push(("base_url", issued.base_url.clone()));
            fields.push(("secret", issued.secret.clone()));
            out.thing(issued, &fields);
        }
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
    out.thing(key, &fields(key));
    out.finish()
}

fn key_id(text: &str) -> Result<KeyId, CliError> {
    text.trim().parse().map_err(|_| CliError::not_found("key"))
}

fn rpm(key: &KeyView) -> String {
    key.rate_limits.requests_per_minute.map_or_else(|| "none".to_owned(), |n| n.to_string())
}

fn row(key: &KeyView) -> Vec<String> {
    vec![
        key.id.clone(),
        key.name.clone(),
        key.masked.clone(),
        key.state.clone(),
        rpm(key),
        key.expires_at.clone().unwrap_or_default(),
        key.last_used_at.clone().unwrap_or_default(),
        key.created_at.clone(),
    ]
}

fn fields(key: &KeyView) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        ("id", key.id.clone()),
        ("name", key.name.clone()),
        ("description", key.description.clone()),
        ("key", key.masked.clone()),
        ("state", key.state.clone()),
        ("env", key.env.clone()),
        ("rpm", rpm(key)),
        ("models", key.allowed_models.join(",")),
        ("upstreams", key.allowed_upstreams.join(",")),
        ("cidrs", key.allowed_cidrs.join(",")),
        ("project_id", key.project_id.clone()),
        ("owner_id", text(&key.owner_id)),
        ("expires_at", text(&key.expires_at)),
        ("revoked_at", text(&key.revoked_at)),
        ("revoke_reason", text(&key.revoke_reason)),
        ("last_used_at", text(&key.last_used_at)),
        ("created_at", key.created_at.clone()),
        ("updated_at", key.updated_at.clone()),
    ]
}
