//! Request log pages.

mod detail;
mod filter;
mod list;
mod table;

pub(crate) use detail::detail_page;
pub(crate) use list::list_page;
pub(crate) use table::log_table;
