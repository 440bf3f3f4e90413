//! Model route creation.

use contract::models::{CreateModel, ModelPatch, ModelView, ModelsCreate};
use domain::{Act, Change, ChangeKind, ModelId, ModelRoute, Resource, Target, Verb};

use super::{Names, found};
use crate::{Cx, Perform, Result};

/// Adds a route.
pub async fn create(cx: &Cx, new: ModelPatch) -> Result<ModelView> {
    cx.allow(Verb::Create, &Target::of(Resource::Model))?;
    let names = Names::read(cx).await?;
    let now = cx.now();
    let mut tx = cx.store().begin().await?;
    let deployments = found(cx, &mut tx, new.deployments.unwrap_or_default()).await?;
    let route = ModelRoute {
        id: ModelId::new(now, cx.random().bytes()),
        name: new.name.unwrap_or_default(),
        description: new.description.unwrap_or_default(),
        strategy: new.strategy.unwrap_or_default(),
        deployments,
        retries: new.retries.unwrap_or(ModelRoute::RETRIES),
        retry_sent: new.retry_sent.unwrap_or(false),
        rest_seconds: new.rest_seconds.unwrap_or(ModelRoute::REST_SECONDS),
        timeout: new.timeout.flatten(),
        created_at: now,
        updated_at: now,
    };
    tx.insert_model(cx.keyring(), &route).await?;
    let view = ModelView::of(&route, |id| names.of(id));
    cx.record(&mut tx, Act::ModelCreate(route.id.clone()), None::<&ModelView>, Some(&view)).await?;
    tx.announce(Change { kind: ChangeKind::Model, id: route.id.to_string() }).await?;
    tx.commit().await?;
    Ok(view)
}

impl Perform for ModelsCreate {
    async fn perform(cx: &Cx, (): (), shape: CreateModel) -> Result<ModelView> {
        create(cx, shape.try_into()?).await
    }
}
