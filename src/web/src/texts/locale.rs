//! Language of a request: the user's choice in a cookie, else what the browser accepts.

use axum::{Extension, extract::RawForm, response::Response};
use contract::session::UpdateMe;
use http::{HeaderMap, header};

use crate::handling::{PageRequest, choice, keep_preference, preference, ui_error};

/// The cookie that holds the choice. No secret: the server alone reads it, and only to pick words.
const COOKIE: &str = "kw_language";

/// A language of the catalogs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Locale {
    #[default]
    English,
    Italian,
    Chinese,
    /// English with marks around every text of the catalog: what stands without them is in no catalog. For developers.
    Pseudo,
}

impl Locale {
    /// Those for people, in the order the menu shows them.
    pub(crate) const ALL: [Self; 3] = [Self::English, Self::Italian, Self::Chinese];

    /// The folder of its catalog, the text in the cookie, in the form and in `lang`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Italian => "it",
            Self::Chinese => "zh",
            Self::Pseudo => "xa",
        }
    }

    /// What `lang` says: the script matters for the choice of glyphs.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Italian => "it",
            Self::Chinese => "zh-Hans",
            Self::Pseudo => "en-XA",
        }
    }

    /// Its own name, as the menu shows it.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Italian => "Italiano",
            Self::Chinese => "简体中文",
            Self::Pseudo => "[Éñĝļîšĥ]",
        }
    }

    /// Of `it`, `it-CH` or `zh-Hans-CN`; traditional Chinese is none of ours, but nearer than English.
    pub(super) fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|locale| locale.as_str().eq_ignore_ascii_case(primary))
    }

    /// The language of a request. `developer`: whether developers' pages are there, and so the pseudo-language.
    pub(crate) fn of(headers: &HeaderMap, developer: bool) -> Self {
        if developer && preference(headers, COOKIE) == Some(Self::Pseudo.as_str()) {
            return Self::Pseudo;
        }
        chosen(headers).or_else(|| accepted(headers)).unwrap_or_default()
    }
}

/// What the cookie says.
fn chosen(headers: &HeaderMap) -> Option<Locale> {
    preference(headers, COOKIE).and_then(Locale::parse)
}

/// The first of the browser's languages, by weight, that there is a catalog for (RFC 9110, 12.5.4).
fn accepted(headers: &HeaderMap) -> Option<Locale> {
    let mut ranges: Vec<(f32, Locale)> = headers
        .get_all(header::ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let locale = Locale::parse(parts.next()?)?;
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
            (weight > 0.0).then_some((weight, locale))
        })
        .collect();
    // Stable: of equal weights the first one counts.
    ranges.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ranges.first().map(|(_, locale)| *locale)
}

/// Takes a choice and goes back to where it was made. It is this browser's, and of the person who is signed in.
pub(crate) async fn choose(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    let (language, back) = match choice(&body, "language") {
        Ok((language, back)) => (Locale::parse(&language).unwrap_or_default(), back),
        Err(error) => return page_request.draw(Err(error)).await,
    };
    if page_request.is_signed_in() {
        let asked = UpdateMe { locale: Some(Some(language.as_str().to_owned())), time_zone: None };
        if let Err(error) = control::users::update_me(&page_request.cx, asked).await {
            return page_request.draw(Err(ui_error(error))).await;
        }
    }
    keep_preference(&page_request, COOKIE, language.as_str(), &back)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cookie: Option<&str>, accept: &str) -> Locale {
        let mut headers = HeaderMap::new();
        if let Some(cookie) = cookie {
            headers.insert(header::COOKIE, cookie.parse().unwrap());
        }
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        Locale::of(&headers, false)
    }

    #[test]
    fn the_choice_counts_before_the_browser() {
        assert_eq!(of(None, "de-CH, de;q=0.9"), Locale::English);
        assert_eq!(of(None, "de, it-CH;q=0.8, en;q=0.7"), Locale::Italian);
        assert_eq!(of(None, "en;q=0.5, zh-Hans-CN"), Locale::Chinese);
        assert_eq!(of(None, "it;q=0, *"), Locale::English);
        assert_eq!(of(Some("a=b; kw_language=zh"), "it"), Locale::Chinese);
        assert_eq!(of(Some("kw_language=<script>"), "it"), Locale::Italian);
        assert_eq!(of(Some("kw_language=xa"), "it"), Locale::Italian);
    }
}
