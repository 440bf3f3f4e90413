//! Key detail page: what the key is, what it may do, what it did lately.

use axum::{
    Extension,
    extract::{Path, RawForm},
    response::Response,
};
use contract::{
    keys::{KeyActivity, KeyView, KeysShow},
    logs::{LogFilter, LogQuery},
};
use domain::{KeyState, RevokeReason, Timestamp, UpstreamId};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    create::upstreams,
    key_id,
    switch::{KeyIntent, disable_key, enable_key},
};
use crate::{
    error::UiError,
    handling::{Flash, Page, PageRequest, Redirect, Section, post, ui_error},
    logs::log_table,
    texts::{error_sentence, t},
    ui::{
        badge::KeyBadge,
        detail::{Card, Detail},
        empty::Empty,
        figures::{Figure, Figures},
        heading::Title,
        icon::{Icon, Picture},
        terminal::TerminalLines,
        time::{When, dated},
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
struct Form {
    intent: KeyIntent,
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
        move |form: Form| async move {
            let key = key_id(&id)?;
            let flash = match form.intent {
                KeyIntent::Enable => enable_key(id).await.map(|_| Flash::KeyEnabled(key))?,
                KeyIntent::Disable => disable_key(id).await.map(|_| Flash::KeyDisabled(key))?,
            };
            Ok(Redirect::to(here).saying(flash))
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
    let lines = TerminalLines::of::<KeysShow>(page_request, &id, &contract::Nothing {});
    let page = Page::new(Section::Keys, key.name.clone(), move || {
        let lead = lead(&key, now);
        let badge = view! { <KeyBadge state=key.state expires_at=key.expires_at now /> }.into_any();
        let actions = view! { <Actions key=key.clone() /> }.into_any();
        let more = (format!("/logs?key_id={id}"), t!("key-recent-all"));
        view! {
            <Detail
                parent=("/keys", t!("keys-title"))
                title=Title::Name(key.name.clone())
                badge
                lead
                actions
                problem=problem
            >
                <Figures figures=figures(&key, &activity, now) />
                <div class="two-thirds">
                    <Card id="recent" title=t!("key-recent") more flush=true>
                        {if recent.is_empty() {
                            view! { <Empty sentence=t!("key-recent-none") /> }.into_any()
                        } else {
                            log_table(t!("key-recent-caption"), now, false).view(recent.clone())
                        }}
                    </Card>
                    <Card id="permissions" title=t!("key-permissions")>
                        <div class="card-body">
                            <p class="prose">{pieces_view(permissions.without_name())}</p>
                            {(key.state != KeyState::Active)
                                .then(|| view! { <p class="prose muted">{asleep(&key)}</p> })}
                            <Notes key=key />
                        </div>
                    </Card>
                </div>
            </Detail>
        }
        .into_any()
    });
    Ok(page.terminal(lines))
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

/// `sk-auto-live-…abcd · created 3 d ago`
fn lead(key: &KeyView, now: Timestamp) -> AnyView {
    let created = key.created_at.map(|at| dated(at, t!("key-created", when = time::relative(at, now))));
    view! {
        <code>{key.masked.clone()}</code>
        " · "
        {created}
    }
    .into_any()
}

/// Off or on, and the end; of a damaged key the end alone.
#[component]
fn Actions(key: KeyView) -> impl IntoView {
    let here = format!("/keys/{}", key.id);
    let revoke = format!("{here}/revoke");
    let (intent, word, picture): (&str, _, _) = if key.enabled {
        (KeyIntent::Disable.into(), t!("key-disable"), Picture::Pause)
    } else {
        (KeyIntent::Enable.into(), t!("key-enable"), Picture::Play)
    };
    let switch = (key.state != KeyState::Damaged).then(|| {
        view! {
            <form method="post" action=here>
                <button class="button" name="intent" value=intent>
                    <Icon picture />
                    {word}
                </button>
            </form>
        }
    });
    key.revoked_at.is_none().then(|| {
        view! {
            {switch}
            <a class="button button-danger" href=revoke data-peek="dialog">{t!("key-revoke")}</a>
        }
    })
}

fn figures(key: &KeyView, activity: &KeyActivity, now: Timestamp) -> Vec<Figure> {
    let limit = key
        .rate_limits
        .requests_per_minute
        .map_or_else(|| t!("key-no-limit"), |n| t!("key-limit-note", shown = number::count(i64::from(n))));
    let last = view! { <When at=activity.last_request_at now none=t!("key-never") /> }.into_any();
    let end = view! { <When at=key.expires_at now none=t!("key-expires-never") /> }.into_any();
    let env = match key.env.as_str() {
        "live" => t!("key-env-live-note"),
        "test" => t!("key-env-test-note"),
        env => t!("key-env-other-note", env = env),
    };
    vec![
        Figure::new(t!("key-requests-24h"), number::count(activity.requests_24h), limit),
        Figure::new(t!("key-addresses-24h"), number::count(activity.addresses_24h), t!("key-addresses-note")),
        Figure::new(t!("key-last-request"), last, env),
        Figure::new(t!("key-expires"), end, key.expires_at.map_or_else(|| t!("key-no-end"), time::absolute)),
    ]
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
