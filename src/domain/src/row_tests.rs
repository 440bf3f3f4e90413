//! Row MAC tests: encodings, epochs, verified and damaged rows.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::epoch::Epochs;

/// Not a MAC, but a function of domain and bytes that distinguishes them.
struct Sum;

impl RowMac for Sum {
    fn row_mac(&self, domain: &str, bytes: &[u8]) -> [u8; 32] {
        let mut out = [7_u8; 32];
        for (at, byte) in domain.bytes().chain([0]).chain(bytes.iter().copied()).enumerate() {
            let place = at % 32;
            out[place] = out[place].wrapping_mul(31).wrapping_add(byte);
        }
        out
    }

    fn row_mac_holds(&self, domain: &str, bytes: &[u8], mac: &[u8]) -> bool {
        self.row_mac(domain, bytes) == mac
    }
}

fn row(value: Result<u8, String>, epoch: i64, epochs: &Arc<Epochs>) -> Unverified<u8> {
    let bytes = encode(vec![("epoch", Field::Integer(epoch)), ("value", Field::Integer(1))]);
    let mac = Some(Sum.row_mac("t-v1", &bytes).to_vec());
    let seal = RowSeal { table: "t", domain: "t-v1", id: "a".to_owned(), bytes, mac, epoch, mark: epochs.mark() };
    Unverified::new(value, seal)
}

#[test]
fn a_row_with_its_mac_gives_its_value() {
    let epochs = Arc::new(Epochs::default());
    let verified = row(Ok(5), 3, &epochs).verify(&Sum).unwrap();
    assert_eq!((*verified, verified.epoch()), (5, 3));
    assert_eq!(verified.rewritten().epoch(), 4);
}

#[test]
fn a_row_without_a_mac_or_with_another_ones_is_tampered_with() {
    let epochs = Arc::new(Epochs::default());
    for change in [
        (|row: &mut Unverified<u8>| row.mac = None) as fn(&mut Unverified<u8>),
        |row| row.mac = Some(vec![]),
        |row| row.bytes.push(0),
        |row| row.domain = "u-v1",
    ] {
        let mut changed = row(Ok(5), 3, &epochs);
        change(&mut changed);
        let damaged = changed.verify(&Sum).unwrap_err();
        assert_eq!((damaged.damage, damaged.claimed, damaged.id.as_str()), (Damage::Tampered, Some(Box::new(5)), "a"));
    }
}

#[test]
fn a_row_that_does_not_parse_damages_itself() {
    let epochs = Arc::new(Epochs::default());
    let damaged = row(Err("t.value: 9".to_owned()), 3, &epochs).verify(&Sum).unwrap_err();
    assert_eq!((damaged.damage, damaged.claimed), (Damage::Unreadable("t.value: 9".to_owned()), None));
}

#[test]
fn an_older_state_is_refused_once_a_newer_one_was_seen() {
    let epochs = Arc::new(Epochs::default());
    assert!(row(Ok(5), 4, &epochs).verify(&Sum).is_ok());
    let damaged = row(Ok(5), 3, &epochs).verify(&Sum).unwrap_err();
    assert_eq!(damaged.damage, Damage::Replayed { epoch: 3, seen: 4 });
    assert!(row(Ok(5), 4, &epochs).verify(&Sum).is_ok());
}

#[test]
fn absent_columns_leave_the_encoding_as_it_was() {
    let plain = encode(vec![("a", Field::Text("x"))]);
    assert_eq!(encode(vec![("b", Field::Absent), ("a", Field::Text("x"))]), plain);
    assert_ne!(encode(vec![("b", Field::Text("")), ("a", Field::Text("x"))]), plain);
    assert_ne!(encode(vec![("a", Field::Bytes(b"x"))]), plain, "a type is part of what is said");
}

proptest! {
    #[test]
    fn two_rows_have_one_encoding_only_if_they_say_the_same(
        one in prop::collection::vec(prop::option::of("[ab]{0,3}"), 3),
        other in prop::collection::vec(prop::option::of("[ab]{0,3}"), 3),
    ) {
        let bytes = |texts: &[Option<String>]| {
            encode(["x", "xy", "y"].into_iter().zip(texts).map(|(name, text)| (name, text.as_field())).collect())
        };
        prop_assert_eq!(bytes(&one) == bytes(&other), one == other);
    }
}
