//! Operation declaration: dashboard figures.

use domain::permission_table::{Resource, Verb};

use super::Overview;
use crate::operation::{Access::Needs, operations};

operations! {
    tag: "overview";

    OverviewShow: Get "/overview" {
        id: "overview_show",
        input: nothing,
        output: 200 Overview,
        answer: "The figures.",
        access: Needs(Resource::Overview, Verb::Read),
        idempotency: Safe,
        summary: "Show the last 24 hours and what needs attention.",
    }
}
