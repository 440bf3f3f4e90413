//! Model route deletion page: asks, says what it means, and has the focus on Cancel.

use leptos::prelude::*;

use crate::error::UiError;

/// Removes the route.
#[server(prefix = "/_fn", endpoint = "models/delete")]
pub async fn delete_route(id: String) -> Result<(), UiError> {
    let page_request = crate::handling::page_request()?;
    control::models::delete(&page_request.cx, &super::model_id(&id)?).await.map_err(crate::handling::ui_error)
}

#[cfg(feature = "ssr")]
pub(crate) use page::{delete, delete_page};

#[cfg(feature = "ssr")]
mod page {
    use axum::{
        Extension,
        extract::{Path, RawForm},
        response::Response,
    };
    use contract::{Nothing, models::ModelsDelete};
    use leptos::prelude::*;
    use serde::Deserialize;

    use super::delete_route;
    use crate::{
        error::UiError,
        handling::{Flash, Page, PageRequest, Redirect, Section, post, ui_error},
        models::model_id,
        texts::t,
        ui::{confirm::Confirm, form::Faults, heading::Title, terminal::TerminalLines},
    };

    #[derive(Clone, Deserialize)]
    struct Form {}

    /// Asks.
    pub(crate) async fn delete_page(
        Extension(page_request): Extension<PageRequest>,
        Path(id): Path<String>,
    ) -> Response {
        let page = draw(&page_request, &id, None).await;
        page_request.draw(page).await
    }

    /// Does it.
    pub(crate) async fn delete(
        Extension(page_request): Extension<PageRequest>,
        Path(id): Path<String>,
        body: RawForm,
    ) -> Response {
        let act = {
            let id = id.clone();
            move |_: Form| async move {
                delete_route(id).await.map(|()| Redirect::to("/models").saying(Flash::ModelDeleted))
            }
        };
        let drawing = page_request.clone();
        post(page_request, body, act, move |_, error| async move { draw(&drawing, &id, Some(error)).await }).await
    }

    async fn draw(page_request: &PageRequest, id: &str, error: Option<UiError>) -> Result<Page, UiError> {
        let model = control::models::show(&page_request.cx, &model_id(id)?).await.map_err(ui_error)?;
        let faults = Faults::of(error.as_ref());
        let lines = TerminalLines::of::<ModelsDelete>(page_request, &model_id(id)?, &Nothing {});
        let title = t!("model-delete-title", name = model.name.as_str());
        let page = Page::new(Section::Models, title, move || {
            let here = format!("/models/{}", model.id);
            let count = model.deployments.len();
            let lead = view! { {t!("model-deployments-count", count = count)} }.into_any();
            view! {
                <Confirm
                    parent=("/models", t!("models-title"))
                    name=model.name.clone()
                    question=Title::around(&model.name, |name| t!("model-delete-question", name = name))
                    lead
                    impact=t!("model-delete-impact")
                    consequence=t!("model-delete-consequence")
                    action=format!("{here}/delete")
                    back=here
                    cancel=t!("upstream-cancel")
                    confirm=t!("model-delete-confirm")
                    faults=faults
                />
            }
            .into_any()
        });
        Ok(page.terminal(lines))
    }
}
