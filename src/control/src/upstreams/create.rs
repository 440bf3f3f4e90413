//! Upstream creation, with its secret sealed from the first moment.

use contract::{
    FieldErrors, Violation,
    upstreams::{CreateUpstream, NewUpstream, UpstreamView, UpstreamsCreate},
};
use domain::{Act, Change, ChangeKind, CredentialId, Dialect, Resource, Target, Upstream, UpstreamId, Verb};

use super::{own_certificates, seal, set_default::give_up_default};
use crate::{Cx, Perform, Result};

/// Adds an upstream. It becomes the default of its provider's main dialect where there is none, and the first real one takes
/// that over from echo.
pub async fn create(cx: &Cx, new: NewUpstream) -> Result<UpstreamView> {
    cx.allow(Verb::Create, &Target::of(Resource::Upstream))?;
    // An address that is refused when it is dialled is refused here; a name is judged then, by what it leads to.
    cx.dialer().judge_literal(&new.base_url).map_err(|error| {
        let reason = error.to_string();
        FieldErrors::one("base_url", Violation::ForbiddenAddress { reason })
    })?;
    own_certificates(cx, &new.settings)?;
    let now = cx.now();
    let mut upstream = Upstream {
        id: UpstreamId::new(now, cx.random().bytes()),
        name: new.name,
        provider: new.provider,
        base_url: new.base_url,
        default_for: Vec::new(),
        settings: new.settings,
        has_secret: new.api_key.is_some(),
        created_at: now,
        updated_at: now,
    };
    let sealed = match &new.api_key {
        Some(secret) => {
            let id = CredentialId::new(now, cx.random().bytes());
            Some(seal(cx, &upstream, (id, now), 1, secret)?)
        }
        None => None,
    };

    let mut tx = cx.store().begin().await?;
    let others = tx.list_upstreams().await?;
    let sound: Vec<_> = others.into_iter().filter_map(|row| cx.keyring().verify(row).ok()).collect();
    let provider = cx.control().catalog().get(&upstream.provider).cloned();
    let dialects: Vec<Dialect> = provider.iter().flat_map(|p| p.roots.iter().map(|root| root.dialect)).collect();
    let is_free = |dialect: Dialect| match sound.iter().find(|other| other.is_default_for(dialect)) {
        None => true,
        Some(default) => default.provider.is_echo() && !upstream.provider.is_echo(),
    };
    upstream.default_for = match new.is_default {
        Some(true) => dialects,
        Some(false) => Vec::new(),
        // Echo takes what no other one does; a provider takes its main dialect, so that a second one does not change
        // where requests of its other dialects go.
        None if upstream.provider.is_echo() => dialects.into_iter().filter(|dialect| is_free(*dialect)).collect(),
        None => dialects.into_iter().take(1).filter(|dialect| is_free(*dialect)).collect(),
    };
    if upstream.is_default() {
        give_up_default(cx, &mut tx, &upstream.default_for, None).await?;
    }
    tx.insert_upstream(cx.keyring(), &upstream).await?;
    if let Some((credential, version)) = &sealed {
        tx.insert_credential(cx.keyring(), credential, version).await?;
    }
    let view = UpstreamView::of(&upstream, sealed.as_ref().map(|(credential, _)| credential), cx.control().catalog());
    let mut changes = cx.changes(None::<&UpstreamView>, Some(&view))?;
    changes.extend(new.api_key.as_deref().map(|secret| cx.secret_change("api_key", None, Some(secret))));
    cx.record_changes(&mut tx, Act::UpstreamCreate(upstream.id.clone()), changes).await?;
    tx.announce(Change { kind: ChangeKind::Upstream, id: upstream.id.to_string() }).await?;
    tx.commit().await?;
    Ok(view)
}

impl Perform for UpstreamsCreate {
    async fn perform(cx: &Cx, (): (), shape: CreateUpstream) -> Result<UpstreamView> {
        create(cx, shape.parse(cx.control().catalog())?).await
    }
}
