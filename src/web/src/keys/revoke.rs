//! Key revocation page: asks, quotes what would be interrupted, and has the focus on Cancel.

use contract::keys::KeyView;
use leptos::prelude::*;

use crate::error::UiError;

/// Ends the key for good.
#[server(prefix = "/_fn", endpoint = "keys/revoke")]
pub async fn revoke_key(id: String, reason: Option<String>) -> Result<KeyView, UiError> {
    let page_request = crate::handling::page_request()?;
    let reason = contract::keys::RevokeKey { reason }.try_into().map_err(|errors| UiError::Invalid { errors })?;
    control::keys::revoke(&page_request.cx, &super::key_id(&id)?, reason).await.map_err(crate::handling::ui_error)
}

#[cfg(feature = "ssr")]
pub(crate) use page::{revoke, revoke_page};

#[cfg(feature = "ssr")]
mod page {
    use axum::{
        Extension,
        extract::{Path, RawForm},
        response::Response,
    };
    use contract::keys::{KeyActivity, KeysRevoke, RevokeKey};
    use domain::Timestamp;
    use leptos::prelude::*;
    use serde::Deserialize;

    use super::revoke_key;
    use crate::{
        error::UiError,
        handling::{Flash, Page, PageRequest, Redirect, Section, post, ui_error},
        keys::key_id,
        texts::{Word, t},
        ui::{confirm::Confirm, field::SelectField, form::Faults, heading::Title, terminal::TerminalLines},
        words::{number, time},
    };

    /// Reasons that the form offers, with their words.
    const REASONS: [(&str, Word); 4] = [
        ("no_longer_needed", || t!("revoke-reason-no-longer-needed")),
        ("leaked", || t!("revoke-reason-leaked")),
        ("owner_left", || t!("revoke-reason-owner-left")),
        ("other", || t!("revoke-reason-other")),
    ];

    #[derive(Clone, Deserialize)]
    struct Form {
        #[serde(default)]
        reason: String,
    }

    /// Asks.
    pub(crate) async fn revoke_page(
        Extension(page_request): Extension<PageRequest>,
        Path(id): Path<String>,
    ) -> Response {
        let page = draw(&page_request, &id, None).await;
        page_request.draw(page).await
    }

    /// Does it.
    pub(crate) async fn revoke(
        Extension(page_request): Extension<PageRequest>,
        Path(id): Path<String>,
        body: RawForm,
    ) -> Response {
        let act = {
            let id = id.clone();
            move |form: Form| async move {
                let to = format!("/keys/{id}");
                revoke_key(id, Some(form.reason)).await.map(|_| Redirect::to(to).saying(Flash::KeyRevoked))
            }
        };
        let drawing = page_request.clone();
        post(page_request, body, act, move |_, error| async move { draw(&drawing, &id, Some(error)).await }).await
    }

    async fn draw(page_request: &PageRequest, id: &str, error: Option<UiError>) -> Result<Page, UiError> {
        let id = key_id(id)?;
        let key = control::keys::show(&page_request.cx, &id).await.map_err(ui_error)?;
        let activity = control::keys::activity(&page_request.cx, &id).await.map_err(ui_error)?;
        let (now, faults) = (page_request.now(), Faults::of(error.as_ref()));
        let lines = TerminalLines::of::<KeysRevoke>(page_request, &id, &RevokeKey::default());
        let page = Page::new(Section::Keys, t!("revoke-title", name = key.name.as_str()), move || {
            let here = format!("/keys/{id}");
            let lead = view! { <code>{key.masked.clone()}</code> }.into_any();
            view! {
                <Confirm
                    parent=("/keys", t!("keys-title"))
                    name=key.name.clone()
                    question=Title::around(&key.name, |name| t!("revoke-question", name = name))
                    lead
                    impact=impact(&activity, now)
                    consequence=t!("revoke-consequence")
                    action=format!("{here}/revoke")
                    back=here
                    cancel=t!("revoke-cancel")
                    confirm=t!("revoke-confirm")
                    faults=faults
                >
                    <SelectField name="reason" label=t!("revoke-reason")>
                        {REASONS.map(|(value, word)| view! { <option value=value>{word()}</option> }).collect_view()}
                    </SelectField>
                </Confirm>
            }
            .into_any()
        });
        Ok(page.terminal(lines))
    }

    /// `1,204 requests in 24 h from 3 addresses, last 2 min ago.`
    fn impact(activity: &KeyActivity, now: Timestamp) -> String {
        let last = activity.last_request_at.map(|at| time::relative(at, now));
        match (activity.requests_24h, last) {
            (0, None) => t!("revoke-impact-never"),
            (0, Some(last)) => t!("revoke-impact-idle", last = last),
            (n, last) => t!(
                "revoke-impact",
                requests = n,
                requests_shown = number::count(n),
                addresses = activity.addresses_24h,
                addresses_shown = number::count(activity.addresses_24h),
                last = last.unwrap_or_else(|| t!("when-now"))
            ),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_impact_is_quoted() {
            let now = Timestamp::parse_rfc3339("2026-11-21T10:00:00Z").unwrap();
            let activity = |requests, last: Option<&str>| KeyActivity {
                requests_24h: requests,
                addresses_24h: 3,
                last_request_at: last.and_then(Timestamp::parse_rfc3339),
            };
            let busy = activity(1_204, Some("2026-11-21T09:58:00Z"));
            assert_eq!(impact(&busy, now), "1,204 requests in 24 h from 3 addresses, last 2 min ago.");
            assert_eq!(impact(&activity(0, None), now), "No request has ever come with this key.");
            assert_eq!(
                impact(&activity(0, Some("2026-11-01T10:00:00Z")), now),
                "No requests in 24 h; the last one came 20 d ago."
            );
        }
    }
}
