//! Upstream listing and lookup: never their secrets (C4, C6).

use contract::{
    FieldErrors, Nothing, Page, PageQuery, Violation,
    page::TOTAL_CAP,
    upstreams::{UpstreamView, UpstreamsList, UpstreamsShow},
};
use domain::{Resource, UpstreamId, Verb};

use crate::{Cx, Error, Perform, Result};

/// A page of upstreams, newest first.
pub async fn list(cx: &Cx, query: &PageQuery) -> Result<Page<UpstreamView>> {
    let visible = cx.visible(Resource::Upstream)?;
    let (limit, offset) = query.window()?;
    let after = query.cursor.as_deref().map(str::parse::<UpstreamId>).transpose();
    let after = after.map_err(|_| Error::from(FieldErrors::one("cursor", Violation::Cursor)))?;
    // One more than asked for shows whether there is a next page.
    let mut rows = cx.store().page_upstreams(&visible, after.as_ref(), limit + 1, offset).await?;
    let shown = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().filter(|_| more).map(|(upstream, _)| upstream.id().to_owned());
    let total = cx.store().count_upstreams(&visible).await?;
    let items = rows
        .into_iter()
        .map(|(upstream, credential)| {
            let credential = credential.map(|row| cx.keyring().verify(row));
            UpstreamView::of_rows(&cx.keyring().verify(upstream), credential.as_ref(), cx.control().catalog())
        })
        .collect();
    Ok(Page::new(query, items, total.min(TOTAL_CAP + 1), next))
}

/// One upstream.
pub async fn show(cx: &Cx, id: &UpstreamId) -> Result<UpstreamView> {
    let upstream = cx.store().find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?;
    let upstream = cx.keyring().verify(upstream);
    cx.allow(Verb::Read, &upstream)?;
    let credential = cx.store().find_credential(id).await?.map(|stored| cx.keyring().verify(stored.credential));
    Ok(UpstreamView::of_rows(&upstream, credential.as_ref(), cx.control().catalog()))
}

impl Perform for UpstreamsList {
    async fn perform(cx: &Cx, (): (), page: PageQuery) -> Result<Page<UpstreamView>> {
        list(cx, &page).await
    }
}

impl Perform for UpstreamsShow {
    async fn perform(cx: &Cx, id: UpstreamId, _: Nothing) -> Result<UpstreamView> {
        show(cx, &id).await
    }
}
