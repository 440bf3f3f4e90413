//! Area chart: the first series as an area under its line, further ones as lines over it.

use std::fmt::Write as _;

use leptos::prelude::*;

use super::{
    figures::{AsTable, Point, Series, axis, scale, title, top},
    scale::{HEIGHT, STEP, height, x},
};

/// The areas and their table.
#[component]
pub(crate) fn AreaChart(
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
    let top = top(&points, |point| point.values.iter().copied().max().unwrap_or(0));
    let width = x(points.len().max(1));
    let lines = series.iter().enumerate().map(|(i, series)| area(i, series, &points, top)).collect_view();
    let touch = points
        .iter()
        .enumerate()
        .map(|(i, point)| {
            view! {
                <g class="chart-bar">
                    <title>{title(&series, point)}</title>
                    <rect class="chart-touch" x=x(i) y=0 width=STEP height=HEIGHT></rect>
                </g>
            }
        })
        .collect_view();
    view! {
        <div class="chart">
            {scale(top)}
            <svg class="chart-bars" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=summary>
                <path class="chart-grid" d=format!("M0 1H{width}M0 {}H{width}M0 {}H{width}", HEIGHT / 2, HEIGHT - 1)></path>
                {touch}
                {lines}
            </svg>
            {axis(&points)}
        </div>
        <AsTable caption column series points />
    }
}

fn area(index: usize, series: &Series, points: &[Point], top: i64) -> impl IntoView + use<> {
    let line = outline(points.iter().map(|point| height(point.values.get(index).copied().unwrap_or(0), top)));
    // Down from the last point, along the foot, and up to the first one.
    let under = (index == 0 && !line.is_empty()).then(|| format!("{line}V{HEIGHT}H{}Z", STEP / 2));
    view! {
        <g class=series.class>
            {under.map(|d| view! { <path class="chart-area" d=d></path> })}
            <path class="chart-line" d=line></path>
        </g>
    }
}

/// A line through the middles of the points.
fn outline(heights: impl Iterator<Item = i64>) -> String {
    let mut line = String::new();
    for (i, tall) in heights.enumerate() {
        let step = if i == 0 { 'M' } else { 'L' };
        let _ = write!(line, "{step}{} {}", x(i) + STEP / 2, HEIGHT - tall);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_goes_through_the_middles() {
        assert_eq!(outline([0, 1_000, 500].into_iter()), "M50 1000L150 0L250 500");
        assert_eq!(outline(std::iter::empty()), "");
    }
}
