//! Choosing the upstream that takes the requests of keys which name none.

use contract::{
    Nothing,
    upstreams::{UpstreamView, UpstreamsSetDefault},
};
use domain::{Action, Change, ChangeKind, Upstream, UpstreamId};

use crate::{Cx, Error, Perform, Result};

/// Makes `id` the default; the one before stops being it. Idempotent.
pub async fn set_default(cx: &Cx, id: &UpstreamId) -> Result<UpstreamView> {
    cx.allow(Action::WriteUpstreams)?;
    let mut tx = cx.store().begin().await?;
    let upstream = tx.find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?;
    let credential = tx.find_credential(id).await?.map(|(credential, _)| credential);
    let before = UpstreamView::of(&upstream, credential.as_ref());
    if upstream.is_default {
        return Ok(before);
    }
    tx.set_default(id).await?;
    let after = UpstreamView::of(&Upstream { is_default: true, ..upstream }, credential.as_ref());
    cx.record(&mut tx, "upstream.set_default", id.as_str(), Some(&before), Some(&after)).await?;
    tx.announce(Change { kind: ChangeKind::Upstream, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(after)
}

impl Perform for UpstreamsSetDefault {
    async fn perform(cx: &Cx, id: UpstreamId, _: Nothing) -> Result<UpstreamView> {
        set_default(cx, &id).await
    }
}
