//! HTTP edge tests over raw sockets: everything that is refused before, or instead of, being forwarded.
//!
//! What is refused stands in tables of [`case::Case`]s, a file per theme. The same tables are sent to servers on both
//! engines ([`table`]), dozens of times to a process of its own ([`process`]), and are rendered as `docs/refusals.md`
//! ([`page`]).

mod addresses;
mod body;
mod case;
mod credentials;
mod fixture;
mod framing;
mod head;
mod line;
mod page;
mod passing;
mod process;
mod slow;
mod smuggling;
mod table;
mod upstreams;
