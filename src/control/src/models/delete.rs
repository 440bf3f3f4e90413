//! Model route deletion.

use contract::{
    Nothing,
    models::{ModelView, ModelsDelete},
};
use domain::{Act, Change, ChangeKind, ModelId, Verb};

use super::Names;
use crate::{Cx, Error, Perform, Result};

/// Removes a route; a damaged one too.
pub async fn delete(cx: &Cx, id: &ModelId) -> Result<()> {
    let names = Names::read(cx).await?;
    let mut tx = cx.store().begin().await?;
    let route = cx.keyring().verify(tx.find_model(id).await?.ok_or(Error::NotFound("model route"))?);
    cx.allow(Verb::Delete, &route)?;
    let before = ModelView::of_row(&route, |id| names.of(id));
    tx.delete_model(id).await?;
    cx.record(&mut tx, Act::ModelDelete(id.clone()), Some(&before), None::<&ModelView>).await?;
    tx.announce(Change { kind: ChangeKind::Model, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(())
}

impl Perform for ModelsDelete {
    async fn perform(cx: &Cx, id: ModelId, _: Nothing) -> Result<()> {
        delete(cx, &id).await
    }
}
