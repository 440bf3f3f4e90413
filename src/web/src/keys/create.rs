//! Key creation page. The answer to the form *is* the page with the secret: never stored on its way, never redirected,
//! never in a URL; and the secret cannot be fetched again.

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
    list::{Filters, KeyList, listed},
    reveal::{Revealed, reveal_over},
};
use crate::{
    error::UiError,
    handling::{Page, PageRequest, Redirect, Section, decoded, form_or_error_page, ui_error},
    shell::SignedIn,
    texts::t,
    ui::{detail::Detail, form::Faults, list_page::Position},
};

/// The empty form.
pub(crate) async fn new_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let form = page_request.kept_input().await.unwrap_or_default();
    let page = draw(&page_request, form, None).await;
    page_request.draw(page).await
}

/// Takes the form.
pub(crate) async fn create(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    let form: KeyForm = match decoded(&body) {
        Ok(form) => form,
        Err(error) => return page_request.draw(Err(error)).await,
    };
    let user = page_request.cx.actor().audit_name();
    let claim = match page_request.state.issued().take_up(&user, &form.form) {
        Known::Fresh(claim) => claim,
        Known::UnderWay => {
            let message = "this form is being worked on already; look under Keys".to_owned();
            return page_request.draw(Err(UiError::Conflict { code: "under_way".to_owned(), message })).await;
        }
        Known::Made(key) => return Redirect::to(format!("/keys/{key}?shown=1")).answer(&page_request).await,
    };
    let issued = match form.parse() {
        Ok(new) => issue(&page_request, new).await,
        Err(errors) => Err(UiError::Invalid { errors }),
    };
    match issued {
        Ok((issued, reveal_context)) => {
            claim.made(issued.key.id.clone());
            page_request.draw(Ok(reveal(&page_request, issued, reveal_context))).await
        }
        Err(error) => {
            drop(claim);
            form_or_error_page(&page_request, error, |error| draw(&page_request, form, Some(error))).await
        }
    }
}

/// What stands around the key: read before there is one, because from then on its secret has to be shown whatever the
/// database does.
struct RevealContext {
    list: Rows<KeyView>,
    upstreams: Vec<UpstreamView>,
    signed_in_user: SignedIn,
}

async fn issue(page_request: &PageRequest, new: NewKey) -> Result<(control::keys::IssuedKey, RevealContext), UiError> {
    let reveal_context = RevealContext {
        list: listed(page_request, &Filters::default(), &Position::default()).await?,
        upstreams: upstreams(page_request).await?,
        signed_in_user: SignedIn::of(page_request, Section::Keys).await.map_err(ui_error)?,
    };
    Ok((control::keys::create(&page_request.cx, new).await.map_err(ui_error)?, reveal_context))
}

async fn draw(page_request: &PageRequest, form: KeyForm, error: Option<UiError>) -> Result<Page, UiError> {
    let upstreams = upstreams(page_request).await?;
    let now = page_request.now();
    let form = form.named(page_request.state.issued().name_form(now));
    let (lines, faults) = (form.lines(page_request), Faults::of(error.as_ref()));
    Ok(Page::new(Section::Keys, t!("key-new"), move || {
        view! {
            <Detail parent=("/keys", t!("keys-title")) title=t!("key-new") here=t!("key-new-crumb") lead=t!("key-new-lead").into_any()>
                <KeyFields form=form upstreams=upstreams faults=faults lines=lines now />
            </Detail>
        }
        .into_any()
    }))
}

/// The list with the key at its top, and over it the key's secret. Asks nothing of the database.
fn reveal(page_request: &PageRequest, issued: control::keys::IssuedKey, reveal_context: RevealContext) -> Page {
    let RevealContext { mut list, upstreams, mut signed_in_user } = reveal_context;
    list.items.insert(0, issued.view.clone());
    list.items.truncate(usize::try_from(list.page_size).unwrap_or(1));
    list.total += i64::from(!list.total_is_capped);
    signed_in_user.keys += 1;
    let now = page_request.now();
    let gateway_url = page_request.cx.settings().gateway_url.clone();
    let revealed = Revealed::of(issued, gateway_url, &upstreams, page_request.cx.control().catalog());
    let page = Page::new(Section::Keys, t!("key-ready", name = revealed.name.as_str()), move || {
        view! {
            <KeyList list=list filters=Filters::default() now />
            {reveal_over(&revealed)}
        }
        .into_any()
    });
    page.framed(signed_in_user)
}

/// Every upstream there is, as far as one form can offer them.
pub(super) async fn upstreams(page_request: &PageRequest) -> Result<Vec<UpstreamView>, UiError> {
    let page = PageQuery { page_size: 100, ..PageQuery::default() };
    Ok(control::upstreams::list(&page_request.cx, &page).await.map_err(ui_error)?.items)
}
