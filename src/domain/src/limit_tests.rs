//! Rate limit tests: windows and pace against a model.

use proptest::prelude::*;

use super::*;

fn admitted(gcra: Gcra, arrivals: &[u64]) -> Vec<u64> {
    let mut tat = 0;
    arrivals
        .iter()
        .copied()
        .filter(|now| match gcra.decide(tat, *now) {
            Verdict::Admitted { tat_ns, .. } => {
                tat = tat_ns;
                true
            }
            Verdict::Refused { .. } => false,
        })
        .collect()
}

#[test]
fn a_burst_gets_the_whole_allowance_and_not_one_more() {
    let now = 1_000_000;
    assert_eq!(admitted(Gcra::per_minute(100), &vec![now; 150]).len(), 100);
}

#[test]
fn remaining_counts_down_to_zero() {
    let gcra = Gcra::per_minute(3);
    let mut tat = 0;
    for expected in [2, 1, 0] {
        match gcra.decide(tat, 500) {
            Verdict::Admitted { tat_ns, remaining, .. } => {
                assert_eq!(remaining, expected);
                tat = tat_ns;
            }
            Verdict::Refused { .. } => panic!("refused too early"),
        }
    }
    assert!(matches!(gcra.decide(tat, 500), Verdict::Refused { retry_after_ns: 20_000_000_000, .. }));
}

proptest! {
    /// Whoever waits as long as the refusal says is admitted, and a nanosecond earlier is not.
    #[test]
    fn retry_after_is_exact(limit in 1_u32..1000, tat in 0_u64..1 << 50, now in 0_u64..1 << 50) {
        let gcra = Gcra::per_minute(limit);
        if let Verdict::Refused { retry_after_ns, .. } = gcra.decide(tat, now) {
            let (at, before) = (gcra.decide(tat, now + retry_after_ns), gcra.decide(tat, now + retry_after_ns - 1));
            prop_assert!(matches!(at, Verdict::Admitted { .. }), "must be admitted after the wait");
            prop_assert!(matches!(before, Verdict::Refused { .. }), "must be refused before");
        }
    }

    /// Over any run of arrivals, no more than the allowance and the sustained rate are admitted.
    #[test]
    fn never_more_than_burst_plus_rate(limit in 1_u32..50, mut arrivals in prop::collection::vec(0_u64..300_000_000_000, 1..400)) {
        arrivals.sort_unstable();
        let gcra = Gcra::per_minute(limit);
        let passed = admitted(gcra, &arrivals);
        if let (Some(first), Some(last)) = (passed.first(), passed.last()) {
            let interval = gcra.period_ns / u64::from(limit);
            let ceiling = u64::from(limit) + (last - first) / interval + 1;
            prop_assert!(passed.len() as u64 <= ceiling);
        }
    }
}

/// How many of the arrivals pass, by the window.
fn passed(window: Window, limit: u32, arrivals: &[u64]) -> Vec<u64> {
    let mut counted = SlidingWindow::default();
    let mut pass = |now: u64| {
        let admitted = counted.ask(window, limit, 1, now).admitted;
        if admitted {
            counted.take(1);
        }
        admitted
    };
    arrivals.iter().copied().filter(|now| pass(*now)).collect()
}

#[test]
fn a_window_gives_its_whole_limit_at_once_and_again_when_it_has_passed() {
    let at = 90 * 1_000_000_000;
    assert_eq!(passed(Window::Minute, 100, &vec![at; 150]).len(), 100);
    let later = at + Window::Minute.ns() + 1_000_000_000;
    assert_eq!(passed(Window::Minute, 100, &[vec![at; 150], vec![later; 150]].concat()).len(), 200);
    let mut counted = SlidingWindow::default();
    assert_eq!(counted.ask(Window::Hour, 3, 1, 7).remaining, 2);
    counted.take(1);
    assert_eq!(counted.ask(Window::Hour, 3, 1, 8).remaining, 1);
    assert!(!counted.is_whole(Window::Hour, 8) && counted.is_whole(Window::Hour, 2 * Window::Hour.ns()));
}

#[test]
fn a_burst_takes_the_rate_of_the_shortest_window() {
    let limits = RateLimits {
        requests_per_hour: Some(60),
        requests_per_day: Some(100),
        burst: Some(2),
        ..RateLimits::default()
    };
    let gcra = limits.burst_limit().unwrap();
    assert_eq!((gcra.burst, gcra.limit, gcra.period_ns), (2, 60, Window::Hour.ns()));
    let minute = 60_000_000_000;
    assert_eq!(admitted(gcra, &[5, 5, 5, 5 + minute, 5 + minute]), [5, 5, 5 + minute]);
    assert_eq!(RateLimits { burst: Some(2), ..RateLimits::default() }.burst_limit(), None);
}

proptest! {
    /// K11: at most the limit in *any* span of the window's length.
    #[test]
    fn no_span_of_a_windows_length_has_more_than_the_limit(
        limit in 1_u32..20,
        mut arrivals in prop::collection::vec(0_u64..240_000_000_000, 1..400),
    ) {
        arrivals.sort_unstable();
        let passed = passed(Window::Minute, limit, &arrivals);
        for (at, first) in passed.iter().enumerate() {
            let within = passed[at..].iter().take_while(|later| **later - first < Window::Minute.ns()).count();
            prop_assert!(within <= limit as usize);
        }
    }

    /// Whoever waits as long as a window says is admitted.
    #[test]
    fn a_windows_wait_is_enough(limit in 1_u32..9, mut arrivals in prop::collection::vec(0_u64..180_000_000_000, 1..99)) {
        arrivals.sort_unstable();
        let mut counted = SlidingWindow::default();
        for now in arrivals {
            let said = counted.ask(Window::Minute, limit, 1, now);
            if said.admitted {
                counted.take(1);
            } else {
                prop_assert!(said.retry_after_ns <= said.reset_ns);
                let mut after = counted.clone();
                prop_assert!(after.ask(Window::Minute, limit, 1, now + said.retry_after_ns).admitted);
                let mut before = counted.clone();
                prop_assert!(!before.ask(Window::Minute, limit, 1, now + said.retry_after_ns - 1).admitted);
            }
        }
    }
}
