//! Claims: what a request needs of its subjects' allowances, taken all or not at all.
//!
//! Tokens and money will be lines of the same claim.

use crate::{Gcra, RateLimits, Window};

/// One line of a claim: one unit of a subject's allowance under one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Whose allowance: the id of a key.
    pub subject: &'a str,
    /// Which rule.
    pub rule: Rule,
}

/// A rule of an allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// So many requests in any span of a window's length.
    Requests(Window, u32),
    /// So many at once, the rest at a rate.
    Burst(Gcra),
    /// So many under way.
    Concurrency(u32),
}

/// The most lines that a key's limits make.
pub const LINES_MAX: usize = 5;

impl Rule {
    /// The rule's number, for a sentence and for a field of the answer.
    pub const fn limit(&self) -> u32 {
        match self {
            Self::Requests(_, limit) | Self::Concurrency(limit) => *limit,
            Self::Burst(gcra) => gcra.burst,
        }
    }
}

/// What a rule says after a claim was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineState {
    /// The rule.
    pub rule: Rule,
    /// Units left.
    pub remaining: u32,
    /// Until the allowance is whole again.
    pub reset_ns: u64,
}

/// What becomes of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimVerdict {
    /// Every line was taken.
    Granted(Vec<LineState>),
    /// None was: this line is spent.
    Refused {
        /// The line.
        line: LineState,
        /// Until the same claim would be granted, as far as can be known; 0 where another request has to end first.
        retry_after_ns: u64,
        /// What the windows say.
        states: Vec<LineState>,
    },
}

/// The rules of a key's limits, in the order in which they are asked.
pub fn rules(limits: &RateLimits) -> impl Iterator<Item = Rule> {
    let concurrency = limits.concurrency.map(Rule::Concurrency);
    let burst = limits.burst_limit().map(Rule::Burst);
    concurrency.into_iter().chain(burst).chain(limits.windows().map(|(window, limit)| Rule::Requests(window, limit)))
}
