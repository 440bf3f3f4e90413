//! Chart samples of the kit catalogue.

use leptos::prelude::*;

use super::part;
use crate::ui::chart::{Chart, Drawing, Point, Series, Sparkline};

pub(super) fn parts() -> AnyView {
    let series = || {
        vec![
            Series { name: "Errors".to_owned(), class: "chart-bad" },
            Series { name: "Successful".to_owned(), class: "chart-good" },
        ]
    };
    view! {
        {part("spark", "Sparkline", view! { <Sparkline summary="Twelve hours" values=(0..12).map(wave).collect() /> }.into_any())}
        {part(
            "bars",
            "Bar chart",
            view! { <Chart drawing=Drawing::Bars summary="24 hours" caption="Per hour" column="Hour" series=series() points=points() /> }
                .into_any(),
        )}
        {part(
            "area",
            "Area chart",
            view! { <Chart drawing=Drawing::Area summary="24 hours" caption="Per hour" column="Hour" series=series() points=points() /> }
                .into_any(),
        )}
        {part(
            "nothing",
            "Chart of nothing",
            view! { <Chart drawing=Drawing::Bars summary="Nothing" caption="Nothing" column="Hour" series=series() points=Vec::new() /> }.into_any(),
        )}
    }
    .into_any()
}

/// A day like any other.
fn wave(hour: i64) -> i64 {
    (hour * 37 % 23) * 40
}

fn points() -> Vec<Point> {
    (0..24)
        .map(|hour| Point {
            label: format!("{hour:02}:00"),
            mark: (hour % 6 == 0).then(|| format!("{hour:02}:00")),
            values: vec![wave(hour) / 9, wave(hour)],
        })
        .collect()
}
