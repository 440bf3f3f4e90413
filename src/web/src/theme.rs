//! Colour theme: light, dark, or as the system has it; a cookie, read on the server so that no page flashes.

use axum::{Extension, extract::RawForm, response::Response};
use http::HeaderMap;

use crate::{
    handling::{PageRequest, choice, keep_preference, preference},
    texts::t,
};

/// The cookie that holds the choice. No secret: the server alone reads it, and only to pick colours.
const COOKIE: &str = "kw_theme";

/// A choice of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// All of them, in the order the menu shows them.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The text in the cookie, in the form and in the page.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What people call it.
    pub(crate) fn label(self) -> String {
        match self {
            Self::System => t!("theme-system"),
            Self::Light => t!("theme-light"),
            Self::Dark => t!("theme-dark"),
        }
    }

    fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or_default()
    }

    /// The user's choice.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        preference(headers, COOKIE).map(Self::parse).unwrap_or_default()
    }
}

/// Takes a choice and goes back to where it was made.
pub(crate) async fn choose(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    match choice(&body, "theme") {
        Ok((theme, back)) => keep_preference(&page_request, COOKIE, Theme::parse(&theme).as_str(), &back),
        Err(error) => page_request.draw(Err(error)).await,
    }
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    #[test]
    fn read_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(Theme::of(&headers), Theme::System);
        headers.insert(header::COOKIE, "a=b; kw_theme=dark; c=d".parse().unwrap());
        assert_eq!(Theme::of(&headers), Theme::Dark);
        headers.insert(header::COOKIE, "kw_themes=dark".parse().unwrap());
        assert_eq!(Theme::of(&headers), Theme::System);
        headers.insert(header::COOKIE, "kw_theme=<script>".parse().unwrap());
        assert_eq!(Theme::of(&headers), Theme::System);
    }
}
