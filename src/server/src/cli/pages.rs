//! Pagination on the command line: a list is walked to its end unless one page of it was asked for.

use std::collections::HashSet;

use contract::Page;
use serde::Serialize;

use super::{error::CliError, output::Output};

/// The largest page that REST gives.
const PAGE_SIZE: i64 = 100;

/// How much of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    All,
    /// One page, as `--page` and `--page-size` say.
    One(Option<i64>, Option<i64>),
}

impl Wanted {
    /// Naming a page or its size asks for one page.
    pub(super) fn of(page: Option<i64>, page_size: Option<i64>) -> Self {
        if page.is_none() && page_size.is_none() { Self::All } else { Self::One(page, page_size) }
    }
}

/// Prints a list. Rows go out as their pages come where they are printed one by one; JSON and aligned columns need all
/// of them first. A row that moved to the next page while the walk went on is printed once.
pub(super) async fn list<T: Serialize>(
    wanted: Wanted,
    fetch: impl AsyncFn(Option<i64>, Option<i64>) -> Result<Page<T>, CliError>,
    id: impl Fn(&T) -> &String,
    out: &Output,
    columns: &[&str],
    row: impl Fn(&T) -> Vec<String>,
    noun: &str,
) -> Result<(), CliError> {
    let print = |page: &Page<T>| out.list(page, columns, &page.items.iter().map(&row).collect::<Vec<_>>());
    if let Wanted::One(number, size) = wanted {
        let page = fetch(number, size).await?;
        print(&page);
        if page.page.saturating_mul(page.page_size) < page.total && !page.items.is_empty() {
            out.message(&format!("{} {noun} in all; --page {} shows more.", page.total, page.page + 1));
        }
        return out.finish();
    }
    let mut seen = HashSet::new();
    let mut gathered: Option<Page<T>> = None;
    for number in 1.. {
        let mut page = fetch(Some(number), Some(PAGE_SIZE)).await?;
        let last = page.items.is_empty() || number.saturating_mul(page.page_size) >= page.total;
        page.items.retain(|item| seen.insert(id(item).clone()));
        match &mut gathered {
            _ if out.is_separated() => print(&page),
            Some(all) => all.items.append(&mut page.items),
            None => gathered = Some(page),
        }
        if last {
            break;
        }
    }
    if let Some(mut all) = gathered {
        // It reads as what it is: one page that holds everything.
        all.total = i64::try_from(all.items.len()).unwrap_or(i64::MAX);
        all.page_size = all.total.max(1);
        print(&all);
    }
    out.finish()
}
