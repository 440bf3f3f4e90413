//! Operation declarations: providers.

use domain::permission_table::{Resource::Upstream, Verb};

use super::Providers;
use crate::operation::{Access::Needs, operations};

operations! {
    tag: "providers";

    ProvidersList: Get "/providers" {
        id: "providers_list",
        input: nothing,
        output: 200 Providers,
        answer: "Every provider.",
        access: Needs(Upstream, Verb::Read),
        idempotency: Safe,
        cli: "providers list",
        summary: "List the providers that upstreams can have: those that are built in, and those of the data directory.",
    }
}
