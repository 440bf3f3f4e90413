//! Whether letters are shortcuts for this browser, and which pages and actions there are.

use axum::{Extension, extract::RawForm, response::Response};
use http::HeaderMap;

use super::PaletteLine;
use crate::{
    handling::{PageRequest, choice, keep_preference, preference},
    texts::t,
};

/// The cookie that holds the choice. No secret.
const COOKIE: &str = "kw_letters";
const OFF: &str = "off";

/// Whether letters are shortcuts: until the user switches them off.
pub(crate) fn keys_are_on(headers: &HeaderMap) -> bool {
    preference(headers, COOKIE) != Some(OFF)
}

/// Takes a choice and goes back to where it was made.
pub(crate) async fn choose(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    match choice(&body, "letters") {
        Ok((letters, back)) => keep_preference(&page_request, COOKIE, if letters == OFF { OFF } else { "on" }, &back),
        Err(error) => page_request.draw(Err(error)).await,
    }
}

/// Pages and actions, in the language of the request. `settings`: whether the settings are for the user.
pub(crate) fn places(settings: bool) -> Vec<PaletteLine> {
    let page = |href: &str, words: String, letter: Option<char>| PaletteLine {
        href: href.to_owned(),
        words,
        note: t!("palette-page"),
        letter,
    };
    let act = |href: &str, words: String| PaletteLine {
        href: href.to_owned(),
        words,
        note: t!("palette-action"),
        letter: None,
    };
    let mut lines = vec![
        page("/", t!("nav-overview"), Some('o')),
        page("/keys", t!("nav-keys"), Some('k')),
        page("/upstreams", t!("nav-upstreams"), Some('u')),
        page("/models", t!("nav-models"), Some('m')),
        page("/logs", t!("nav-logs"), Some('l')),
        act("/keys/new", t!("keys-new")),
        act("/upstreams/new", t!("upstreams-new")),
        act("/models/new", t!("models-new")),
        act("/logs?status=5xx", t!("palette-failed-requests")),
        act("/keys?state=expired", t!("palette-expired-keys")),
    ];
    if settings {
        lines.insert(5, page("/settings/jobs", t!("jobs-title"), Some('s')));
    }
    lines
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    #[test]
    fn letters_are_on_until_they_are_switched_off() {
        let headers = |cookie: &'static str| HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]);
        assert!(keys_are_on(&HeaderMap::new()));
        assert!(!keys_are_on(&headers("a=b; kw_letters=off")));
        assert!(keys_are_on(&headers("kw_letters=on")));
    }

    #[test]
    fn no_letter_leads_to_two_places() {
        let mut letters: Vec<_> = places(true).into_iter().filter_map(|line| line.letter).collect();
        letters.sort_unstable();
        let all = letters.len();
        letters.dedup();
        assert_eq!(letters.len(), all);
    }
}
