//! Pagination on the command line: a list is walked to its end unless one page of it was asked for.

use std::collections::HashSet;

use contract::Page;
use serde::Serialize;

use super::{error::CliError, output::Output};

/// The largest page that REST gives.
const PAGE_SIZE: i64 = 100;

/// One page, as it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ask {
    /// Its number, from 1.
    pub(super) page: Option<i64>,
    /// Its rows.
    pub(super) page_size: Option<i64>,
    /// Where it begins, instead of a number.
    pub(super) cursor: Option<String>,
}

/// How much of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    All,
    /// One page, as `--page`, `--page-size` and `--cursor` say.
    One(Ask),
}

impl Wanted {
    /// Naming a page, its size or its beginning asks for one page.
    pub(super) fn of(ask: Ask) -> Self {
        if ask == Ask::default() { Self::All } else { Self::One(ask) }
    }
}

/// Prints a list, walked by its cursors. Rows go out as their pages come where they are printed one by one; JSON and
/// aligned columns need all of them first. A row that shifted to a later page while the walk went on is printed once.
pub(super) async fn list<T: Serialize>(
    wanted: Wanted,
    fetch: impl AsyncFn(Ask) -> Result<Page<T>, CliError>,
    id: impl Fn(&T) -> &str,
    out: &Output,
    columns: &[&str],
    row: impl Fn(&T) -> Vec<String>,
    noun: &str,
) -> Result<(), CliError> {
    let print = |page: &Page<T>| out.list(page, columns, &page.items.iter().map(&row).collect::<Vec<_>>());
    if let Wanted::One(ask) = wanted {
        let numbered = ask.cursor.is_none();
        let page = fetch(ask).await?;
        print(&page);
        out.more(&page, numbered, noun);
        return out.finish();
    }
    let mut seen = HashSet::new();
    let mut gathered: Option<Page<T>> = None;
    let mut cursor = None;
    loop {
        let mut page = fetch(Ask { page: None, page_size: Some(PAGE_SIZE), cursor }).await?;
        cursor = page.next_cursor.take();
        page.items.retain(|item| seen.insert(id(item).to_owned()));
        match &mut gathered {
            _ if out.is_separated() => print(&page),
            Some(all) => all.items.append(&mut page.items),
            None => gathered = Some(page),
        }
        if cursor.is_none() {
            break;
        }
    }
    if let Some(mut all) = gathered {
        // It reads as what it is: one page that holds everything.
        all.total = i64::try_from(all.items.len()).unwrap_or(i64::MAX);
        all.total_is_capped = false;
        all.page_size = all.total.max(1);
        print(&all);
    }
    out.finish()
}
