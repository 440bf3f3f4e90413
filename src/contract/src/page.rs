//! Pagination: pages by number, and cursors through everything (keyset pagination, A6).

use serde::{Deserialize, Serialize};

use crate::{FieldErrors, Violation};

/// Which page of a list: by number near its beginning, by cursor anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct PageQuery {
    /// From 1.
    #[serde(default = "first")]
    #[cfg_attr(feature = "openapi", param(default = 1, minimum = 1))]
    pub page: i64,
    /// 1 to 100.
    #[serde(default = "twenty")]
    #[cfg_attr(feature = "openapi", param(default = 20, minimum = 1, maximum = 100))]
    pub page_size: i64,
    /// `next_cursor` of the page before; not together with `page`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The deepest row that a page has by its number; what lies below is walked by cursor.
pub const DEEPEST: i64 = 10_000;

/// Rows beyond this number are not counted.
pub const TOTAL_CAP: i64 = 10_000;

/// A page that there is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadPage {
    /// Numbers that cannot be taken.
    Fields(FieldErrors),
    /// `page × page_size` is beyond [`DEEPEST`].
    TooDeep,
}

impl BadPage {
    /// The code of [`BadPage::TooDeep`].
    pub const TOO_DEEP: &'static str = "page_too_deep";
    /// The sentence of [`BadPage::TooDeep`].
    pub const TOO_DEEP_SENTENCE: &'static str =
        "pages by number end at row 10000; go on with cursor, which is next_cursor of the page before";
}

const fn first() -> i64 {
    1
}

const fn twenty() -> i64 {
    20
}

impl Default for PageQuery {
    fn default() -> Self {
        Self { page: first(), page_size: twenty(), cursor: None }
    }
}

impl PageQuery {
    /// `(limit, offset)` for the store.
    pub fn window(&self) -> Result<(i64, i64), BadPage> {
        let mut errors = FieldErrors::default();
        if self.page < 1 {
            errors.push("page", Violation::PageNumber);
        }
        if !(1..=100).contains(&self.page_size) {
            errors.push("page_size", Violation::Range { min: 1, max: 100 });
        }
        if self.cursor.is_some() && self.page != first() {
            errors.push("cursor", Violation::NotBoth { one: "page", other: "cursor" });
        }
        if !errors.is_empty() {
            return Err(BadPage::Fields(errors));
        }
        if self.page.saturating_mul(self.page_size) > DEEPEST {
            return Err(BadPage::TooDeep);
        }
        Ok((self.page_size, (self.page - 1) * self.page_size))
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// Rows in all, counted up to 10,000.
    pub total: i64,
    /// Set where there are more rows than `total`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub total_is_capped: bool,
    /// This page, from 1; by cursor always 1.
    pub page: i64,
    /// Rows per page.
    pub page_size: i64,
    /// Pass it as `cursor` for the rows that follow; `null` at the end.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page as `query` asked for it; `counted` rows were counted, at most one more than [`TOTAL_CAP`].
    pub fn new(query: &PageQuery, items: Vec<T>, counted: i64, next_cursor: Option<String>) -> Self {
        Self {
            items,
            total: counted.min(TOTAL_CAP),
            total_is_capped: counted > TOTAL_CAP,
            page: query.page,
            page_size: query.page_size,
            next_cursor,
        }
    }
}

/// A stretch of a large set, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CursorPage<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Pass it as `cursor` for the rows that follow; `null` at the end.
    pub next_cursor: Option<String>,
    /// Whether rows follow.
    pub has_more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(page: i64, page_size: i64) -> Result<(i64, i64), BadPage> {
        PageQuery { page, page_size, cursor: None }.window()
    }

    #[test]
    fn bounds() {
        assert_eq!(PageQuery::default().window(), Ok((20, 0)));
        assert_eq!(window(3, 50), Ok((50, 100)));
        for (page, page_size, field) in [(0, 20, "page"), (1, 101, "page_size"), (1, 0, "page_size"), (-7, 5, "page")] {
            assert!(matches!(window(page, page_size), Err(BadPage::Fields(errors)) if errors.get(field).is_some()));
        }
        let both = PageQuery { page: 2, cursor: Some("c1".to_owned()), ..PageQuery::default() };
        assert!(matches!(both.window(), Err(BadPage::Fields(errors)) if errors.get("cursor").is_some()));
    }

    #[test]
    fn pages_by_number_end_at_row_10000() {
        assert_eq!(window(100, 100), Ok((100, 9_900)));
        assert_eq!(window(500, 20), Ok((20, 9_980)));
        assert_eq!(window(501, 20), Err(BadPage::TooDeep));
        assert_eq!(window(i64::MAX, 100), Err(BadPage::TooDeep));
    }

    #[test]
    fn a_total_beyond_the_cap_is_called_capped() {
        let page = |counted| Page::<()>::new(&PageQuery::default(), vec![], counted, None);
        assert_eq!((page(10_000).total, page(10_000).total_is_capped), (10_000, false));
        assert_eq!((page(10_001).total, page(10_001).total_is_capped), (10_000, true));
        assert!(!serde_json::to_string(&page(1)).unwrap().contains("capped"));
    }
}
