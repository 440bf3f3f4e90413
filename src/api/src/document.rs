//! OpenAPI document: its info block, security schemes, and the problems that operations share.

use std::sync::LazyLock;

use axum::{
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use contract::operation::{Access, Method, Spec, path};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ContentBuilder, Ref, ResponseBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::problem::{self, ProblemBody};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Keywright admin API",
        description = "Keys, upstreams, request logs. Ids are typed by their prefix, instants are RFC 3339 in UTC. \
                       Errors are RFC 9457 problem+json with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/", description = "The admin listener")),
    // Audit rows are answered in lists alone, and a list does not bring the schema of its rows along.
    components(schemas(ProblemBody, contract::audit::AuditRow)),
    modifiers(&Schemes),
    security(("bearer" = []), ("cookie" = [])),
    tags(
        (name = "keys", description = "Virtual keys: what clients of the gateway hold."),
        (name = "upstreams", description = "Providers' servers, and the secrets used there."),
        (name = "logs", description = "One row per request through the gateway."),
        (name = "overview", description = "The last 24 hours."),
        (name = "audit", description = "One record per administrative act, and whether their chain is whole."),
        (name = "jobs", description = "What the server does by itself."),
        (name = "session", description = "Who is asking."),
        (name = "document", description = "This document.")
    )
)]
struct Frame;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The installation's ADMIN_TOKEN. Virtual keys are refused with 403."))
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let cookie = ApiKeyValue::with_description(
            "__Host-keywright",
            "The session of the admin app. Writes must come from its own origin. Without TLS the name is `keywright`.",
        );
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// The document without its paths.
pub(crate) fn frame() -> utoipa::openapi::OpenApi {
    Frame::openapi()
}

/// The handler of `openapi_show`.
pub(crate) async fn show() -> Response {
    /// It never changes while the process lives.
    static TEXT: LazyLock<String> = LazyLock::new(|| crate::openapi().to_json().unwrap_or_default());
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

/// The problems that an operation may answer, as its declaration has it.
pub(crate) fn problems(spec: &Spec) -> Vec<(u16, &'static str)> {
    let mut rows = Vec::new();
    if spec.access != Access::Public {
        rows.extend([
            (400, "Two credentials at once, or a body that is not JSON."),
            (401, "No credential, or a wrong one."),
            (403, "The role does not allow it, or the bearer is a virtual key."),
            (422, "A parameter or a field is unknown, missing or wrong; `errors` names it."),
            (500, "Something went wrong on our side; the log has the details under `request_id`."),
            (503, "The database does not answer."),
        ]);
    }
    if path::names(spec.path).next().is_some() {
        rows.push((404, "Nothing has this id."));
    }
    if spec.method != Method::Get {
        rows.extend([
            (413, "The body is larger than 1 MiB."),
            (415, "The body is not declared as JSON, or compressed."),
        ]);
    }
    if spec.conflicts {
        rows.push((409, "It does not fit the present state; `detail` says what to do."));
    }
    rows
}

/// The answer behind one of [`problems`].
pub(crate) fn problem(description: &str) -> utoipa::openapi::Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content(problem::MEDIA_TYPE, content).build()
}
