//! Charts, drawn on the server (SVG): bars, areas, sparklines. They stretch with the page; labels are text next to them
//! and stay readable, and the same numbers stand in a table.

mod area;
mod bars;
mod figures;
mod scale;
mod spark;

pub(crate) use figures::{Point, Series};
pub(crate) use spark::Sparkline;

use leptos::prelude::*;

use figures::{AsTable, axis, scale};
use scale::{HEIGHT, x};

/// How the points are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawing {
    /// A bar per point, series stacked from the foot in their order.
    Bars,
    /// The first series as an area under its line, further ones as lines over it.
    Area,
}

/// A chart and its table.
#[component]
pub(crate) fn Chart(
    drawing: Drawing,
    /// The whole in a sentence, for those who do not see it.
    #[prop(into)]
    summary: String,
    /// Of the table.
    #[prop(into)]
    caption: String,
    /// What a point is: `Hour`.
    #[prop(into)]
    column: String,
    series: Vec<Series>,
    points: Vec<Point>,
) -> impl IntoView {
    let width = x(points.len().max(1));
    let (top, marks) = match drawing {
        Drawing::Bars => bars::drawn(&series, &points),
        Drawing::Area => area::drawn(&series, &points),
    };
    view! {
        <div class="chart">
            {scale(top)}
            <svg class="chart-bars" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=summary>
                <path class="chart-grid" d=format!("M0 1H{width}M0 {}H{width}M0 {}H{width}", HEIGHT / 2, HEIGHT - 1)></path>
                {marks}
            </svg>
            {axis(&points)}
        </div>
        <AsTable caption column series points />
    }
}
