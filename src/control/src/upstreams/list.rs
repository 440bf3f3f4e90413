//! Listing and showing upstreams: never their secrets (C4, C6).

use contract::{Page, PageQuery, upstreams::UpstreamView};
use domain::{Action, UpstreamId};

use crate::{Cx, Error, Result};

/// A page of upstreams, newest first.
pub async fn list(cx: &Cx, page: PageQuery) -> Result<Page<UpstreamView>> {
    cx.allow(Action::ReadUpstreams)?;
    let (limit, offset) = page.window()?;
    let (rows, total) = cx.store().page_upstreams(limit, offset).await?;
    let items = rows.iter().map(|(upstream, credential)| UpstreamView::of(upstream, credential.as_ref())).collect();
    Ok(Page { items, total, page: page.page, page_size: page.page_size })
}

/// One upstream.
pub async fn show(cx: &Cx, id: &UpstreamId) -> Result<UpstreamView> {
    cx.allow(Action::ReadUpstreams)?;
    let upstream = cx.store().find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?;
    let credential = cx.store().find_credential(id).await?.map(|(credential, _)| credential);
    Ok(UpstreamView::of(&upstream, credential.as_ref()))
}
