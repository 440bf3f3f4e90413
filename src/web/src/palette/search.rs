//! What a text finds: keys and upstreams by name, prefix or id.

use leptos::{prelude::*, server_fn::codec::Json};

use super::PaletteLine;
use crate::error::UiError;

/// Lines of each kind at most.
#[cfg(feature = "ssr")]
const FOUND: usize = 6;

/// Keys and upstreams that fit, as far as the caller may see them.
#[server(prefix = "/_fn", endpoint = "palette/search", input = Json)]
pub async fn palette_search(text: String) -> Result<Vec<PaletteLine>, UiError> {
    use contract::{PageQuery, keys::KeyQuery};

    use crate::texts::t;

    let page_request = crate::handling::page_request()?;
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let asked = KeyQuery {
        search: Some(text.to_owned()),
        page_size: Some(i64::try_from(FOUND).unwrap_or(1)),
        ..KeyQuery::default()
    };
    let keys = if_allowed(control::keys::list(&page_request.cx, &asked).await)?;
    let all = PageQuery { page_size: 100, ..PageQuery::default() };
    let upstreams = if_allowed(control::upstreams::list(&page_request.cx, &all).await)?;
    let folded = text.to_lowercase();
    let keys = keys.into_iter().flat_map(|list| list.items).map(|key| PaletteLine {
        href: format!("/keys/{}", key.id),
        words: domain::text::visible(&key.name).into_owned(),
        note: t!("palette-key"),
        letter: None,
    });
    let upstreams = upstreams
        .into_iter()
        .flat_map(|list| list.items)
        .filter(|upstream| upstream.name.to_lowercase().contains(&folded) || upstream.id.as_str() == text)
        .take(FOUND)
        .map(|upstream| PaletteLine {
            href: format!("/upstreams/{}", upstream.id),
            words: domain::text::visible(&upstream.name).into_owned(),
            note: t!("palette-upstream"),
            letter: None,
        });
    Ok(keys.chain(upstreams).collect())
}

/// Whoever may not list them finds none, nor does a text that nothing can be called; a failure is a failure.
#[cfg(feature = "ssr")]
fn if_allowed<T>(list: control::Result<T>) -> Result<Option<T>, UiError> {
    match list {
        Ok(list) => Ok(Some(list)),
        Err(control::Error::Denied | control::Error::Invalid(_)) => Ok(None),
        Err(error) => Err(crate::handling::ui_error(error)),
    }
}
