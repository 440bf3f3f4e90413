//! Upstream changes: name, address, defaults and what it has of its own.

use contract::{
    FieldErrors, Violation,
    upstreams::{UpdateUpstream, UpstreamPatch, UpstreamView, UpstreamsUpdate},
};
use domain::{Act, Change, ChangeKind, CredentialId, Dialect, UpstreamId, Verb};

use super::{own_certificates, seal, set_default::give_up_default};
use crate::{Cx, Error, Perform, Result};

/// Changes an upstream. A secret is sealed for the whole address, so another address asks for it again: it is never sent to a
/// place that it was not entered for.
pub async fn update(cx: &Cx, id: &UpstreamId, patch: UpstreamPatch) -> Result<UpstreamView> {
    let now = cx.now();
    let catalog = cx.control().catalog();
    let mut tx = cx.store().begin().await?;
    let row = tx.find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?;
    let (mut tx, mut upstream) = cx.allowed(tx, Verb::Update, row).await?;
    let (mut tx, existing) = match tx.find_credential(id).await? {
        Some(row) => {
            let (tx, credential) = cx.sound(tx, "secret", row).await?;
            (tx, Some(credential))
        }
        None => (tx, None),
    };
    let before = UpstreamView::of(&upstream, existing.as_deref(), catalog);
    let moves = patch.base_url.as_ref().is_some_and(|base| *base != upstream.base_url);
    if moves && upstream.provider.is_echo() || patch.base_url.as_ref().is_some_and(|base| base.is_echo() && moves) {
        return Err(FieldErrors::one("base_url", Violation::EchoBaseUrl).into());
    }
    if patch.api_key.is_some() && upstream.provider.is_echo() {
        return Err(FieldErrors::one("api_key", Violation::EchoSecret).into());
    }
    if moves && existing.is_some() && patch.api_key.is_none() {
        return Err(FieldErrors::one("api_key", Violation::SecretAgain).into());
    }
    if let Some(base_url) = patch.base_url.filter(|_| moves) {
        cx.dialer().judge_literal(&base_url).map_err(|error| {
            let reason = error.to_string();
            FieldErrors::one("base_url", Violation::ForbiddenAddress { reason })
        })?;
        upstream.edit().base_url = base_url;
    }
    if let Some(name) = patch.name {
        upstream.edit().name = name;
    }
    let mut settings = upstream.settings.clone();
    patch.settings.apply(&mut settings, &mut FieldErrors::default());
    own_certificates(cx, &settings)?;
    upstream.edit().settings = settings;
    let wanted = match (patch.default_for, patch.is_default) {
        (Some(list), _) => Some(list),
        (None, Some(true)) => Some(before.dialects.clone()),
        (None, Some(false)) => Some(Vec::new()),
        (None, None) => None,
    };
    if let Some(mut wanted) = wanted {
        wanted.sort_unstable();
        wanted.dedup();
        if let Some(other) = wanted.iter().find(|dialect| !before.dialects.contains(dialect)) {
            let violation = Violation::DialectNotSpoken { dialect: Dialect::label(*other) };
            return Err(FieldErrors::one("default_for", violation).into());
        }
        give_up_default(cx, &mut tx, &wanted, Some(id)).await?;
        upstream.edit().default_for = wanted;
    }
    let mut shown = existing.as_deref().cloned();
    if let Some(secret) = &patch.api_key {
        let (identity, version) = match &existing {
            Some(credential) => ((credential.id.clone(), credential.created_at), credential.version + 1),
            None => ((CredentialId::new(now, cx.random().bytes()), now), 1),
        };
        let (credential, sealed) = seal(cx, &upstream, identity, version, secret)?;
        if let Some(mut row) = existing {
            row.edit().clone_from(&credential);
            tx.replace_secret(cx.keyring(), row, &sealed).await?;
        } else {
            tx.insert_credential(cx.keyring(), &credential, &sealed).await?;
            upstream.edit().has_secret = true;
        }
        shown = Some(credential);
    }
    upstream.edit().updated_at = now;
    let upstream = tx.update_upstream(cx.keyring(), upstream).await?;
    let after = UpstreamView::of(&upstream, shown.as_ref(), catalog);
    let mut changes = cx.changes(Some(&before), Some(&after))?;
    changes.extend(patch.api_key.as_deref().map(|secret| cx.secret_change("api_key", None, Some(secret))));
    cx.record_changes(&mut tx, Act::UpstreamUpdate(id.clone()), changes).await?;
    tx.announce(Change { kind: ChangeKind::Upstream, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(after)
}

impl Perform for UpstreamsUpdate {
    async fn perform(cx: &Cx, id: UpstreamId, shape: UpdateUpstream) -> Result<UpstreamView> {
        update(cx, &id, shape.try_into()?).await
    }
}
