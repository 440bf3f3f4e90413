//! Upstream deletion, with its secrets.

use contract::{
    Nothing,
    upstreams::{UpstreamView, UpstreamsDelete},
};
use domain::{Act, Change, ChangeKind, UpstreamId, Verb};

use crate::{Cx, Error, Perform, Result};

/// Removes the upstream and every version of its secret. No other one silently becomes the default: requests must
/// not start going to another provider because of a deletion. A damaged one can be removed too.
pub async fn delete(cx: &Cx, id: &UpstreamId) -> Result<()> {
    let mut tx = cx.store().begin().await?;
    let upstream = cx.keyring().verify(tx.find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?);
    cx.allow(Verb::Delete, &upstream)?;
    let credential = tx.find_credential(id).await?.map(|row| cx.keyring().verify(row));
    let before = UpstreamView::of_rows(&upstream, credential.as_ref(), cx.control().catalog());
    tx.delete_upstream(id).await?;
    cx.record(&mut tx, Act::UpstreamDelete(id.clone()), Some(&before), None::<&UpstreamView>).await?;
    tx.announce(Change { kind: ChangeKind::Upstream, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(())
}

impl Perform for UpstreamsDelete {
    async fn perform(cx: &Cx, id: UpstreamId, _: Nothing) -> Result<()> {
        delete(cx, &id).await
    }
}
