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
    use contract::overview::UpstreamHealth;
    use leptos::prelude::*;
    use serde::Deserialize;

    use super::delete_upstream;
    use crate::{
        error::UiError,
        handling::{Flash, Page, PageRequest, Redirect, Section, post},
        texts::{error_sentence, t},
        ui::{
            heading::{Crumbs, Heading},
            notice::Problem,
        },
        upstreams::detail::health,
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
        post(
            page_request,
            body,
            act,
            move |_, error| async move { draw(&drawing, &id, Some(error_sentence(&error))).await },
        )
        .await
    }

    async fn draw(page_request: &PageRequest, id: &str, problem: Option<String>) -> Result<Page, UiError> {
        let health = health(page_request, id).await?;
        let title = t!("upstream-delete-title", name = health.upstream.name.as_str());
        Ok(Page::new(Section::Upstreams, title, move || {
            view! { <Ask health=health.clone() problem=problem.clone() /> }.into_any()
        }))
    }

    #[component]
    fn Ask(health: UpstreamHealth, problem: Option<String>) -> impl IntoView {
        let upstream = health.upstream;
        let here = format!("/upstreams/{}", upstream.id);
        let impact = match health.requests {
            0 => t!("upstream-delete-idle"),
            n => t!("upstream-delete-in-use", count = n, shown = number::count(n)),
        };
        let consequence = if upstream.is_default { t!("upstream-delete-default") } else { t!("upstream-delete-named") };
        let question = t!("upstream-delete-question", name = upstream.name.as_str());
        let lead = view! { <code>{upstream.base_url}</code> }.into_any();
        view! {
            <Crumbs href="/upstreams" parent=t!("upstreams-title") here=upstream.name.clone() />
            <Heading title=question lead />
            <div class="card ask-card">
                <Problem sentence=problem />
                <p class="prose">
                    <strong>{impact}</strong>
                </p>
                <p class="prose muted">{consequence}</p>
                <form method="post" action=format!("{here}/delete") class="form">
                    <div class="form-actions">
                        <a class="button button-large" href=here.clone() autofocus=true>{t!("upstream-cancel")}</a>
                        <button class="button button-danger-main button-large">{t!("upstream-delete-confirm")}</button>
                    </div>
                </form>
            </div>
        }
    }
}
