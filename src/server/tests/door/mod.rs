//! The door over raw sockets: everything that is refused before, or instead of, being passed on.
//!
//! What is refused stands in tables of [`case::Case`]s, a file per theme. The same tables are sent to houses on both
//! engines ([`table`]), dozens of times to a process of its own ([`process`]), and are rendered as `docs/door.md`
//! ([`page`]).

mod addresses;
mod body;
mod case;
mod credentials;
mod framing;
mod head;
mod line;
mod page;
mod passing;
mod process;
mod scene;
mod slow;
mod smuggling;
mod table;
mod upstreams;
