//! Reader of a request: the language and the time zone that its answer is for.
//!
//! What the person chose counts first, then the cookies of this browser, then what the browser says by itself.

use axum::{
    Extension,
    extract::{RawForm, Request, State},
    middleware::Next,
    response::Response,
};
use contract::session::UpdateMe;
use domain::Preferences;
use http::HeaderMap;
use jiff::tz::TimeZone;
use leptos::prelude::use_context;

use super::Locale;
use crate::{
    WebState,
    handling::{PageRequest, Redirect, choice, local_path, preference, ui_error},
};

/// The cookie in which the browser says its time zone. No secret.
pub(crate) const ZONE_COOKIE: &str = "kw_zone";

/// Who reads an answer.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    locale: Locale,
    zone: TimeZone,
}

tokio::task_local! {
    static REQUEST: Reader;
}

impl Default for Reader {
    fn default() -> Self {
        Self { locale: Locale::default(), zone: TimeZone::UTC }
    }
}

impl Reader {
    /// The reader of a request without a session. `developer`: whether developers' pages are there.
    pub(crate) fn of(headers: &HeaderMap, developer: bool) -> Self {
        let zone = preference(headers, ZONE_COOKIE).and_then(zone_of).unwrap_or(TimeZone::UTC);
        Self { locale: Locale::of(headers, developer), zone }
    }

    /// As the person who is signed in wants to read.
    pub(crate) fn preferring(self, preferences: &Preferences) -> Self {
        // The pseudo-language is a choice of this browser alone.
        let locale = match (self.locale, preferences.locale.as_deref().and_then(Locale::parse)) {
            (Locale::Pseudo, _) | (_, None) => self.locale,
            (_, Some(locale)) => locale,
        };
        Self { locale, zone: preferences.time_zone.as_deref().and_then(zone_of).unwrap_or(self.zone) }
    }

    #[cfg(test)]
    pub(crate) fn new(locale: Locale, zone: &str) -> Self {
        Self { locale, zone: TimeZone::get(zone).unwrap() }
    }
}

/// A zone of the IANA database; a cookie may have its slash percent-encoded.
fn zone_of(name: &str) -> Option<TimeZone> {
    (name.len() <= 64).then(|| name.replace("%2F", "/")).and_then(|name| TimeZone::get(&name).ok())
}

/// Who reads what is being drawn or answered.
pub(crate) fn reader() -> Reader {
    use_context::<Reader>().or_else(|| REQUEST.try_with(Clone::clone).ok()).unwrap_or_default()
}

/// The language of what is being drawn or answered.
pub(crate) fn current() -> Locale {
    use_context::<Reader>()
        .map(|reader| reader.locale)
        .or_else(|| REQUEST.try_with(|reader| reader.locale).ok())
        .unwrap_or_default()
}

/// The time zone of what is being drawn or answered.
pub(crate) fn zone() -> TimeZone {
    reader().zone
}

/// Answers a request for its reader.
pub(crate) async fn scoped(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let reader = Reader::of(request.headers(), state.developer_pages);
    answered_for(reader, next.run(request)).await
}

/// What `answer` becomes for `reader`.
pub(crate) async fn answered_for<T>(reader: Reader, answer: impl Future<Output = T>) -> T {
    REQUEST.scope(reader, answer).await
}

/// Takes the choice of whoever is signed in and goes back to where it was made; an empty one is the browser's zone.
pub(crate) async fn choose_zone(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    let (zone, back) = match choice(&body, "time_zone") {
        Ok(choice) => choice,
        Err(error) => return page_request.draw(Err(error)).await,
    };
    if !page_request.is_signed_in() {
        return Redirect::to(local_path(&back)).answer(&page_request).await;
    }
    let asked = UpdateMe { locale: None, time_zone: Some(Some(zone).filter(|zone| !zone.is_empty())) };
    match control::users::update_me(&page_request.cx, asked).await {
        Ok(_) => Redirect::to(local_path(&back)).answer(&page_request).await,
        Err(error) => page_request.draw(Err(ui_error(error))).await,
    }
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())])
    }

    fn zone_name(reader: &Reader) -> Option<String> {
        reader.zone.iana_name().map(str::to_owned)
    }

    #[test]
    fn the_browser_says_its_zone() {
        let zone = |cookie: &str| zone_name(&Reader::of(&headers(cookie), false));
        assert_eq!(zone("kw_zone=Europe/Rome").as_deref(), Some("Europe/Rome"));
        assert_eq!(zone("a=b; kw_zone=America%2FNew_York").as_deref(), Some("America/New_York"));
        for nothing in ["kw_zone=", "kw_zone=../../etc/passwd", "kw_zone=Mars/Base", "a=b"] {
            assert_eq!(zone(nothing), zone_name(&Reader::default()), "{nothing}");
        }
    }

    #[test]
    fn what_a_person_chose_counts_first() {
        let chose = |locale: Option<&str>, zone: Option<&str>| Preferences {
            locale: locale.map(str::to_owned),
            time_zone: zone.map(str::to_owned),
        };
        let browser = || Reader::of(&headers("kw_language=zh; kw_zone=Asia/Shanghai"), false);
        let reader = browser().preferring(&chose(Some("it"), Some("Europe/Rome")));
        assert_eq!((reader.locale, zone_name(&reader).as_deref()), (Locale::Italian, Some("Europe/Rome")));
        let reader = browser().preferring(&chose(None, None));
        assert_eq!((reader.locale, zone_name(&reader).as_deref()), (Locale::Chinese, Some("Asia/Shanghai")));
        // A choice that a newer version wrote.
        let reader = browser().preferring(&chose(Some("eo"), Some("Mars/Base")));
        assert_eq!((reader.locale, zone_name(&reader).as_deref()), (Locale::Chinese, Some("Asia/Shanghai")));
    }
}
