//! Areas of a chart: the first series as an area under its line, further ones as lines over it.

use std::fmt::Write as _;

use leptos::prelude::*;

use super::{
    figures::{Point, Series, title, top},
    scale::{HEIGHT, STEP, height, x},
};

/// The top of the scale, and the lines over places that can be pointed at.
pub(super) fn drawn(series: &[Series], points: &[Point]) -> (i64, AnyView) {
    let top = top(points, |point| point.values.iter().copied().max().unwrap_or(0));
    let lines = series.iter().enumerate().map(|(i, series)| area(i, series, points, top)).collect_view();
    let touch = points
        .iter()
        .enumerate()
        .map(|(i, point)| {
            view! {
                <g class="chart-bar">
                    <title>{title(series, point)}</title>
                    <rect class="chart-touch" x=x(i) y=0 width=STEP height=HEIGHT></rect>
                </g>
            }
        })
        .collect_view();
    (top, view! { {touch} {lines} }.into_any())
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
