//! Meter component: how much of a limit is used, as a thin bar with its numbers in words beside it.

use leptos::prelude::*;

/// From these shares (per cent) on a meter warns, and says that the end is reached.
const WARNING: i64 = 80;
const FULL: i64 = 100;

/// The bar; its text is the number, never the colour alone.
#[component]
pub(crate) fn Meter(
    /// What is used, in the unit of `limit`.
    used: i64,
    limit: i64,
    /// `42 of 100 requests`
    #[prop(into)]
    words: String,
) -> impl IntoView {
    let percent = percent(used, limit);
    let class = match percent {
        FULL.. => "meter meter-full",
        WARNING.. => "meter meter-warning",
        _ => "meter",
    };
    let width = (percent.clamp(0, 100) * 10).to_string();
    view! {
        <span class=class>
            <svg viewBox="0 0 1000 4" preserveAspectRatio="none" aria-hidden="true">
                <rect class="meter-ground" width="1000" height="4"></rect>
                <rect class="meter-used" width=width height="4"></rect>
            </svg>
            <span class="meter-words">{words}</span>
        </span>
    }
}

/// Whole per cent, rounded down: a limit is reached when it is, not before. Of no limit nothing is left.
fn percent(used: i64, limit: i64) -> i64 {
    if limit <= 0 {
        return if used > 0 { FULL } else { 0 };
    }
    i64::try_from(i128::from(used.max(0)) * 100 / i128::from(limit)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_reached_when_it_is() {
        assert_eq!((percent(99, 100), percent(100, 100), percent(0, 0), percent(1, 0)), (99, 100, 0, 100));
        assert_eq!(percent(i64::MAX, 1), i64::MAX);
        for (used, class) in [(79, "meter"), (80, "meter meter-warning"), (100, "meter meter-full")] {
            let html = view! { <Meter used limit=100 words="…" /> }.to_html();
            assert!(html.contains(&format!(r#"class="{class}""#)), "{html}");
        }
    }
}
