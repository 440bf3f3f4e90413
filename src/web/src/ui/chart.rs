//! Chart component, drawn on the server. Bars stretch with the page, labels are text next to them and stay readable.

use contract::overview::HourCount;
use leptos::prelude::*;

use crate::{
    texts::t,
    words::{number, time},
};

/// Height of the drawing in its own units; its width is one hundred units a bar.
const HEIGHT: i64 = 1_000;

/// Requests per hour, errors stacked at the foot.
#[component]
pub(crate) fn HoursChart(hours: Vec<HourCount>) -> impl IntoView {
    let busiest = hours.iter().map(|hour| hour.requests).max().unwrap_or(0);
    let top = top_of(busiest);
    let total: i64 = hours.iter().map(|hour| hour.requests).sum();
    let bad: i64 = hours.iter().map(|hour| hour.errors).sum();
    let summary = t!(
        "chart-summary",
        requests = total,
        requests_shown = number::count(total),
        errors = bad,
        errors_shown = number::count(bad),
        busiest = number::count(busiest)
    );
    let width = i64::try_from(hours.len()).unwrap_or(24) * 100;
    view! {
        <div class="chart">
            <div class="chart-scale" aria-hidden="true">
                <span>{number::compact(top)}</span>
                <span>{number::compact(top / 2)}</span>
                <span>"0"</span>
            </div>
            <svg class="chart-bars" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=summary>
                <path class="chart-grid" d=format!("M0 1H{width}M0 {}H{width}M0 {}H{width}", HEIGHT / 2, HEIGHT - 1)></path>
                {hours.iter().enumerate().map(|(i, hour)| bar(i, hour, top)).collect_view()}
            </svg>
            <div class="chart-axis" aria-hidden="true">{axis(&hours)}</div>
        </div>
        <details class="as-table">
            <summary>{t!("chart-table")}</summary>
            <table class="table table-dense">
                <caption class="unseen">{t!("chart-caption")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!("chart-column-hour")}</th>
                        <th scope="col" class="figure">{t!("chart-column-requests")}</th>
                        <th scope="col" class="figure">{t!("chart-column-errors")}</th>
                    </tr>
                </thead>
                <tbody>
                    {hours
                        .iter()
                        .map(|hour| {
                            view! {
                                <tr>
                                    <th scope="row">{label(hour, true)}</th>
                                    <td class="figure">{number::count(hour.requests)}</td>
                                    <td class="figure">{number::count(hour.errors)}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </details>
    }
}

fn bar(index: usize, hour: &HourCount, top: i64) -> impl IntoView + use<> {
    let x = i64::try_from(index).unwrap_or(0) * 100 + 5;
    let all = height(hour.requests, top);
    let bad = height(hour.errors, top).min(all);
    let title = t!(
        "chart-hour",
        hour = label(hour, true),
        requests = hour.requests,
        requests_shown = number::count(hour.requests),
        errors = hour.errors,
        errors_shown = number::count(hour.errors)
    );
    view! {
        <g class="chart-bar">
            <title>{title}</title>
            <rect class="chart-touch" x=x - 5 y=0 width=100 height=HEIGHT></rect>
            <rect class="chart-good" x=x y=HEIGHT - all width=90 height=all - bad></rect>
            <rect class="chart-bad" x=x y=HEIGHT - bad width=90 height=bad></rect>
        </g>
    }
}

/// In units of the drawing; something that is there is seen, however little it is.
fn height(n: i64, top: i64) -> i64 {
    if n <= 0 { 0 } else { (n.saturating_mul(HEIGHT) / top.max(1)).max(12) }
}

/// Every sixth hour, and now.
fn axis(hours: &[HourCount]) -> impl IntoView + use<> {
    let last = hours.len().saturating_sub(1);
    hours
        .iter()
        .enumerate()
        .filter(|(i, _)| i % 6 == 0 || *i == last)
        .map(|(i, hour)| {
            let text = if i == last { t!("chart-now") } else { label(hour, i % 12 == 0) };
            view! { <span>{text}</span> }
        })
        .collect_view()
}

fn label(hour: &HourCount, with_day: bool) -> String {
    time::mark(hour.from, with_day)
}

/// The round figure at the top of the scale: 2, 4, 6, 8 or 10 times a power of ten, so that its half is whole.
fn top_of(highest: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for step in [2, 4, 6, 8, 10] {
            if highest <= step * power {
                return step * power;
            }
        }
        match power.checked_mul(10) {
            Some(next) if next < i64::MAX / 100 => power = next,
            _ => return highest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round() {
        for (highest, top) in [(0, 2), (1, 2), (3, 4), (10, 10), (11, 20), (3_204, 4_000), (99_999, 100_000)] {
            assert_eq!(top_of(highest), top, "{highest}");
        }
    }

    #[test]
    fn little_is_still_seen_and_nothing_is_not() {
        assert_eq!((height(0, 4_000), height(1, 4_000), height(4_000, 4_000)), (0, 12, HEIGHT));
    }
}
