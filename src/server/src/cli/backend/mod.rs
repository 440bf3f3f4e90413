//! Command backends: the admin API of a running server (remote), or the database of this machine (local).

mod remote;
#[cfg(test)]
pub(super) mod tests;

use control::{Cx, Perform};

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

    /// Does `O`: in this process, or by the server.
    pub async fn call<O: Perform>(&self, path: O::Path, input: O::Input) -> Result<O::Output> {
        // Boxed: transactions make it large, and every command has one.
        interruptible(Box::pin(async {
            match self {
                Self::Remote(server) => server.call::<O>(&path, &input).await,
                Self::Local(cx) => Ok(control::perform::<O>(cx, path, input).await?),
            }
        }))
        .await
    }
}

/// Ctrl-C ends the work with the exit code that says so; a transaction under way is rolled back.
async fn interruptible<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        done = work => done,
        Ok(()) = tokio::signal::ctrl_c() => Err(CliError::interrupted()),
    }
}
