//! Issuing a key. The answer to the form *is* the page with the secret: never stored on its way, never redirected,
//! never in a URL; and there is no second door to a secret.

use axum::{Extension, extract::RawForm, response::Response};
use contract::{
    Page as Rows, PageQuery,
    keys::{KeyView, NewKey},
    upstreams::UpstreamView,
};
use leptos::prelude::*;

use super::{
    form::{KeyFields, KeyForm},
    issued::Known,
    list::{KeyList, KeyListQuery, listed},
    reveal::{Reveal, Revealed},
};
use crate::{
    door::{Moved, Page, Section, Visit, again_or_trouble, decoded, told},
    error::UiError,
    shell::Signed,
    ui::heading::{Crumbs, Heading},
};

/// The empty form.
pub(crate) async fn new_page(Extension(visit): Extension<Visit>) -> Response {
    let page = draw(&visit, KeyForm::default(), None).await;
    visit.draw(page).await
}

/// Takes the form.
pub(crate) async fn create(Extension(visit): Extension<Visit>, body: RawForm) -> Response {
    let form: KeyForm = match decoded(&body) {
        Ok(form) => form,
        Err(error) => return visit.draw(Err(error)).await,
    };
    let user = visit.cx.actor().audit_name();
    let claim = match visit.state.issued().take_up(&user, &form.form) {
        Known::Fresh(claim) => claim,
        Known::UnderWay => {
            let message = "this form is being worked on already; look under Keys".to_owned();
            return visit.draw(Err(UiError::Conflict { code: "under_way".to_owned(), message })).await;
        }
        Known::Made(key) => return Moved::to(format!("/keys/{key}?shown=1")).answer(&visit).await,
    };
    let issued = match form.parse() {
        Ok(new) => issue(&visit, new).await,
        Err(errors) => Err(UiError::Invalid { errors }),
    };
    match issued {
        Ok((issued, around)) => {
            claim.made(issued.key.id.clone());
            visit.draw(Ok(reveal(&visit, issued, around))).await
        }
        Err(error) => {
            drop(claim);
            again_or_trouble(&visit, error, |error| draw(&visit, form, Some(error))).await
        }
    }
}

/// What stands around the key: read before there is one, because from then on its secret has to be shown whatever the
/// database does.
struct Around {
    list: Rows<KeyView>,
    upstreams: Vec<UpstreamView>,
    signed: Signed,
}

async fn issue(visit: &Visit, new: NewKey) -> Result<(control::keys::IssuedKey, Around), UiError> {
    let around = Around {
        list: listed(visit, &KeyListQuery::default()).await?,
        upstreams: upstreams(visit).await?,
        signed: Signed::of(visit, Section::Keys).await.map_err(told)?,
    };
    Ok((control::keys::create(&visit.cx, new).await.map_err(told)?, around))
}

async fn draw(visit: &Visit, form: KeyForm, error: Option<UiError>) -> Result<Page, UiError> {
    let upstreams = upstreams(visit).await?;
    let now = visit.now();
    let form = form.named(visit.state.issued().name_form(now));
    Ok(Page::new(Section::Keys, "New key", move || {
        view! {
            <Crumbs href="/keys" parent="Keys" here="New" />
            <Heading title="New key" lead="Three answers are enough. Everything else has a sensible default.".into_any() />
            <KeyFields form=form.clone() upstreams=upstreams.clone() error=error.clone() now />
        }
        .into_any()
    }))
}

/// The list with the key at its top, and over it the key's secret. Asks nothing of the database.
fn reveal(visit: &Visit, issued: control::keys::IssuedKey, around: Around) -> Page {
    let Around { mut list, upstreams, mut signed } = around;
    list.items.insert(0, issued.view.clone());
    list.items.truncate(usize::try_from(list.page_size).unwrap_or(1));
    list.total += i64::from(!list.total_is_capped);
    signed.keys += 1;
    let now = visit.now();
    let revealed = Revealed::of(issued, visit.cx.settings().gateway_url.clone(), &upstreams);
    let page = Page::new(Section::Keys, format!("{} is ready", revealed.name), move || {
        view! {
            <KeyList list=list.clone() query=KeyListQuery::default() now />
            <Reveal revealed=revealed.clone() />
        }
        .into_any()
    });
    page.framed(signed)
}

/// Every upstream there is, as far as one form can offer them.
pub(super) async fn upstreams(visit: &Visit) -> Result<Vec<UpstreamView>, UiError> {
    let page = PageQuery { page_size: 100, ..PageQuery::default() };
    Ok(control::upstreams::list(&visit.cx, &page).await.map_err(told)?.items)
}
