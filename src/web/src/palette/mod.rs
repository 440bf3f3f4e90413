//! Command palette and keyboard: go to any page, key or upstream by its name; letters that do what links do. All of it
//! can be done without, and the letters can be switched off.

#[cfg(feature = "ssr")]
mod help;
mod island;
#[cfg(feature = "hydrate")]
mod keyboard;
mod search;
#[cfg(feature = "ssr")]
mod setting;

#[cfg(feature = "ssr")]
pub(crate) use help::Help;
#[cfg(feature = "ssr")]
pub(crate) use island::{Palette, PaletteWords};
#[cfg(feature = "ssr")]
pub(crate) use setting::{choose, keys_are_on, places};

use serde::{Deserialize, Serialize};

/// A line of the palette: where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaletteLine {
    /// A path of this site.
    pub href: String,
    /// What it is called.
    pub words: String,
    /// What it is: `Page`, `Key`; or the letters that lead there.
    pub note: String,
    /// The letter that leads there behind `g`; none for what has none.
    pub letter: Option<char>,
}
