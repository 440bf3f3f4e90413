//! `keywright models` and `keywright providers`: model routes, and what upstreams can be of.

use contract::{
    Nothing, PageQuery,
    models::{
        CreateModel, ModelView, ModelsCreate, ModelsDelete, ModelsList, ModelsShow, ModelsTest, ModelsUpdate,
        RouteReport, UpdateModel,
    },
    providers::ProvidersList,
};
use domain::{Dialect, ModelId, Timestamp};

use super::{
    args::{ModelsCommand, RestArgs},
    backend::Backend,
    error::CliError,
    output::Output,
    pages::{self, Ask, Wanted},
};

/// The columns of a list, in the order that scripts rely on: new ones come at the end.
const COLUMNS: [&str; 5] = ["id", "name", "strategy", "deployments", "created_at"];
const PROVIDER_COLUMNS: [&str; 5] = ["id", "name", "dialects", "base_url", "needs_secret"];

/// Runs the command.
pub async fn run(command: ModelsCommand, backend: &Backend, out: &Output) -> Result<(), CliError> {
    match command {
        ModelsCommand::Create(args) => {
            let UpdateModel { description, strategy, deployments, retries, retry_sent, rest_seconds, timeout, .. } =
                change(None, args.rest);
            let shape = CreateModel {
                name: args.name,
                description: description.unwrap_or_default(),
                strategy,
                deployments: deployments.unwrap_or_default(),
                retries,
                retry_sent,
                rest_seconds,
                timeout,
            };
            show(&backend.call::<ModelsCreate>((), shape).await?, out)
        }
        ModelsCommand::List(args) => {
            let fetch = async |ask: Ask| {
                let defaults = PageQuery::default();
                let query = PageQuery {
                    page: ask.page.unwrap_or(defaults.page),
                    page_size: ask.page_size.unwrap_or(defaults.page_size),
                    cursor: ask.cursor,
                };
                backend.call::<ModelsList>((), query).await
            };
            let wanted = Wanted::of(Ask { page: args.page, page_size: args.page_size, cursor: args.cursor.clone() });
            pages::list(wanted, fetch, |route| route.id.as_str(), out, &COLUMNS, row, "model routes").await
        }
        ModelsCommand::Show { id } => show(&backend.call::<ModelsShow>(model_id(&id)?, Nothing {}).await?, out),
        ModelsCommand::Update { id, change: args } => {
            let shape = change(args.name, args.rest);
            show(&backend.call::<ModelsUpdate>(model_id(&id)?, shape).await?, out)
        }
        ModelsCommand::Test { id } => report(&backend.call::<ModelsTest>(model_id(&id)?, Nothing {}).await?, out),
        ModelsCommand::Delete { id } => {
            let id = model_id(&id)?;
            backend.call::<ModelsDelete>(id.clone(), Nothing {}).await?;
            out.message(&format!("Deleted {id}."));
            Ok(())
        }
    }
}

/// Lists providers.
pub async fn providers(backend: &Backend, out: &Output) -> Result<(), CliError> {
    let found = backend.call::<ProvidersList>((), Nothing {}).await?;
    let rows: Vec<Vec<String>> = found
        .items
        .iter()
        .map(|provider| {
            let dialects: Vec<&str> = provider.dialects.iter().map(|dialect| Dialect::as_str(*dialect)).collect();
            vec![
                provider.id.to_string(),
                provider.name.clone(),
                dialects.join(" "),
                provider.base_url.clone().unwrap_or_default(),
                provider.needs_secret.to_string(),
            ]
        })
        .collect();
    out.list(&found, &PROVIDER_COLUMNS, &rows);
    out.finish()
}

fn change(name: Option<String>, args: RestArgs) -> UpdateModel {
    let deployments: Vec<_> = args.deployments.into_iter().map(|deployment| deployment.0).collect();
    UpdateModel {
        name,
        description: args.description,
        strategy: args.strategy,
        deployments: (!deployments.is_empty()).then_some(deployments),
        retries: args.retries,
        retry_sent: args.retry_sent.then_some(true),
        rest_seconds: args.rest_seconds,
        timeout: args.timeout.map(|seconds| seconds.0),
    }
}

fn show(route: &ModelView, out: &Output) -> Result<(), CliError> {
    out.show(route);
    out.finish()
}

/// A route that nothing can answer is a failure to programs.
fn report(report: &RouteReport, out: &Output) -> Result<(), CliError> {
    let rows: Vec<Vec<String>> = report
        .deployments
        .iter()
        .map(|found| {
            let verdict = if found.ok { "ok" } else { "failed" };
            vec![
                found.upstream.clone(),
                found.model.clone(),
                verdict.to_owned(),
                found.ms.to_string(),
                found.detail.clone(),
            ]
        })
        .collect();
    out.list(report, &["upstream", "model", "result", "ms", "detail"], &rows);
    out.finish()?;
    if report.ok { Ok(()) } else { Err(CliError::failure("no deployment answers")) }
}

fn model_id(text: &str) -> Result<ModelId, CliError> {
    text.trim().parse().map_err(|_| CliError::not_found("model route"))
}

fn row(route: &ModelView) -> Vec<String> {
    let deployments: Vec<String> = route
        .deployments
        .iter()
        .map(|deployment| {
            let name = deployment.upstream_name.as_deref().unwrap_or(deployment.upstream.as_str());
            format!("{name}={}", deployment.model)
        })
        .collect();
    vec![
        route.id.to_string(),
        route.name.clone(),
        route.strategy.as_str().to_owned(),
        deployments.join(" "),
        route.created_at.map(Timestamp::to_rfc3339).unwrap_or_default(),
    ]
}
