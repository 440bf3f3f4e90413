//! `keywright upstreams`: where requests go, and the secrets used there.

#[cfg(test)]
mod tests;

use contract::{
    Nothing, PageQuery,
    upstreams::{
        CreateUpstream, SetSecret, TestReport, UpstreamView, UpstreamsCreate, UpstreamsDelete, UpstreamsList,
        UpstreamsSetDefault, UpstreamsSetSecret, UpstreamsShow, UpstreamsTest,
    },
};
use domain::{Provider, Timestamp, UpstreamId};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    args::{CreateUpstreamArgs as CreateArgs, SecretArgs, UpstreamsCommand},
    backend::Backend,
    error::CliError,
    output::{self, Output},
    pages::{self, Ask, Wanted},
};

/// The columns of a list, in the order that scripts rely on: new ones come at the end.
const COLUMNS: [&str; 7] = ["id", "name", "provider", "base_url", "secret", "default", "created_at"];

/// Runs the command.
pub async fn run(command: UpstreamsCommand, backend: &Backend, out: &Output) -> Result<(), CliError> {
    match command {
        UpstreamsCommand::Create(args) => {
            let secret = new_secret(&args, out.can_ask())?;
            show(&backend.call::<UpstreamsCreate>((), shape(args, secret.as_ref())).await?, out)
        }
        UpstreamsCommand::List(args) => {
            let fetch = async |ask: Ask| {
                let defaults = PageQuery::default();
                let query = PageQuery {
                    page: ask.page.unwrap_or(defaults.page),
                    page_size: ask.page_size.unwrap_or(defaults.page_size),
                    cursor: ask.cursor,
                };
                backend.call::<UpstreamsList>((), query).await
            };
            let wanted = Wanted::of(Ask { page: args.page, page_size: args.page_size, cursor: args.cursor.clone() });
            pages::list(wanted, fetch, |upstream| upstream.id.as_str(), out, &COLUMNS, row, "upstreams").await
        }
        UpstreamsCommand::Show { id } => {
            show(&backend.call::<UpstreamsShow>(upstream_id(&id)?, Nothing {}).await?, out)
        }
        UpstreamsCommand::Test { id } => {
            report(&backend.call::<UpstreamsTest>(upstream_id(&id)?, Nothing {}).await?, out)
        }
        UpstreamsCommand::SetSecret { id, secret } => {
            let id = upstream_id(&id)?;
            let secret = replacement(&secret, out.can_ask())?;
            let shape = SetSecret { api_key: secret.expose_secret().to_owned() };
            show(&backend.call::<UpstreamsSetSecret>(id, shape).await?, out)
        }
        UpstreamsCommand::SetDefault { id } => {
            show(&backend.call::<UpstreamsSetDefault>(upstream_id(&id)?, Nothing {}).await?, out)
        }
        UpstreamsCommand::Delete { id } => {
            let id = upstream_id(&id)?;
            backend.call::<UpstreamsDelete>(id.clone(), Nothing {}).await?;
            out.message(&format!("Deleted {id}."));
            Ok(())
        }
    }
}

fn shape(args: CreateArgs, secret: Option<&SecretString>) -> CreateUpstream {
    CreateUpstream {
        name: args.name.unwrap_or_default(),
        provider: args.provider,
        base_url: args.base_url,
        api_key: secret.map(|secret| secret.expose_secret().to_owned()),
        is_default: args.default.then_some(true),
    }
}

/// The secret of a new upstream: from where the flags say, else asked for where a terminal is there and one may be
/// needed.
fn new_secret(args: &CreateArgs, can_ask: bool) -> Result<Option<SecretString>, CliError> {
    if let Some(secret) = flagged(&args.secret)? {
        return Ok(Some(secret));
    }
    match (Provider::parse(args.provider.trim()), can_ask) {
        // An unknown provider is refused later, with a better sentence.
        (None | Some(Provider::Echo), _) => Ok(None),
        (Some(provider), true) if provider.needs_secret() => output::read_secret("API key").map(Some),
        (Some(_), true) => output::read_optional_secret("API key (empty for none)"),
        (Some(provider), false) if provider.needs_secret() => Err(CliError::usage(unasked())),
        (Some(_), false) => Ok(None),
    }
}

fn replacement(args: &SecretArgs, can_ask: bool) -> Result<SecretString, CliError> {
    match flagged(args)? {
        Some(secret) => Ok(secret),
        None if can_ask => output::read_secret("New API key"),
        None => Err(CliError::usage(unasked())),
    }
}

fn flagged(args: &SecretArgs) -> Result<Option<SecretString>, CliError> {
    match &args.secret_file {
        Some(path) => output::read_secret_file(path).map(Some),
        None if args.secret_stdin => output::read_secret("API key").map(Some),
        None => Ok(None),
    }
}

const fn unasked() -> &'static str {
    "hand the provider's API key in by --secret-stdin or --secret-file FILE"
}

fn show(upstream: &UpstreamView, out: &Output) -> Result<(), CliError> {
    out.show(upstream);
    out.finish()
}

/// A test that found something wrong is a failure to programs.
fn report(report: &TestReport, out: &Output) -> Result<(), CliError> {
    let rows: Vec<Vec<String>> = report
        .steps
        .iter()
        .map(|step| {
            let verdict = if step.ok { "ok" } else { "failed" };
            vec![step.step.as_str().to_owned(), verdict.to_owned(), step.ms.to_string(), step.detail.clone()]
        })
        .collect();
    out.list(report, &["step", "result", "ms", "detail"], &rows);
    out.finish()?;
    if report.ok { Ok(()) } else { Err(CliError::failure("the test failed")) }
}

fn upstream_id(text: &str) -> Result<UpstreamId, CliError> {
    text.trim().parse().map_err(|_| CliError::not_found("upstream"))
}

fn instant(at: Option<Timestamp>) -> String {
    at.map(Timestamp::to_rfc3339).unwrap_or_default()
}

fn row(upstream: &UpstreamView) -> Vec<String> {
    vec![
        upstream.id.to_string(),
        upstream.name.clone(),
        upstream.provider.as_str().to_owned(),
        upstream.base_url.clone(),
        upstream.api_key_masked.clone().unwrap_or_default(),
        upstream.is_default.to_string(),
        instant(upstream.created_at),
    ]
}
