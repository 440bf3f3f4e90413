//! Bar chart: a bar per point, series stacked from the foot in the order of their names.

use leptos::prelude::*;

use super::{
    figures::{AsTable, Point, Series, axis, scale, title, top},
    scale::{HEIGHT, STEP, height, x},
};

/// Bars and their table.
#[component]
pub(crate) fn BarChart(
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
    let top = top(&points, |point| point.values.iter().sum());
    let width = x(points.len().max(1));
    let bars = points.iter().enumerate().map(|(i, point)| bar(i, &series, point, top)).collect_view();
    view! {
        <div class="chart">
            {scale(top)}
            <svg class="chart-bars" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=summary>
                <path class="chart-grid" d=format!("M0 1H{width}M0 {}H{width}M0 {}H{width}", HEIGHT / 2, HEIGHT - 1)></path>
                {bars}
            </svg>
            {axis(&points)}
        </div>
        <AsTable caption column series points />
    }
}

fn bar(index: usize, series: &[Series], point: &Point, top: i64) -> impl IntoView + use<> {
    let left = x(index);
    let mut foot = HEIGHT;
    let parts = series
        .iter()
        .zip(&point.values)
        .map(|(series, value)| {
            let tall = height(*value, top).min(foot);
            foot -= tall;
            view! { <rect class=series.class x=left + 5 y=foot width=STEP - 10 height=tall></rect> }
        })
        .collect_view();
    view! {
        <g class="chart-bar">
            <title>{title(series, point)}</title>
            <rect class="chart-touch" x=left y=0 width=STEP height=HEIGHT></rect>
            {parts}
        </g>
    }
}
