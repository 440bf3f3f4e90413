//! Counters of events that are recorded in sum: refused sign-ins, damaged rows.

use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use parking_lot::Mutex;

/// So many accounts and addresses are named in one record; the count is of all.
const NAMED: usize = 20;
/// Why a sign-in was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SignInRefusal {
    /// The account is there, the password is another one.
    WrongPassword,
    /// There is no such account.
    UnknownAccount,
    /// Too many tries.
    Throttled,
}

impl SignInRefusal {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong_password",
            Self::UnknownAccount => "unknown_account",
            Self::Throttled => "throttled",
        }
    }
}

/// What one process has counted and not yet written.
#[derive(Default)]
pub(crate) struct Observations {
    pub(super) refused: Mutex<BTreeMap<(i64, SignInRefusal), Tally>>,
    pub(super) damaged: Mutex<DamagedRows>,
}

#[derive(Clone, Default)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) accounts: BTreeSet<String>,
    pub(super) addresses: BTreeSet<String>,
}

impl Tally {
    pub(super) fn absorb(&mut self, other: Self) {
        self.count += other.count;
        other.accounts.into_iter().for_each(|account| insert(&mut self.accounts, account));
        other.addresses.into_iter().for_each(|address| insert(&mut self.addresses, address));
    }
}

pub(super) fn insert(named: &mut BTreeSet<String>, name: String) {
    if named.len() < NAMED {
        named.insert(name);
    }
}

#[derive(Default)]
pub(super) struct DamagedRows {
    /// When each row was last written down.
    pub(super) known: BTreeMap<(String, String), Timestamp>,
    pub(super) pending: BTreeSet<(String, String)>,
}
