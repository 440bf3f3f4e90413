//! Two ways to do the same thing: over the admin API of a running server, or on the database of this machine.

mod remote;
#[cfg(test)]
pub(super) mod tests;

use contract::{
    CursorPage, Page, PageQuery,
    keys::{CreateKey, IssuedKeyView, KeyQuery, KeyView, RevokeKey},
    logs::{LogQuery, LogRow},
    upstreams::{CreateUpstream, SetSecret, TestReport, UpstreamView},
};
use control::Cx;
use domain::{KeyId, UpstreamId};
use secrecy::ExposeSecret as _;

use super::error::CliError;
use crate::config::ClientConfig;

pub use remote::Remote;

/// Who does the work.
pub enum Backend {
    /// The control plane in this process, over the database itself.
    Local(Cx),
    /// The admin API of a running server.
    Remote(Remote),
}

type Result<T> = std::result::Result<T, CliError>;

impl Backend {
    /// Calls the server that `client` names.
    pub fn remote(client: ClientConfig) -> Result<Self> {
        Remote::new(client).map(Self::Remote)
    }

    /// Issues a key.
    pub async fn create_key(&self, shape: CreateKey) -> Result<IssuedKeyView> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.post("keys", &shape).await,
                Self::Local(cx) => {
                    let issued = control::keys::create(cx, shape.try_into()?).await?;
                    Ok(IssuedKeyView {
                        key: issued.view,
                        secret: issued.secret.expose_secret().to_owned(),
                        base_url: format!("{}/v1", cx.settings().gateway_url),
                    })
                }
            }
        })
        .await
    }

    /// A page of keys.
    pub async fn list_keys(&self, query: &KeyQuery) -> Result<Page<KeyView>> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.get("keys", query).await,
                Self::Local(cx) => Ok(control::keys::list(cx, query).await?),
            }
        })
        .await
    }

    /// One key.
    pub async fn show_key(&self, id: &KeyId) -> Result<KeyView> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.get(&format!("keys/{id}"), &()).await,
                Self::Local(cx) => Ok(control::keys::show(cx, id).await?),
            }
        })
        .await
    }

    /// Switches a key on.
    pub async fn enable_key(&self, id: &KeyId) -> Result<KeyView> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.post(&format!("keys/{id}/enable"), &Empty {}).await,
                Self::Local(cx) => Ok(control::keys::enable(cx, id).await?),
            }
        })
        .await
    }

    /// Switches a key off.
    pub async fn disable_key(&self, id: &KeyId) -> Result<KeyView> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.post(&format!("keys/{id}/disable"), &Empty {}).await,
                Self::Local(cx) => Ok(control::keys::disable(cx, id).await?),
            }
        })
        .await
    }

    /// Ends a key for good.
    pub async fn revoke_key(&self, id: &KeyId, shape: RevokeKey) -> Result<KeyView> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.post(&format!("keys/{id}/revoke"), &shape).await,
                Self::Local(cx) => Ok(control::keys::revoke(cx, id, shape.try_into()?).await?),
            }
        })
        .await
    }

    /// Adds an upstream.
    pub async fn create_upstream(&self, shape: CreateUpstream) -> Result<UpstreamView> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.post("upstreams", &shape).await,
                Self::Local(cx) => Ok(control::upstreams::create(cx, shape.try_into()?).await?),
            }
        })
        .await
    }

    /// A page of upstreams.
    pub async fn list_upstreams(&self, page: PageQuery) -> Result<Page<UpstreamView>> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.get("upstreams", &page).await,
                Self::Local(cx) => Ok(control::upstreams::list(cx, page).await?),
            }
        })
        .await
    }

    /// One upstream.
    pub async fn show_upstream(&self, id: &UpstreamId) -> Result<UpstreamView> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.get(&format!("upstreams/{id}"), &()).await,
                Self::Local(cx) => Ok(control::upstreams::show(cx, id).await?),
            }
        })
        .await
    }

    /// Tries an upstream out.
    pub async fn test_upstream(&self, id: &UpstreamId) -> Result<TestReport> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.post(&format!("upstreams/{id}/test"), &Empty {}).await,
                Self::Local(cx) => Ok(control::upstreams::test(cx, id).await?),
            }
        })
        .await
    }

    /// Replaces an upstream's secret.
    pub async fn set_secret(&self, id: &UpstreamId, shape: SetSecret) -> Result<UpstreamView> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.post(&format!("upstreams/{id}/secret"), &shape).await,
                Self::Local(cx) => Ok(control::upstreams::set_secret(cx, id, shape.parse()?).await?),
            }
        })
        .await
    }

    /// Makes an upstream the default.
    pub async fn set_default(&self, id: &UpstreamId) -> Result<UpstreamView> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.post(&format!("upstreams/{id}/default"), &Empty {}).await,
                Self::Local(cx) => Ok(control::upstreams::set_default(cx, id).await?),
            }
        })
        .await
    }

    /// Removes an upstream.
    pub async fn delete_upstream(&self, id: &UpstreamId) -> Result<()> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.delete(&format!("upstreams/{id}")).await,
                Self::Local(cx) => Ok(control::upstreams::delete(cx, id).await?),
            }
        })
        .await
    }

    /// Request rows, newest first.
    pub async fn list_logs(&self, query: LogQuery) -> Result<CursorPage<LogRow>> {
        interruptible(async {
            match self {
                Self::Remote(server) => server.get("logs", &query).await,
                Self::Local(cx) => Ok(control::logs::list(cx, query.try_into()?).await?),
            }
        })
        .await
    }
}

/// The body of a verb that takes none.
#[derive(serde::Serialize)]
struct Empty {}

/// Ctrl-C ends the work with the exit code that says so; a transaction under way is rolled back.
async fn interruptible<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        done = work => done,
        Ok(()) = tokio::signal::ctrl_c() => Err(CliError::interrupted()),
    }
}
