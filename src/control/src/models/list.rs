//! Model route listing and lookup.

use contract::{
    FieldErrors, Nothing, Page, PageQuery, Violation,
    models::{ModelView, ModelsList, ModelsShow},
    page::TOTAL_CAP,
};
use domain::{ModelId, Resource, Verb};

use super::Names;
use crate::{Cx, Error, Perform, Result};

/// A page of routes, newest first.
pub async fn list(cx: &Cx, query: &PageQuery) -> Result<Page<ModelView>> {
    let visible = cx.visible(Resource::Model)?;
    let (limit, offset) = query.window()?;
    let after = query.cursor.as_deref().map(str::parse::<ModelId>).transpose();
    let after = after.map_err(|_| Error::from(FieldErrors::one("cursor", Violation::Cursor)))?;
    let names = Names::read(cx).await?;
    // One more than asked for shows whether there is a next page.
    let mut rows = cx.store().page_models(&visible, after.as_ref(), limit + 1, offset).await?;
    let shown = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().filter(|_| more).map(|row| row.id().to_owned());
    let total = cx.store().count_models(&visible).await?;
    let view = |row| ModelView::of_row(&cx.keyring().verify(row), |id| names.of(id));
    Ok(Page::new(query, rows.into_iter().map(view).collect(), total.min(TOTAL_CAP + 1), next))
}

/// One route.
pub async fn show(cx: &Cx, id: &ModelId) -> Result<ModelView> {
    let row = cx.store().find_model(id).await?.ok_or(Error::NotFound("model route"))?;
    let route = cx.keyring().verify(row);
    cx.allow(Verb::Read, &route)?;
    let names = Names::read(cx).await?;
    Ok(ModelView::of_row(&route, |id| names.of(id)))
}

impl Perform for ModelsList {
    async fn perform(cx: &Cx, (): (), page: PageQuery) -> Result<Page<ModelView>> {
        list(cx, &page).await
    }
}

impl Perform for ModelsShow {
    async fn perform(cx: &Cx, id: ModelId, _: Nothing) -> Result<ModelView> {
        show(cx, &id).await
    }
}
