//! Model route actions: adding, changing and testing one.

use contract::models::{CreateModel, ModelView, RouteReport, UpdateModel};
use leptos::{prelude::*, server_fn::codec::Json};

use crate::error::UiError;

/// Adds a route.
#[server(prefix = "/_fn", endpoint = "models/create", input = Json)]
pub async fn add_route(model: CreateModel) -> Result<ModelView, UiError> {
    let page_request = crate::handling::page_request()?;
    let new = model.try_into().map_err(|errors| UiError::Invalid { errors })?;
    control::models::create(&page_request.cx, new).await.map_err(crate::handling::ui_error)
}

/// Changes a route; what is left out stays.
#[server(prefix = "/_fn", endpoint = "models/update", input = Json)]
pub async fn change_route(id: String, model: UpdateModel) -> Result<ModelView, UiError> {
    let page_request = crate::handling::page_request()?;
    let patch = model.try_into().map_err(|errors| UiError::Invalid { errors })?;
    control::models::update(&page_request.cx, &super::model_id(&id)?, patch).await.map_err(crate::handling::ui_error)
}

/// Asks each deployment whether it answers and lists its model. Nothing is generated.
#[server(prefix = "/_fn", endpoint = "models/test")]
pub async fn test_route(id: String) -> Result<RouteReport, UiError> {
    let page_request = crate::handling::page_request()?;
    control::models::test(&page_request.cx, &super::model_id(&id)?).await.map_err(crate::handling::ui_error)
}
