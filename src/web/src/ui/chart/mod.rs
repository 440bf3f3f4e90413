//! Charts, drawn on the server (SVG): bars, areas, sparklines, each with the same numbers as a table. They stretch with
//! the page; labels are text next to them and stay readable.

mod area;
mod bars;
mod figures;
mod scale;
mod spark;

pub(crate) use area::AreaChart;
pub(crate) use bars::BarChart;
pub(crate) use figures::{Point, Series};
pub(crate) use spark::Sparkline;
