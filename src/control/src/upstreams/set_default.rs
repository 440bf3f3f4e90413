//! Default upstream: the one that takes the requests of keys which name none.

use contract::{
    Nothing,
    upstreams::{UpstreamView, UpstreamsSetDefault},
};
use domain::{Act, Change, ChangeKind, UpstreamId, Verb};
use store::Tx;

use crate::{Cx, Error, Perform, Result};

/// Makes `id` the default; the one before stops being it. Idempotent.
pub async fn set_default(cx: &Cx, id: &UpstreamId) -> Result<UpstreamView> {
    let mut tx = cx.store().begin().await?;
    let row = tx.find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?;
    let (mut tx, mut upstream) = cx.allowed(tx, Verb::Update, row).await?;
    let credential = tx.find_credential(id).await?.map(|row| cx.keyring().verify(row));
    let before = UpstreamView::of_rows(&Ok(upstream.clone()), credential.as_ref());
    if upstream.is_default {
        return Ok(before);
    }
    give_up_default(cx, &mut tx).await?;
    upstream.edit().is_default = true;
    let upstream = tx.update_upstream(cx.keyring(), upstream).await?;
    let after = UpstreamView::of_rows(&Ok(upstream), credential.as_ref());
    cx.record(&mut tx, Act::UpstreamSetDefault(id.clone()), Some(&before), Some(&after)).await?;
    tx.announce(Change { kind: ChangeKind::Upstream, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(after)
}

impl Perform for UpstreamsSetDefault {
    async fn perform(cx: &Cx, id: UpstreamId, _: Nothing) -> Result<UpstreamView> {
        set_default(cx, &id).await
    }
}

/// Takes the default from whichever upstream has it, so that another can have it in the same transaction.
pub(super) async fn give_up_default(cx: &Cx, tx: &mut Tx) -> Result<()> {
    for row in tx.list_upstreams().await? {
        match cx.keyring().verify(row) {
            Ok(mut upstream) if upstream.is_default => {
                upstream.edit().is_default = false;
                tx.update_upstream(cx.keyring(), upstream).await?;
            }
            _ => {}
        }
    }
    Ok(tx.clear_damaged_default().await?)
}
