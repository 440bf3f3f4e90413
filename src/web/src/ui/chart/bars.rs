//! Bars of a chart: one per point, series stacked from the foot in the order of their names.

use leptos::prelude::*;

use super::{
    figures::{Point, Series, title, top},
    scale::{HEIGHT, STEP, height, x},
};

/// The top of the scale, and the bars.
pub(super) fn drawn(series: &[Series], points: &[Point]) -> (i64, AnyView) {
    let top = top(points, |point| point.values.iter().sum());
    (top, points.iter().enumerate().map(|(i, point)| bar(i, series, point, top)).collect_view().into_any())
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
