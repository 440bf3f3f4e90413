//! Providers: what the provider files say, for whoever sets up upstreams.

use contract::providers::{Providers, ProvidersList};
use domain::{Resource, Target, Verb};

use crate::{Cx, Perform, Result};

/// Every provider, in the order that forms show.
pub fn list(cx: &Cx) -> Result<Providers> {
    cx.allow(Verb::Read, &Target::of(Resource::Upstream))?;
    Ok(Providers { items: cx.control().catalog().all().iter().map(|provider| (&**provider).into()).collect() })
}

impl Perform for ProvidersList {
    async fn perform(cx: &Cx, (): (), _: contract::Nothing) -> Result<Providers> {
        list(cx)
    }
}
