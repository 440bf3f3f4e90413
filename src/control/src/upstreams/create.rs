//! Upstream creation, with its secret sealed from the first moment.

use contract::{
    FieldErrors, Violation,
    upstreams::{CreateUpstream, NewUpstream, UpstreamView, UpstreamsCreate},
};
use domain::{Act, Change, ChangeKind, CredentialId, Provider, Resource, Target, Upstream, UpstreamId, Verb};

use super::{seal, set_default::give_up_default};
use crate::{Cx, Perform, Result};

/// Adds an upstream. It becomes the default where there is none, and the first real one takes that over from echo.
pub async fn create(cx: &Cx, new: NewUpstream) -> Result<UpstreamView> {
    cx.allow(Verb::Create, &Target::of(Resource::Upstream))?;
    // An address that is refused when it is dialled is refused here; a name is judged then, by what it leads to.
    cx.dialer().judge_literal(&new.base_url).map_err(|error| {
        let reason = error.to_string();
        FieldErrors::one("base_url", Violation::ForbiddenAddress { reason })
    })?;
    let now = cx.now();
    let mut upstream = Upstream {
        id: UpstreamId::new(now, cx.random().bytes()),
        name: new.name,
        provider: new.provider,
        base_url: new.base_url,
        is_default: false,
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
    let takes_over = match sound.into_iter().find(|other| other.is_default) {
        None => true,
        Some(default) => default.provider == Provider::Echo && upstream.provider != Provider::Echo,
    };
    upstream.is_default = new.is_default.unwrap_or(takes_over);
    if upstream.is_default {
        give_up_default(cx, &mut tx).await?;
    }
    tx.insert_upstream(cx.keyring(), &upstream).await?;
    if let Some((credential, version)) = &sealed {
        tx.insert_credential(cx.keyring(), credential, version).await?;
    }
    let view = UpstreamView::of(&upstream, sealed.as_ref().map(|(credential, _)| credential));
    let mut changes = cx.changes(None::<&UpstreamView>, Some(&view))?;
    changes.extend(new.api_key.as_deref().map(|secret| cx.secret_change("api_key", None, Some(secret))));
    cx.record_changes(&mut tx, Act::UpstreamCreate(upstream.id.clone()), changes).await?;
    tx.announce(Change { kind: ChangeKind::Upstream, id: upstream.id.to_string() }).await?;
    tx.commit().await?;
    Ok(view)
}

impl Perform for UpstreamsCreate {
    async fn perform(cx: &Cx, (): (), shape: CreateUpstream) -> Result<UpstreamView> {
        create(cx, shape.try_into()?).await
    }
}
