//! Operation declarations: the caller's own account.

use super::Me;
use crate::operation::{Access, operations};

operations! {
    tag: "session";

    MeShow: Get "/me" {
        id: "me_show",
        input: nothing,
        output: 200 Me,
        answer: "The person, or the admin token.",
        access: Access::SignedIn,
        idempotency: Safe,
        summary: "Show who is asking.",
    }
}
