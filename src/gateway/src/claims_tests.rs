//! Claims tests: the conformance suite of every implementation, and the bounds of the one in memory.

use std::{
    sync::Arc,
    task::{Context, Poll, Waker},
};

use domain::{Gcra, RateLimits, claim};
use proptest::prelude::*;

use super::*;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;

fn verdict(claims: &MemoryClaims, lines: &[Line<'_>], now_ns: u64) -> ClaimVerdict {
    // In memory nothing is ever waited for.
    match claims.reserve(lines, now_ns).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(verdict) => verdict.unwrap(),
        Poll::Pending => panic!("memory claims wait for nothing"),
    }
}

fn admitted(claims: &MemoryClaims, subject: &str, rules: &[Rule], now_ns: u64) -> bool {
    let lines: Vec<Line<'_>> = rules.iter().map(|rule| Line { subject, rule: *rule }).collect();
    matches!(verdict(claims, &lines, now_ns), ClaimVerdict::Granted(_))
}

const fn per_minute(limit: u32) -> [Rule; 1] {
    [Rule::Requests(Window::Minute, limit)]
}

#[test]
fn parallel_requests_get_the_allowance_and_not_one_more() {
    let claims = Arc::new(MemoryClaims::default());
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let claims = claims.clone();
            std::thread::spawn(move || (0..50).filter(|_| admitted(&claims, "key", &per_minute(100), 7)).count())
        })
        .collect();
    let passed: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert_eq!(passed, 100);
}

#[test]
fn subjects_do_not_share() {
    let claims = MemoryClaims::default();
    assert!(admitted(&claims, "a", &per_minute(1), 5));
    assert!(!admitted(&claims, "a", &per_minute(1), 5));
    assert!(admitted(&claims, "b", &per_minute(1), 5));
    assert!(admitted(&claims, "a", &per_minute(1), 5 + MINUTE + SECOND));
}

#[test]
fn all_lines_or_none() {
    let claims = MemoryClaims::default();
    let both = [Rule::Requests(Window::Hour, 100), Rule::Requests(Window::Minute, 1)];
    assert!(admitted(&claims, "a", &both, 5));
    for _ in 0..5 {
        assert!(!admitted(&claims, "a", &both, 5));
    }
    let lines = [Line { subject: "a", rule: both[0] }];
    let ClaimVerdict::Granted(states) = verdict(&claims, &lines, 5) else { panic!("the hour has room") };
    assert_eq!(states[0].remaining, 98, "what was refused took nothing of the hour");
    let two = [Line { subject: "b", rule: both[0] }, Line { subject: "a", rule: both[1] }];
    assert!(matches!(verdict(&claims, &two, 5), ClaimVerdict::Refused { line, .. } if line.rule == both[1]));
    let lines = [Line { subject: "b", rule: both[0] }];
    let ClaimVerdict::Granted(states) = verdict(&claims, &lines, 5) else { panic!("untouched") };
    assert_eq!(states[0].remaining, 99);
}

#[test]
fn a_place_is_given_back_and_no_more_than_it() {
    let claims: Arc<MemoryClaims> = Arc::default();
    let rule = [Rule::Concurrency(2)];
    assert!(admitted(&claims, "a", &rule, 1) && admitted(&claims, "a", &rule, 1));
    assert!(!admitted(&claims, "a", &rule, 1));
    drop(Reservation::new(claims.clone(), "a"));
    assert!(admitted(&claims, "a", &rule, 2) && !admitted(&claims, "a", &rule, 2));
    for _ in 0..9 {
        claims.release("a");
    }
    claims.release("never seen");
    assert!(admitted(&claims, "a", &rule, 3) && admitted(&claims, "a", &rule, 3) && !admitted(&claims, "a", &rule, 3));
}

#[test]
fn the_line_that_keeps_waiting_longest_is_the_one_that_is_named() {
    let claims = MemoryClaims::default();
    let limits = RateLimits {
        requests_per_minute: Some(1),
        requests_per_day: Some(1),
        burst: Some(1),
        concurrency: Some(9),
        ..RateLimits::default()
    };
    let rules: Vec<Rule> = claim::rules(&limits).collect();
    assert_eq!(rules.len(), 4);
    assert!(admitted(&claims, "a", &rules, 0));
    let lines: Vec<Line<'_>> = rules.iter().map(|rule| Line { subject: "a", rule: *rule }).collect();
    let ClaimVerdict::Refused { line, retry_after_ns, states } = verdict(&claims, &lines, 1) else { panic!("spent") };
    assert_eq!((line.rule, states.len()), (Rule::Requests(Window::Day, 1), 4));
    assert!(retry_after_ns > 23 * 60 * MINUTE);
}

#[test]
fn a_burst_is_smaller_than_its_window() {
    let claims = MemoryClaims::default();
    let rules = [Rule::Burst(Gcra { burst: 2, limit: 60, period_ns: MINUTE }), Rule::Requests(Window::Minute, 60)];
    let passed = (0..10).filter(|_| admitted(&claims, "a", &rules, 5)).count();
    assert_eq!(passed, 2);
    assert!(admitted(&claims, "a", &rules, 5 + SECOND));
}

#[test]
fn whole_allowances_are_forgotten() {
    let claims = MemoryClaims::with_capacity(64 * 64);
    for minute in 0..50 {
        for n in 0..1000 {
            assert!(admitted(&claims, &format!("{minute}-{n}"), &per_minute(1), minute * 3 * MINUTE));
        }
    }
    assert!(claims.len() <= 64 * 64, "{}", claims.len());
}

proptest! {
    /// However many subjects come, memory is bounded.
    #[test]
    fn bounded(subjects in prop::collection::vec(0_u16..2000, 1..2000)) {
        let claims = MemoryClaims::with_capacity(256);
        for subject in subjects {
            admitted(&claims, &subject.to_string(), &per_minute(10), 1);
            prop_assert!(claims.len() <= 256);
        }
    }
}
