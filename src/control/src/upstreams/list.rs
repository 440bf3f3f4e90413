//! Listing and showing upstreams: never their secrets (C4, C6).

use contract::{
    Nothing, Page, PageQuery,
    upstreams::{UpstreamView, UpstreamsList, UpstreamsShow},
};
use domain::{Action, UpstreamId};

use crate::{Cx, Error, Perform, Result};

/// A page of upstreams, newest first.
pub async fn list(cx: &Cx, page: PageQuery) -> Result<Page<UpstreamView>> {
    cx.allow(Action::ReadUpstreams)?;
    let (limit, offset) = page.window()?;
    let (rows, total) = cx.store().page_upstreams(limit, offset).await?;
    let items = rows
        .into_iter()
        .map(|(upstream, credential)| {
            let credential = credential.map(|row| cx.keyring().verify(row));
            UpstreamView::of_rows(&cx.keyring().verify(upstream), credential.as_ref())
        })
        .collect();
    Ok(Page { items, total, page: page.page, page_size: page.page_size })
}

/// One upstream.
pub async fn show(cx: &Cx, id: &UpstreamId) -> Result<UpstreamView> {
    cx.allow(Action::ReadUpstreams)?;
    let upstream = cx.store().find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?;
    let credential = cx.store().find_credential(id).await?.map(|stored| cx.keyring().verify(stored.credential));
    Ok(UpstreamView::of_rows(&cx.keyring().verify(upstream), credential.as_ref()))
}

impl Perform for UpstreamsList {
    async fn perform(cx: &Cx, (): (), page: PageQuery) -> Result<Page<UpstreamView>> {
        list(cx, page).await
    }
}

impl Perform for UpstreamsShow {
    async fn perform(cx: &Cx, id: UpstreamId, _: Nothing) -> Result<UpstreamView> {
        show(cx, &id).await
    }
}
