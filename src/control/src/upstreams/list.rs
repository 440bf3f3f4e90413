//! Listing and showing upstreams: never their secrets (C4, C6).

use contract::{
    FieldErrors, Nothing, Page, PageQuery,
    page::TOTAL_CAP,
    upstreams::{UpstreamView, UpstreamsList, UpstreamsShow},
};
use domain::{Action, UpstreamId};

use crate::{Cx, Error, Perform, Result};

/// A page of upstreams, newest first.
pub async fn list(cx: &Cx, query: &PageQuery) -> Result<Page<UpstreamView>> {
    cx.allow(Action::ReadUpstreams)?;
    let (limit, offset) = query.window()?;
    let after = query.cursor.as_deref().map(str::parse::<UpstreamId>).transpose();
    let after = after.map_err(|_| {
        let sentence = "this is no cursor of this list; take next_cursor of the page before, or leave it out";
        Error::from(FieldErrors::one("cursor", sentence))
    })?;
    // One more than asked for tells whether there is a next page.
    let mut rows = cx.store().page_upstreams(after.as_ref(), limit + 1, offset).await?;
    let shown = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().filter(|_| more).map(|(upstream, _)| upstream.id().to_owned());
    let total = cx.store().count_upstreams().await?;
    let items = rows
        .into_iter()
        .map(|(upstream, credential)| {
            let credential = credential.map(|row| cx.keyring().verify(row));
            UpstreamView::of_rows(&cx.keyring().verify(upstream), credential.as_ref())
        })
        .collect();
    Ok(Page::new(query, items, total.min(TOTAL_CAP + 1), next))
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
        list(cx, &page).await
    }
}

impl Perform for UpstreamsShow {
    async fn perform(cx: &Cx, id: UpstreamId, _: Nothing) -> Result<UpstreamView> {
        show(cx, &id).await
    }
}
