//! Upstream deletion page: asks, says what it means, and has the focus on Cancel.

use leptos::prelude::*;

use crate::error::UiError;

/// Removes the upstream and its secret.
#[server(prefix = "/_fn", endpoint = "upstreams/delete")]
pub async fn delete_upstream(id: String) -> Result<(), UiError> {
    let page_request = crate::handling::page_request()?;
    control::upstreams::delete(&page_request.cx, &super::upstream_id(&id)?).await.map_err(crate::handling::ui_error)
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
    use contract::{Nothing, overview::UpstreamHealth, upstreams::UpstreamsDelete};
    use leptos::prelude::*;
    use serde::Deserialize;

    use super::delete_upstream;
    use crate::{
        error::UiError,
        handling::{Flash, Page, PageRequest, Redirect, Section, post},
        texts::t,
        ui::{confirm::Confirm, form::Faults, heading::Title, terminal::TerminalLines},
        upstreams::{detail::health, upstream_id},
        words::number,
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
                delete_upstream(id).await.map(|()| Redirect::to("/upstreams").saying(Flash::UpstreamDeleted))
            }
        };
        let drawing = page_request.clone();
        post(page_request, body, act, move |_, error| async move { draw(&drawing, &id, Some(error)).await }).await
    }

    async fn draw(page_request: &PageRequest, id: &str, error: Option<UiError>) -> Result<Page, UiError> {
        let health = health(page_request, id).await?;
        let (name, faults) = (health.upstream.name.clone(), Faults::of(error.as_ref()));
        let lines = TerminalLines::of::<UpstreamsDelete>(page_request, &upstream_id(id)?, &Nothing {});
        let page = Page::new(Section::Upstreams, t!("upstream-delete-title", name = name.as_str()), move || {
            let upstream = health.upstream.clone();
            let here = format!("/upstreams/{}", upstream.id);
            let lead = view! { <code>{upstream.base_url}</code> }.into_any();
            view! {
                <Confirm
                    parent=("/upstreams", t!("upstreams-title"))
                    name=upstream.name.clone()
                    question=Title::around(&upstream.name, |name| t!("upstream-delete-question", name = name))
                    lead
                    impact=impact(&health)
                    consequence=if upstream.is_default { t!("upstream-delete-default") } else { t!("upstream-delete-named") }
                    action=format!("{here}/delete")
                    back=here
                    cancel=t!("upstream-cancel")
                    confirm=t!("upstream-delete-confirm")
                    faults=faults
                />
            }
            .into_any()
        });
        Ok(page.terminal(lines))
    }

    fn impact(health: &UpstreamHealth) -> String {
        match health.requests {
            0 => t!("upstream-delete-idle"),
            n => t!("upstream-delete-in-use", count = n, shown = number::count(n)),
        }
    }
}
