//! The numbers behind a chart, and the table of them.

use leptos::prelude::*;

use super::scale::top_of;
use crate::{
    texts::t,
    ui::table::{Table, figure, main},
    words::number,
};

/// A point of the horizontal axis, with a value per series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    /// What it is called in the table and where one points at it.
    pub(crate) label: String,
    /// What stands below it on the axis, if anything does.
    pub(crate) mark: Option<String>,
    /// One value per series, in their order.
    pub(crate) values: Vec<i64>,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Series {
    pub(crate) name: String,
    /// The class that colours it: `chart-good`, `chart-bad`, `chart-first`, `chart-fourth`.
    pub(crate) class: &'static str,
}

/// The top of the scale over all `values` of all points.
pub(super) fn top(points: &[Point], value: impl Fn(&Point) -> i64) -> i64 {
    top_of(points.iter().map(value).max().unwrap_or(0))
}

/// `21:00: 12 requests, 3 errors` for one point.
pub(super) fn title(series: &[Series], point: &Point) -> String {
    let figures = series
        .iter()
        .zip(&point.values)
        .map(|(series, value)| t!("chart-figure", name = series.name.as_str(), value = number::count(*value)));
    t!("chart-point", label = point.label.as_str(), figures = figures.collect::<Vec<_>>().join(" · "))
}

/// The figures beside the axis: top, half, nothing.
pub(super) fn scale(top: i64) -> AnyView {
    view! {
        <div class="chart-scale" aria-hidden="true">
            <span>{number::compact(top)}</span>
            <span>{number::compact(top / 2)}</span>
            <span>"0"</span>
        </div>
    }
    .into_any()
}

/// The words below it.
pub(super) fn axis(points: &[Point]) -> AnyView {
    let marks = points.iter().filter_map(|point| point.mark.clone()).map(|mark| view! { <span>{mark}</span> });
    view! { <div class="chart-axis" aria-hidden="true">{marks.collect_view()}</div> }.into_any()
}

/// The same numbers as a table, folded away.
#[component]
pub(super) fn AsTable(caption: String, column: String, series: Vec<Series>, points: Vec<Point>) -> impl IntoView {
    let mut table = Table::new(caption).dense().column(main(column, |point: &Point| point.label.clone().into_any()));
    for (i, series) in series.into_iter().enumerate() {
        let value = move |point: &Point| point.values.get(i).copied();
        table = table.column(
            figure(series.name.clone(), move |point: &Point| number::optional(value(point)).into_any())
                .labelled(series.name),
        );
    }
    view! {
        <details class="as-table">
            <summary>{t!("chart-table")}</summary>
            {table.view(points)}
        </details>
    }
}
