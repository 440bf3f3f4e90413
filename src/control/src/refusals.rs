//! Log aggregation: refused credentials are counted and written as one line per kind and class of address a minute, so
//! that whoever guesses cannot fill the log.

use std::{collections::BTreeMap, fmt, net::IpAddr};

use parking_lot::Mutex;

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refused {
    /// A bearer on the admin API.
    Bearer,
    /// An address and a password that do not match.
    SignIn,
    /// A setup token.
    SetupToken,
}

/// Where it came from, coarsely: a class for each address would be a line for each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum AddressClass {
    Loopback,
    Private,
    Public,
    Unknown,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    kind: Refused,
    class: AddressClass,
    /// How often.
    times: u64,
    /// The address of the last one.
    last: Option<IpAddr>,
}

/// What was refused since the last lines were written.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<(Refused, AddressClass), Count>>);

/// How often, and the address of the last one.
type Count = (u64, Option<IpAddr>);

impl Refusals {
    /// Counts one.
    pub(crate) fn count(&self, kind: Refused, address: Option<IpAddr>) {
        let mut counts = self.0.lock();
        let (times, last) = counts.entry((kind, AddressClass::of(address))).or_default();
        *times += 1;
        *last = address;
    }

    /// Writes what was counted since the last time.
    pub(crate) fn log(&self) {
        for Line { kind, class, times, last } in self.take() {
            tracing::warn!(what = %kind, from = %class, times, last = ?last, "credentials were refused");
        }
    }

    fn take(&self) -> Vec<Line> {
        let counts = std::mem::take(&mut *self.0.lock());
        counts.into_iter().map(|((kind, class), (times, last))| Line { kind, class, times, last }).collect()
    }
}

impl AddressClass {
    fn of(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            None => Self::Unknown,
            Some(address) if address.is_loopback() => Self::Loopback,
            Some(IpAddr::V4(v4)) if v4.is_private() || v4.is_link_local() => Self::Private,
            Some(IpAddr::V6(v6)) if v6.is_unique_local() || v6.is_unicast_link_local() => Self::Private,
            Some(_) => Self::Public,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bearer => "bearer token",
            Self::SignIn => "sign-in",
            Self::SetupToken => "setup token",
        })
    }
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::Public => "public",
            Self::Unknown => "unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_one_line_per_kind_and_class_of_address() {
        let refusals = Refusals::default();
        for n in 0..=255 {
            refusals.count(Refused::Bearer, Some([8, 8, 8, n].into()));
            refusals.count(Refused::SignIn, Some([10, 0, 0, n].into()));
        }
        refusals.count(Refused::Bearer, Some("::ffff:127.0.0.1".parse().unwrap()));
        refusals.count(Refused::Bearer, Some("fd00::1".parse().unwrap()));
        refusals.count(Refused::Bearer, None);
        let lines: Vec<_> = refusals.take().into_iter().map(|line| (line.kind, line.class, line.times)).collect();
        assert_eq!(
            lines,
            [
                (Refused::Bearer, AddressClass::Loopback, 1),
                (Refused::Bearer, AddressClass::Private, 1),
                (Refused::Bearer, AddressClass::Public, 256),
                (Refused::Bearer, AddressClass::Unknown, 1),
                (Refused::SignIn, AddressClass::Private, 256),
            ]
        );
        assert_eq!(refusals.take(), [], "what was written is not written again");
    }
}
