//! Adding an upstream, with its secret sealed from the first moment.

use contract::upstreams::{CreateUpstream, NewUpstream, UpstreamView, UpstreamsCreate};
use domain::{Action, Change, ChangeKind, CredentialId, Provider, Upstream, UpstreamId};

use super::seal;
use crate::{Cx, Perform, Result};

/// Adds an upstream. It becomes the default where there is none, and the first real one takes that over from echo.
pub async fn create(cx: &Cx, new: NewUpstream) -> Result<UpstreamView> {
    cx.allow(Action::WriteUpstreams)?;
    let now = cx.now();
    let mut upstream = Upstream {
        id: UpstreamId::new(now, cx.random().bytes()),
        name: new.name,
        provider: new.provider,
        base_url: new.base_url,
        is_default: false,
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
    let default = others.iter().find(|other| other.is_default);
    let takes_over = match default {
        None => true,
        Some(default) => default.provider == Provider::Echo && upstream.provider != Provider::Echo,
    };
    upstream.is_default = new.is_default.unwrap_or(takes_over);
    tx.insert_upstream(&Upstream { is_default: false, ..upstream.clone() }).await?;
    if upstream.is_default {
        tx.set_default(&upstream.id).await?;
    }
    if let Some((credential, version)) = &sealed {
        tx.insert_credential(credential, version).await?;
    }
    let view = UpstreamView::of(&upstream, sealed.as_ref().map(|(credential, _)| credential));
    cx.record(&mut tx, "upstream.create", upstream.id.as_str(), None::<&UpstreamView>, Some(&view)).await?;
    tx.announce(Change { kind: ChangeKind::Upstream, id: upstream.id.to_string() }).await?;
    tx.commit().await?;
    Ok(view)
}

impl Perform for UpstreamsCreate {
    async fn perform(cx: &Cx, (): (), shape: CreateUpstream) -> Result<UpstreamView> {
        create(cx, shape.try_into()?).await
    }
}
