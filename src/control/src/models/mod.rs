//! Model routes: names that clients ask for, and the deployments that may answer.

mod create;
mod delete;
mod list;
mod test;
mod update;

pub use create::create;
pub use delete::delete;
pub use list::{list, show};
pub use test::test;
pub use update::update;

use contract::{FieldErrors, Violation, models::NewDeployment};
use domain::{Deployment, UpstreamId};
use store::Tx;

use crate::{Cx, Result};

/// Names of upstreams, by id; those whose rows do not verify have none.
struct Names(Vec<(UpstreamId, String)>);

impl Names {
    async fn read(cx: &Cx) -> Result<Self> {
        let stored = cx.store().list_upstreams().await?;
        let sound = stored.into_iter().filter_map(|stored| cx.keyring().verify(stored.upstream).ok());
        Ok(Self(sound.map(|upstream| (upstream.id.clone(), upstream.name.clone())).collect()))
    }

    fn of(&self, id: &UpstreamId) -> Option<String> {
        self.0.iter().find(|(known, _)| known == id).map(|(_, name)| name.clone())
    }
}

/// Deployments with their upstreams found, by id or by name.
async fn found(cx: &Cx, tx: &mut Tx, wanted: Vec<NewDeployment>) -> Result<Vec<Deployment>> {
    let rows = tx.list_upstreams().await?;
    let sound: Vec<_> = rows.into_iter().filter_map(|row| cx.keyring().verify(row).ok()).collect();
    let mut errors = FieldErrors::default();
    let mut out = Vec::with_capacity(wanted.len());
    for (at, deployment) in wanted.into_iter().enumerate() {
        let NewDeployment { upstream, model, weight, priority } = deployment;
        match sound.iter().find(|known| known.id.as_str() == upstream || known.name == upstream) {
            Some(known) => out.push(Deployment { upstream: known.id.clone(), model, weight, priority }),
            None => errors.push(&format!("deployments[{at}].upstream"), Violation::NoSuch { noun: "upstream" }),
        }
    }
    if errors.is_empty() { Ok(out) } else { Err(errors.into()) }
}
