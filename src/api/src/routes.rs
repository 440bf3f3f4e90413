//! The router and the `OpenAPI` document, both built from the list of declared operations.

use axum::{
    Router,
    routing::{MethodFilter, MethodRouter, get, on},
};
use contract::{
    document::OpenapiShow,
    operation::{API_ROOT, Declared, Method, Spec, Visit, VisitSpecial, path},
    operations,
};
use control::Perform;
use utoipa::openapi::{
    Content, Header, HttpMethod, OpenApi, RefOr, Required, ResponseBuilder, Schema,
    path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
    schema::{ObjectBuilder, Type},
    security::SecurityRequirement,
};

use crate::{ApiState, document, handler::handle};

/// Every operation, as routes.
pub(crate) fn router() -> Router<ApiState> {
    let mut routes = Routes(Router::new());
    operations::each(&mut routes);
    routes.0
}

/// Every operation, as the document describes it.
pub(crate) fn document() -> OpenApi {
    let mut document = Document(document::frame());
    operations::each(&mut document);
    document.0
}

struct Routes(Router<ApiState>);

impl Routes {
    fn add(&mut self, spec: &Spec, handler: MethodRouter<ApiState>) {
        self.0 = std::mem::take(&mut self.0).route(&format!("{API_ROOT}{}", spec.path), handler);
    }
}

impl<O: Perform> Visit<O> for Routes {
    fn visit(&mut self) {
        let method = match O::SPEC.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Patch => MethodFilter::PATCH,
            Method::Delete => MethodFilter::DELETE,
        };
        self.add(&O::SPEC, on(method, handle::<O>));
    }
}

impl VisitSpecial<OpenapiShow> for Routes {
    fn visit_special(&mut self) {
        self.add(&OpenapiShow::SPEC, get(document::show));
    }
}

struct Document(OpenApi);

impl<O: contract::operation::Operation> Visit<O> for Document {
    fn visit(&mut self) {
        let looks = <O::Path as contract::operation::PathIds>::LOOKS;
        let located = O::SPEC.status == 201;
        self.add::<O>(looks, located);
    }
}

impl<O: Declared> VisitSpecial<O> for Document {
    fn visit_special(&mut self) {
        self.add::<O>(&[], false);
    }
}

impl Document {
    fn add<O: Declared>(&mut self, looks: &[&str], located: bool) {
        let (spec, described) = (O::SPEC, O::description());
        let ids = path::names(spec.path).zip(looks).map(|(name, looks)| id_parameter(name, looks));
        let parameters: Vec<Parameter> = ids.chain(described.parameters).collect();
        let mut good = ResponseBuilder::new().description(spec.answer);
        if let Some((media_type, schema)) = described.answer {
            good = good.content(media_type, Content::new(Some(schema)));
        }
        if located {
            let text = ObjectBuilder::new().schema_type(Type::String);
            let mut header = Header::new(text);
            header.description = Some("Where it is.".to_owned());
            good = good.header("location", header);
        }
        let mut operation = OperationBuilder::new()
            .tag(spec.tag)
            .summary(Some(spec.summary))
            .operation_id(Some(spec.id))
            .response(spec.status.to_string(), good.build());
        if !parameters.is_empty() {
            operation = operation.parameters(Some(parameters));
        }
        if let Some((schema, required)) = described.body {
            let mut body = RequestBodyBuilder::new().content("application/json", Content::new(Some(schema)));
            if required {
                body = body.required(Some(Required::True));
            }
            operation = operation.request_body(Some(body.build()));
        }
        if spec.access == contract::operation::Access::Public {
            operation = operation.security(SecurityRequirement::default());
        }
        for (status, description) in document::problems(&spec) {
            operation = operation.response(status.to_string(), document::problem(description));
        }
        self.insert(&spec, operation.build(), described.schemas);
    }

    fn insert(&mut self, spec: &Spec, operation: Operation, schemas: Vec<(String, RefOr<Schema>)>) {
        let method = match spec.method {
            Method::Get => HttpMethod::Get,
            Method::Post => HttpMethod::Post,
            Method::Put => HttpMethod::Put,
            Method::Patch => HttpMethod::Patch,
            Method::Delete => HttpMethod::Delete,
        };
        self.0.paths.add_path_operation(format!("{API_ROOT}{}", spec.path), vec![method], operation);
        self.0.components.get_or_insert_default().schemas.extend(schemas);
    }
}

fn id_parameter(name: &str, looks: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(format!("`{looks}`")))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}
