//! Operation declarations: the caller's own account.

use super::{Me, UpdateMe};
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
    MeUpdate: Patch "/me" {
        id: "me_update",
        input: body UpdateMe,
        output: 200 Me,
        answer: "The person.",
        access: Access::SignedIn,
        idempotency: Natural,
        example: "{}",
        summary: "Change the language and the time zone that the caller reads in.",
    }
}
