//! Model route changes.

use contract::models::{ModelPatch, ModelView, ModelsUpdate, UpdateModel};
use domain::{Act, Change, ChangeKind, ModelId, Verb};

use super::{Names, found};
use crate::{Cx, Error, Perform, Result};

/// Changes a route; what is not said stays.
pub async fn update(cx: &Cx, id: &ModelId, patch: ModelPatch) -> Result<ModelView> {
    let names = Names::read(cx).await?;
    let mut tx = cx.store().begin().await?;
    let row = tx.find_model(id).await?.ok_or(Error::NotFound("model route"))?;
    let (mut tx, mut route) = cx.allowed(tx, Verb::Update, row).await?;
    let before = ModelView::of(&route, |id| names.of(id));
    let deployments = match patch.deployments {
        Some(wanted) => Some(found(cx, &mut tx, wanted).await?),
        None => None,
    };
    let edited = route.edit();
    edited.name = patch.name.unwrap_or_else(|| edited.name.clone());
    edited.description = patch.description.unwrap_or_else(|| edited.description.clone());
    edited.strategy = patch.strategy.unwrap_or(edited.strategy);
    edited.deployments = deployments.unwrap_or_else(|| edited.deployments.clone());
    edited.retries = patch.retries.unwrap_or(edited.retries);
    edited.retry_sent = patch.retry_sent.unwrap_or(edited.retry_sent);
    edited.rest_seconds = patch.rest_seconds.unwrap_or(edited.rest_seconds);
    edited.timeout = patch.timeout.unwrap_or(edited.timeout);
    edited.updated_at = cx.now();
    let route = tx.update_model(cx.keyring(), route).await?;
    let after = ModelView::of(&route, |id| names.of(id));
    cx.record(&mut tx, Act::ModelUpdate(id.clone()), Some(&before), Some(&after)).await?;
    tx.announce(Change { kind: ChangeKind::Model, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(after)
}

impl Perform for ModelsUpdate {
    async fn perform(cx: &Cx, id: ModelId, shape: UpdateModel) -> Result<ModelView> {
        update(cx, &id, shape.try_into()?).await
    }
}
