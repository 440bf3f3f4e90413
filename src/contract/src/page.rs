//! Pages of small sets, and cursors through large ones (A6).

use serde::{Deserialize, Serialize};

use crate::FieldErrors;

/// Which page of a small set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

const fn first() -> i64 {
    1
}

const fn twenty() -> i64 {
    20
}

impl Default for PageQuery {
    fn default() -> Self {
        Self { page: first(), page_size: twenty() }
    }
}

impl PageQuery {
    /// `(limit, offset)` for the store.
    pub fn window(self) -> Result<(i64, i64), FieldErrors> {
        let mut errors = FieldErrors::default();
        if !(1..=1_000_000_000).contains(&self.page) {
            errors.push("page", "pages count from 1");
        }
        if !(1..=100).contains(&self.page_size) {
            errors.push("page_size", "use 1 to 100");
        }
        if errors.is_empty() { Ok((self.page_size, (self.page - 1) * self.page_size)) } else { Err(errors) }
    }
}

/// A page of a small set, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// Rows in all.
    pub total: i64,
    /// This page, from 1.
    pub page: i64,
    /// Rows per page.
    pub page_size: i64,
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

    #[test]
    fn bounds() {
        assert_eq!(PageQuery::default().window(), Ok((20, 0)));
        assert_eq!(PageQuery { page: 3, page_size: 50 }.window(), Ok((50, 100)));
        assert!(PageQuery { page: 0, page_size: 20 }.window().is_err());
        assert!(PageQuery { page: 1, page_size: 101 }.window().unwrap_err().get("page_size").is_some());
    }
}
