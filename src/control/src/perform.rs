//! Operation dispatch: the `Perform` trait, the one entrance that REST and the command line share.

use contract::operation::{Access, Operation};

use crate::{Cx, Error, Result};

/// How the control plane does an operation. Thin: it reads the input and calls the verb's function.
pub trait Perform: Operation {
    /// Does it for whoever `cx` names.
    fn perform(cx: &Cx, path: Self::Path, input: Self::Input) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// Does `O`, if the caller may ever do such a thing; the verb judges the thing itself once it has looked it up.
pub async fn perform<O: Perform>(cx: &Cx, path: O::Path, input: O::Input) -> Result<O::Output> {
    admit(cx, O::SPEC.access)?;
    O::perform(cx, path, input).await
}

/// Refuses callers that may not do this to anything. Entry points ask it before they read an input.
pub fn admit(cx: &Cx, access: Access) -> Result<()> {
    let principal = cx.principal();
    match access {
        Access::Public => Ok(()),
        _ if principal.grants.is_empty() => Err(Error::Unauthenticated("sign in first".to_owned())),
        Access::SignedIn => Ok(()),
        Access::Needs(resource, verb) if principal.may_ever(resource, verb) => Ok(()),
        Access::Needs(..) => Err(Error::Denied),
    }
}
