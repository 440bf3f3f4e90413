//! Credential rotation: replaces an upstream's secret; the next request uses the new one.

use contract::{
    FieldErrors, Violation,
    upstreams::{SetSecret, UpstreamView, UpstreamsSetSecret},
};
use domain::{Act, Change, ChangeKind, CredentialId, UpstreamId, Verb};

use super::seal;
use crate::{Cx, Error, Perform, Result};

/// Replaces the secret, or gives one to an upstream that had none. Old versions stay sealed, for the history. An upstream
/// whose row does not verify takes none: its address may not be the one that was meant (F05).
pub async fn set_secret(cx: &Cx, id: &UpstreamId, secret: String) -> Result<UpstreamView> {
    let now = cx.now();
    // The mark of the secret that is replaced, so that two records can be matched; a damaged version has none.
    let old_mark = match cx.store().find_credential(id).await?.and_then(|stored| stored.version) {
        Some(row) => cx.keyring().verify(row).ok().map(|version| version.fingerprint.clone()),
        None => None,
    };
    let mut tx = cx.store().begin().await?;
    let row = tx.find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?;
    let (mut tx, mut upstream) = cx.allowed(tx, Verb::Update, row).await?;
    if upstream.provider.is_echo() {
        return Err(FieldErrors::one("api_key", Violation::EchoSecret).into());
    }
    let (mut tx, existing) = match tx.find_credential(id).await? {
        Some(row) => {
            let (tx, credential) = cx.sound(tx, "secret", row).await?;
            (tx, Some(credential))
        }
        None => (tx, None),
    };
    let before = UpstreamView::of(&upstream, existing.as_deref(), cx.control().catalog());
    let (identity, version) = match &existing {
        Some(credential) => ((credential.id.clone(), credential.created_at), credential.version + 1),
        None => ((CredentialId::new(now, cx.random().bytes()), now), 1),
    };
    let (credential, sealed) = seal(cx, &upstream, identity, version, &secret)?;
    if let Some(mut row) = existing {
        row.edit().clone_from(&credential);
        tx.replace_secret(cx.keyring(), row, &sealed).await?;
    } else {
        tx.insert_credential(cx.keyring(), &credential, &sealed).await?;
        upstream.edit().has_secret = true;
        upstream = tx.update_upstream(cx.keyring(), upstream).await?;
    }
    let after = UpstreamView::of(&upstream, Some(&credential), cx.control().catalog());
    let mut changes = cx.changes(Some(&before), Some(&after))?;
    changes.push(cx.secret_change("api_key", old_mark.as_deref(), Some(&secret)));
    cx.record_changes(&mut tx, Act::UpstreamSetSecret(id.clone()), changes).await?;
    tx.announce(Change { kind: ChangeKind::Upstream, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(after)
}

impl Perform for UpstreamsSetSecret {
    async fn perform(cx: &Cx, id: UpstreamId, shape: SetSecret) -> Result<UpstreamView> {
        set_secret(cx, &id, shape.parse()?).await
    }
}
