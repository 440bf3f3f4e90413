//! Key detail page: what the key is, what it may do, what it did lately.

use axum::{
    Extension,
    extract::{Path, RawForm},
    response::Response,
};
use contract::{
    keys::{KeyActivity, KeyView},
    logs::{LogFilter, LogQuery, LogRow},
};
use domain::{KeyId, KeyState, RevokeReason, Timestamp, UpstreamId};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    create::upstreams,
    key_id,
    switch::{disable_key, enable_key},
};
use crate::{
    error::UiError,
    handling::{Flash, Page, PageRequest, Redirect, Section, post, ui_error},
    logs::LogTable,
    texts::{error_sentence, t},
    ui::{
        badge::KeyBadge,
        empty::Empty,
        heading::{Crumbs, Heading},
        icon::{Icon, Picture},
        notice::Problem,
        time::When,
    },
    words::{
        number,
        sentence::{KeyPermissions, pieces_view},
        time,
    },
};

/// Recent requests that the page shows.
const RECENT: i64 = 10;

#[derive(Default, Deserialize)]
struct Query {
    /// Set where the secret has been shown already.
    shown: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Intent {
    intent: String,
}

/// The page.
pub(crate) async fn detail_page(Extension(page_request): Extension<PageRequest>, Path(id): Path<String>) -> Response {
    let shown = page_request.query::<Query>().is_ok_and(|query| query.shown.is_some());
    let problem = shown.then(|| t!("key-shown-once"));
    let page = draw(&page_request, &id, problem).await;
    page_request.draw(page).await
}

/// Enables or disables.
pub(crate) async fn change(
    Extension(page_request): Extension<PageRequest>,
    Path(id): Path<String>,
    body: RawForm,
) -> Response {
    let here = format!("/keys/{id}");
    let act = {
        let id = id.clone();
        move |form: Intent| async move {
            match form.intent.as_str() {
                "enable" => enable_key(id).await.map(|_| Redirect::to(here).saying(Flash::KeyEnabled)),
                "disable" => disable_key(id).await.map(|_| Redirect::to(here).saying(Flash::KeyDisabled)),
                _ => Err(UiError::Conflict {
                    code: "unknown_intent".to_owned(),
                    message: "choose enable or disable".to_owned(),
                }),
            }
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
    let id = key_id(id)?;
    let key = control::keys::show(&page_request.cx, &id).await.map_err(ui_error)?;
    let activity = control::keys::activity(&page_request.cx, &id).await.map_err(ui_error)?;
    let asked = LogQuery { key_id: Some(key.id.to_string()), limit: Some(RECENT), ..LogQuery::default() };
    let filter = LogFilter::try_from(asked).map_err(|errors| UiError::Invalid { errors })?;
    let recent = control::logs::list(&page_request.cx, filter).await.map_err(ui_error)?.items;
    let permissions = permissions(&key, page_request).await?;
    let now = page_request.now();
    Ok(Page::new(Section::Keys, key.name.clone(), move || {
        view! {
            <Crumbs href="/keys" parent=t!("keys-title") here=key.name.clone() />
            <Head key=key.clone() now />
            <Problem sentence=problem.clone() />
            <Figures key=key.clone() activity=activity.clone() now />
            <div class="two-thirds">
                <Recent key_id=id.clone() rows=recent.clone() now />
                <section class="card" aria-labelledby="permissions">
                    <div class="card-head">
                        <h2 id="permissions">{t!("key-permissions")}</h2>
                    </div>
                    <div class="card-body">
                        <p class="prose">{pieces_view(permissions.without_name())}</p>
                        {(key.state != KeyState::Active)
                            .then(|| view! { <p class="prose muted">{asleep(&key)}</p> })}
                        <Notes key=key.clone() />
                    </div>
                </section>
            </div>
        }
        .into_any()
    }))
}

async fn permissions(key: &KeyView, page_request: &PageRequest) -> Result<KeyPermissions, UiError> {
    let known = upstreams(page_request).await?;
    let named = |id: &UpstreamId| {
        known
            .iter()
            .find(|upstream| upstream.id == *id)
            .map_or_else(|| id.to_string(), |upstream| upstream.name.clone())
    };
    Ok(KeyPermissions {
        name: key.name.clone(),
        models: key.allowed_models.iter().map(|model| model.as_str().to_owned()).collect(),
        upstreams: key.allowed_upstreams.iter().map(named).collect(),
        addresses: key.allowed_cidrs.iter().map(ToString::to_string).collect(),
        per_minute: key.rate_limits.requests_per_minute.map(|n| number::count(i64::from(n))),
        until: key.expires_at.map(time::date),
    })
}

fn asleep(key: &KeyView) -> String {
    match (key.state, &key.revoke_reason) {
        (KeyState::Disabled, _) => t!("key-asleep-disabled"),
        (KeyState::Expired, _) => t!("key-asleep-expired"),
        (KeyState::Damaged, _) => match key.damage.as_deref() {
            Some(damage) => t!("key-asleep-damaged-because", damage = damage),
            None => t!("key-asleep-damaged"),
        },
        (_, Some(RevokeReason::Leaked)) => t!("key-asleep-leaked"),
        (_, Some(RevokeReason::NoLongerNeeded)) => t!("key-asleep-not-needed"),
        (_, Some(RevokeReason::OwnerLeft)) => t!("key-asleep-owner-left"),
        _ => t!("key-asleep-revoked"),
    }
}

#[component]
fn Head(key: KeyView, now: Timestamp) -> impl IntoView {
    let badge = view! { <KeyBadge state=key.state expires_at=key.expires_at now /> }.into_any();
    let lead = view! {
        <code>{key.masked.clone()}</code>
        " · "
        {key
            .created_at
            .map(|at| {
                view! { <time datetime=at.to_rfc3339() title=time::absolute(at)>{t!("key-created", when = time::relative(at, now))}</time> }
            })}
    }
    .into_any();
    let here = format!("/keys/{}", key.id);
    let revoke = format!("{here}/revoke");
    let revoked = key.revoked_at.is_some();
    let damaged = key.state == KeyState::Damaged;
    let (intent, word, picture) = if key.enabled {
        ("disable", t!("key-disable"), Picture::Pause)
    } else {
        ("enable", t!("key-enable"), Picture::Play)
    };
    view! {
        <Heading title=key.name lead side_panel=badge>
            {(!revoked)
                .then(|| {
                    view! {
                        {(!damaged)
                            .then(|| {
                                view! {
                                    <form method="post" action=here>
                                        <button class="button" name="intent" value=intent>
                                            <Icon picture />
                                            {word.clone()}
                                        </button>
                                    </form>
                                }
                            })}
                        <a class="button button-danger" href=revoke>{t!("key-revoke")}</a>
                    }
                })}
        </Heading>
    }
}

#[component]
fn Figures(key: KeyView, activity: KeyActivity, now: Timestamp) -> impl IntoView {
    let limit = key
        .rate_limits
        .requests_per_minute
        .map_or_else(|| t!("key-no-limit"), |n| t!("key-limit-note", shown = number::count(i64::from(n))));
    let end_note = key.expires_at.map_or_else(|| t!("key-no-end"), time::absolute);
    let addresses = number::count(activity.addresses_24h);
    view! {
        <dl class="figures">
            <div>
                <dt>{t!("key-requests-24h")}</dt>
                <dd>{number::count(activity.requests_24h)}</dd>
                <dd class="figures-note">{limit}</dd>
            </div>
            <div>
                <dt>{t!("key-addresses-24h")}</dt>
                <dd>{addresses}</dd>
                <dd class="figures-note">{t!("key-addresses-note")}</dd>
            </div>
            <div>
                <dt>{t!("key-last-request")}</dt>
                <dd>
                    <When at=activity.last_request_at now none=t!("key-never") />
                </dd>
                <dd class="figures-note">{if key.env.as_str() == "test" { t!("key-env-test-note") } else { t!("key-env-live-note") }}</dd>
            </div>
            <div>
                <dt>{t!("key-expires")}</dt>
                <dd>
                    <When at=key.expires_at now none=t!("key-expires-never") />
                </dd>
                <dd class="figures-note">{end_note}</dd>
            </div>
        </dl>
    }
}

/// Description, tags and metadata, as far as there are any.
#[component]
fn Notes(key: KeyView) -> impl IntoView {
    let KeyView { description, tags, metadata, .. } = key;
    let has_tags = !tags.is_empty();
    let tags = tags.into_iter().map(|tag| view! { <li class="tag">{tag.to_string()}</li> }).collect_view();
    let noted = metadata.lines();
    view! {
        {(!description.is_empty()).then(|| view! { <p class="prose notes">{description}</p> })}
        {has_tags.then(|| view! { <ul class="tags" aria-label=t!("key-tags")>{tags}</ul> })}
        {(!noted.is_empty())
            .then(|| {
                view! {
                    <dl class="facts">
                        {noted
                            .into_iter()
                            .map(|(name, value)| view! {
                                <dt>{name}</dt>
                                <dd>{value}</dd>
                            })
                            .collect_view()}
                    </dl>
                }
            })}
    }
}

#[component]
fn Recent(key_id: KeyId, rows: Vec<LogRow>, now: Timestamp) -> impl IntoView {
    view! {
        <section class="card card-table" aria-labelledby="recent">
            <div class="card-head">
                <h2 id="recent">{t!("key-recent")}</h2>
                <a href=format!("/logs?key_id={key_id}")>{t!("key-recent-all")}</a>
            </div>
            {if rows.is_empty() {
                view! { <Empty sentence=t!("key-recent-none") /> }.into_any()
            } else {
                view! { <LogTable rows now caption=t!("key-recent-caption") with_key=false /> }.into_any()
            }}
        </section>
    }
}
