//! Listing keys, newest first (A6).

use contract::{
    Page, PageQuery,
    keys::{KeyQuery, KeyView, KeysList},
};
use domain::Action;
use store::KeyFilter;

use crate::{Cx, Perform, Result};

/// A page of keys.
pub async fn list(cx: &Cx, query: &KeyQuery) -> Result<Page<KeyView>> {
    cx.allow(Action::ReadKeys)?;
    let defaults = PageQuery::default();
    let page = PageQuery {
        page: query.page.unwrap_or(defaults.page),
        page_size: query.page_size.unwrap_or(defaults.page_size),
    };
    let (limit, offset) = page.window()?;
    let now = cx.now();
    let search = query.search.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let filter = KeyFilter { search, state: query.state()?, now, limit, offset };
    let (keys, total) = cx.store().list_keys(&filter).await?;
    let items = keys.into_iter().map(|key| KeyView::of_row(&cx.keyring().verify(key), now)).collect();
    Ok(Page { items, total, page: page.page, page_size: page.page_size })
}

impl Perform for KeysList {
    async fn perform(cx: &Cx, (): (), query: KeyQuery) -> Result<Page<KeyView>> {
        list(cx, &query).await
    }
}
