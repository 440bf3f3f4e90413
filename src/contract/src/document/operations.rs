//! Operation declaration: the OpenAPI document.

use crate::operation::{Access, operations};

operations! {
    tag: "document";

    @special OpenapiShow: Get "/openapi.json" {
        id: "openapi_show",
        input: nothing,
        output: 200 "application/json",
        answer: "The document.",
        access: Access::Public,
        summary: "Show this document.",
    }
}
