//! Replacing an upstream's secret; the next request uses the new one.

use contract::{
    FieldErrors,
    upstreams::{SetSecret, UpstreamView, UpstreamsSetSecret},
};
use domain::{Action, Change, ChangeKind, CredentialId, Provider, UpstreamId};

use super::seal;
use crate::{Cx, Error, Perform, Result};

/// Replaces the secret, or gives one to an upstream that had none. Old versions stay sealed, for the history.
pub async fn set_secret(cx: &Cx, id: &UpstreamId, secret: String) -> Result<UpstreamView> {
    cx.allow(Action::WriteUpstreams)?;
    let now = cx.now();
    let mut tx = cx.store().begin().await?;
    let upstream = tx.find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?;
    if upstream.provider == Provider::Echo {
        return Err(FieldErrors::one("api_key", "the echo upstream takes no secret").into());
    }
    let existing = tx.find_credential(id).await?.map(|(credential, _)| credential);
    let before = UpstreamView::of(&upstream, existing.as_ref());
    let (identity, version) = match &existing {
        Some(credential) => ((credential.id.clone(), credential.created_at), credential.version + 1),
        None => ((CredentialId::new(now, cx.random().bytes()), now), 1),
    };
    let (credential, sealed) = seal(cx, &upstream, identity, version, &secret)?;
    if existing.is_some() {
        tx.replace_secret(&credential, &sealed).await?;
    } else {
        tx.insert_credential(&credential, &sealed).await?;
    }
    let after = UpstreamView::of(&upstream, Some(&credential));
    cx.record(&mut tx, "upstream.set_secret", id.as_str(), Some(&before), Some(&after)).await?;
    tx.announce(Change { kind: ChangeKind::Upstream, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(after)
}

impl Perform for UpstreamsSetSecret {
    async fn perform(cx: &Cx, id: UpstreamId, shape: SetSecret) -> Result<UpstreamView> {
        set_secret(cx, &id, shape.parse()?).await
    }
}
