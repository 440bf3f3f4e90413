//! Model route test: whether each deployment answers and lists its model. Nothing is generated.

use contract::{
    Nothing,
    models::{DeploymentReport, ModelsTest, RouteReport},
};
use domain::{Act, Deployment, ModelId, Verb};

use crate::{
    Cx, Error, Perform, Result,
    upstreams::{called_models, stored_secret},
};

/// Calls every deployment's upstream with its stored secret for its list of models.
pub async fn test(cx: &Cx, id: &ModelId) -> Result<RouteReport> {
    let row = cx.store().find_model(id).await?.ok_or(Error::NotFound("model route"))?;
    let (tx, route) = cx.allowed(cx.store().begin().await?, Verb::Test, row).await?;
    drop(tx);
    let mut deployments = Vec::with_capacity(route.deployments.len());
    for deployment in &route.deployments {
        deployments.push(one(cx, deployment).await?);
    }
    let report = RouteReport { ok: deployments.iter().any(|found| found.ok), deployments };
    let mut tx = cx.store().begin().await?;
    cx.record(&mut tx, Act::ModelTest(id.clone()), None::<&RouteReport>, Some(&report)).await?;
    tx.commit().await?;
    Ok(report)
}

async fn one(cx: &Cx, deployment: &Deployment) -> Result<DeploymentReport> {
    let started = cx.monotonic_ns();
    let (upstream, found) = match cx.store().find_upstream(&deployment.upstream).await? {
        None => (deployment.upstream.to_string(), Err("this upstream is gone; choose another one".to_owned())),
        Some(row) => match cx.keyring().verify(row) {
            Err(damaged) => (damaged.id, Err("its row is damaged; delete it and add it again".to_owned())),
            Ok(upstream) => {
                let found = match stored_secret(cx, &upstream).await? {
                    Err(detail) => Err(detail.to_owned()),
                    Ok(secret) => called_models(cx, &upstream, secret.as_ref()).await,
                };
                (upstream.name.clone(), found)
            }
        },
    };
    let ms = i64::try_from(cx.monotonic_ns().saturating_sub(started) / 1_000_000).unwrap_or(i64::MAX);
    let (ok, detail) = match found {
        Err(detail) => (false, detail),
        Ok(models) if models.contains(&deployment.model) => (true, "answers and lists it".to_owned()),
        // Lists need not be whole: fine-tuned models and deployments are missing in some.
        Ok(models) => (true, format!("answers; the model is not among the {} that it lists", models.len())),
    };
    Ok(DeploymentReport { upstream, model: deployment.model.clone(), ok, detail, ms })
}

impl Perform for ModelsTest {
    async fn perform(cx: &Cx, id: ModelId, _: Nothing) -> Result<RouteReport> {
        test(cx, &id).await
    }
}
