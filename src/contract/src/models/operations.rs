//! Operation declarations: model routes.

use domain::{
    ModelId,
    permission_table::{Resource::Model, Verb},
};

use super::{CreateModel, ModelView, RouteReport, UpdateModel};
use crate::{
    Page, PageQuery,
    operation::{Access::Needs, Flag, operations},
};

operations! {
    tag: "models";

    ModelsList: Get "/models" {
        id: "models_list",
        input: query PageQuery,
        output: 200 Page<ModelView>,
        answer: "A page of model routes.",
        access: Needs(Model, Verb::Read),
        idempotency: Safe,
        cli: "models list",
        summary: "List model routes, newest first.",
    }
    ModelsCreate: Post "/models" {
        id: "models_create",
        input: body CreateModel,
        output: 201 ModelView,
        answer: "The model route.",
        access: Needs(Model, Verb::Create),
        idempotency: ByKey,
        conflicts: true,
        cli: "models create",
        flags: &[
            Flag::new("name", "--name").blank("NAME"),
            Flag::new("deployments", "--deployment"),
            Flag::new("strategy", "--strategy"),
            Flag::new("description", "--description"),
            Flag::new("retries", "--retries"),
            Flag::new("retry_sent", "--retry-sent"),
            Flag::new("rest_seconds", "--rest-seconds"),
            Flag::new("timeout", "--timeout"),
        ],
        example: r#"{"name": "fast", "deployments": [{"upstream": "main", "model": "gpt-5-mini"}]}"#,
        location: |model| format!("/models/{}", model.id),
        summary: "Add a model route: a name that clients ask for, and the deployments that may answer.",
    }
    ModelsShow: Get "/models/{id}" {
        id: "models_show",
        of: ModelId,
        input: nothing,
        output: 200 ModelView,
        answer: "The model route.",
        access: Needs(Model, Verb::Read),
        idempotency: Safe,
        cli: "models show",
        summary: "Show a model route.",
    }
    ModelsUpdate: Patch "/models/{id}" {
        id: "models_update",
        of: ModelId,
        input: body UpdateModel,
        output: 200 ModelView,
        answer: "The model route.",
        access: Needs(Model, Verb::Update),
        idempotency: Natural,
        conflicts: true,
        cli: "models update",
        flags: &[
            Flag::new("name", "--name").blank("NAME"),
            Flag::new("deployments", "--deployment"),
            Flag::new("strategy", "--strategy"),
            Flag::new("description", "--description"),
            Flag::new("retries", "--retries"),
            Flag::new("retry_sent", "--retry-sent"),
            Flag::new("rest_seconds", "--rest-seconds"),
            Flag::new("timeout", "--timeout"),
        ],
        example: r#"{"strategy": "weighted"}"#,
        summary: "Change a model route; what is left out stays.",
    }
    ModelsDelete: Delete "/models/{id}" {
        id: "models_delete",
        of: ModelId,
        input: nothing,
        output: 204 (),
        answer: "It is gone.",
        access: Needs(Model, Verb::Delete),
        idempotency: Natural,
        cli: "models delete",
        summary: "Remove a model route. Its name goes to the upstreams again as it is.",
    }
    ModelsTest: Post "/models/{id}/test" {
        id: "models_test",
        of: ModelId,
        input: nothing,
        output: 200 RouteReport,
        answer: "What was found.",
        access: Needs(Model, Verb::Test),
        idempotency: Natural,
        cli: "models test",
        summary: "Test a model route: whether each deployment answers and lists its model. Nothing is generated.",
    }
}
