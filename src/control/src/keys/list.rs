//! Key listing: by page number or by cursor (A6, F24).

use contract::{
    FieldErrors, Page, Violation,
    keys::{KeyQuery, KeyView, KeysList},
    page::TOTAL_CAP,
};
use domain::Resource;
use store::{KeyCursor, KeyFilter};

use crate::{Cx, Error, Perform, Result};

/// A page of keys.
pub async fn list(cx: &Cx, query: &KeyQuery) -> Result<Page<KeyView>> {
    let visible = cx.visible(Resource::Key)?;
    let page = query.page();
    let (limit, offset) = page.window()?;
    let now = cx.now();
    let sort = query.sort()?;
    let after = query.cursor.as_deref().map(str::parse::<KeyCursor>).transpose();
    let after = after.map_err(|_| Error::from(FieldErrors::one("cursor", Violation::Cursor)))?;
    if after.as_ref().is_some_and(|cursor| cursor.sort() != sort) {
        return Err(FieldErrors::one("cursor", Violation::CursorOfOtherSort).into());
    }
    let search = query.search.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let filter = KeyFilter { search, state: query.state()?, now, sort, after, limit, offset };
    let counting = cx.store().count_listed_keys(&visible, &filter, TOTAL_CAP + 1);
    let (listing, counted) = tokio::try_join!(cx.store().list_keys(&visible, &filter), counting)?;
    let items = listing.keys.into_iter().map(|key| KeyView::of_row(&cx.keyring().verify(key), now)).collect();
    Ok(Page::new(&page, items, counted, listing.next.map(|next| next.to_string())))
}

impl Perform for KeysList {
    async fn perform(cx: &Cx, (): (), query: KeyQuery) -> Result<Page<KeyView>> {
        list(cx, &query).await
    }
}
