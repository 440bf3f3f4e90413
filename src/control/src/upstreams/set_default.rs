//! Default upstream: the one that takes the requests of keys which name none.

use contract::{
    Nothing,
    upstreams::{UpstreamView, UpstreamsSetDefault},
};
use domain::{Act, Change, ChangeKind, Dialect, UpstreamId, Verb};
use store::Tx;

use crate::{Cx, Error, Perform, Result};

/// Makes `id` the default of every dialect that it speaks; those before stop being it. Idempotent.
pub async fn set_default(cx: &Cx, id: &UpstreamId) -> Result<UpstreamView> {
    let mut tx = cx.store().begin().await?;
    let row = tx.find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?;
    let (mut tx, mut upstream) = cx.allowed(tx, Verb::Update, row).await?;
    let credential = tx.find_credential(id).await?.map(|row| cx.keyring().verify(row));
    let before = UpstreamView::of_rows(&Ok(upstream.clone()), credential.as_ref(), cx.control().catalog());
    let dialects = before.dialects.clone();
    if dialects.iter().all(|dialect| upstream.is_default_for(*dialect)) {
        return Ok(before);
    }
    give_up_default(cx, &mut tx, &dialects, Some(id)).await?;
    upstream.edit().default_for = dialects;
    let upstream = tx.update_upstream(cx.keyring(), upstream).await?;
    let after = UpstreamView::of_rows(&Ok(upstream), credential.as_ref(), cx.control().catalog());
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

/// Takes the default of these dialects from whichever upstreams but `but` have it, so that another can have it in the same
/// transaction.
pub(super) async fn give_up_default(
    cx: &Cx,
    tx: &mut Tx,
    dialects: &[Dialect],
    but: Option<&UpstreamId>,
) -> Result<()> {
    let left = |had: &[Dialect]| had.iter().copied().filter(|dialect| !dialects.contains(dialect)).collect::<Vec<_>>();
    let mut sound = Vec::new();
    for row in tx.list_upstreams().await? {
        let Ok(mut upstream) = cx.keyring().verify(row) else { continue };
        sound.push(upstream.id.to_string());
        let rest = left(&upstream.default_for);
        if but != Some(&upstream.id) && rest != upstream.default_for {
            upstream.edit().default_for = rest;
            tx.update_upstream(cx.keyring(), upstream).await?;
        }
    }
    // What a damaged row says keeps requests from going anywhere else; it must not say it any more.
    let claims = tx.default_claims().await?;
    let damaged: Vec<_> = claims
        .into_iter()
        .filter(|(id, had)| !sound.contains(id) && left(had) != *had)
        .map(|(id, had)| (id, left(&had)))
        .collect();
    Ok(tx.clear_damaged_defaults(&damaged).await?)
}
