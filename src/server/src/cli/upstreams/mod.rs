//! `keywright upstreams`: where requests go, and the secrets used there.

#[cfg(test)]
mod tests;

use contract::{
    Nothing, PageQuery,
    providers::{ProviderView, ProvidersList},
    upstreams::{
        CreateUpstream, SetSecret, TestReport, TimeoutsInput, UpdateUpstream, UpstreamView, UpstreamsCreate,
        UpstreamsDelete, UpstreamsList, UpstreamsSetDefault, UpstreamsSetSecret, UpstreamsShow, UpstreamsTest,
        UpstreamsUpdate,
    },
};
use domain::{Timestamp, UpstreamId};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    args::{CreateUpstreamArgs as CreateArgs, OwnArgs, Rpm, SecretArgs, UpdateArgs, UpstreamsCommand},
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
            let known = backend.call::<ProvidersList>((), Nothing {}).await?.items;
            let secret = new_secret(&args, &known, out.can_ask())?;
            show(&backend.call::<UpstreamsCreate>((), shape(*args, secret.as_ref())?).await?, out)
        }
        UpstreamsCommand::Update { id, change } => {
            let shape = changed(*change, out.can_ask())?;
            show(&backend.call::<UpstreamsUpdate>(upstream_id(&id)?, shape).await?, out)
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

fn shape(args: CreateArgs, secret: Option<&SecretString>) -> Result<CreateUpstream, CliError> {
    let own = own(args.own)?;
    Ok(CreateUpstream {
        name: args.name.unwrap_or_default(),
        provider: args.provider,
        base_url: args.base_url,
        api_key: secret.map(|secret| secret.expose_secret().to_owned()),
        is_default: args.default.then_some(true),
        timeouts: own.timeouts,
        headers: own.headers,
        organization: own.organization,
        project: own.project,
        ca_pem: own.ca_pem,
        max_open_requests: own.max_open_requests,
    })
}

fn changed(args: UpdateArgs, can_ask: bool) -> Result<UpdateUpstream, CliError> {
    let secret = match (flagged(&args.secret)?, &args.base_url) {
        (Some(secret), _) => Some(secret),
        (None, Some(_)) if can_ask => output::read_optional_secret("API key, if the address changes (empty for none)")?,
        (None, _) => None,
    };
    Ok(UpdateUpstream {
        name: args.name,
        base_url: args.base_url,
        api_key: secret.map(|secret| secret.expose_secret().to_owned()),
        is_default: match (args.default, args.not_default) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        },
        default_for: (!args.default_for.is_empty()).then_some(args.default_for),
        ..own(args.own)?
    })
}

/// What an upstream has of its own, as fields of a change.
fn own(args: OwnArgs) -> Result<UpdateUpstream, CliError> {
    let number = |said: Option<Rpm>| said.map(|said| said.0);
    let text = |said: Option<String>| said.map(|text| Some(text).filter(|text| text != "none"));
    let headers = match args.headers.as_deref() {
        None => None,
        Some("none") => Some(None),
        Some(json) => Some(Some(serde_json::from_str(json).map_err(|_| {
            CliError::usage("--headers takes a JSON object of texts, such as {\"x-team\": \"search\"}")
        })?)),
    };
    let ca_pem = match args.ca_pem.as_deref().and_then(|text| text.strip_prefix('@')) {
        Some(path) => {
            let read = std::fs::read_to_string(path);
            Some(Some(read.map_err(|error| CliError::usage(format!("{path}: {error}")))?))
        }
        None => text(args.ca_pem),
    };
    let timeouts = TimeoutsInput {
        connect: number(args.connect_timeout),
        first_byte: number(args.first_byte_timeout),
        idle: number(args.idle_timeout),
        total: number(args.total_timeout),
    };
    Ok(UpdateUpstream {
        timeouts: (timeouts != TimeoutsInput::default()).then_some(timeouts),
        headers,
        organization: text(args.organization),
        project: text(args.project),
        ca_pem,
        max_open_requests: number(args.max_open_requests),
        ..UpdateUpstream::default()
    })
}

/// The secret of a new upstream: from where the flags say, else asked for where a terminal is there and one may be
/// needed.
fn new_secret(args: &CreateArgs, known: &[ProviderView], can_ask: bool) -> Result<Option<SecretString>, CliError> {
    if let Some(secret) = flagged(&args.secret)? {
        return Ok(Some(secret));
    }
    let wanted = args.provider.parse::<domain::ProviderId>().ok();
    let provider = known.iter().find(|provider| Some(&provider.id) == wanted.as_ref());
    // An unknown provider is refused later, with a better sentence.
    let Some(provider) = provider.filter(|provider| !provider.id.is_echo()) else { return Ok(None) };
    match (can_ask, provider.needs_secret) {
        (true, true) => output::read_secret("API key").map(Some),
        (true, false) => output::read_optional_secret("API key (empty for none)"),
        (false, true) => Err(CliError::usage(unasked())),
        (false, false) => Ok(None),
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
