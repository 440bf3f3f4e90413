//! Fuzz target: the envelope format.

use super::*;

const KEY: [u8; 32] = [7; 32];

/// No bytes but those that were sealed open, and the number of their key is read off where the layout says.
#[test]
fn only_what_was_sealed_opens() {
    bolero::check!(name = "envelope").for_each(|bytes| {
        let number = match key_number(bytes) {
            Ok(number) => {
                assert!(bytes.len() >= 6 + 12 + 16 && bytes[..2] == [1, 1]);
                assert_eq!(bytes[2..6], number.to_be_bytes());
                number
            }
            Err(error) => {
                assert_eq!(error, SealError::Malformed);
                assert!(bytes.len() < 34 || bytes[..2] != [1, 1]);
                1
            }
        };
        let refused = open(&KEY, number, &["a", "b"], bytes).err();
        assert!(matches!(refused, Some(SealError::Malformed | SealError::NotAuthentic)), "{refused:?}");
        if key_number(bytes).is_ok() {
            let other = open(&KEY, number.wrapping_add(1), &["a", "b"], bytes).err();
            assert_eq!(other, Some(SealError::UnknownKey(number)));
        }
    });
}

/// A sealed text opens in its place to the same text, and nowhere else, and with no byte changed, added or missing.
#[test]
fn a_sealed_text_opens_whole_and_in_its_place_alone() {
    bolero::check!(name = "envelope-place")
        .with_type::<(Vec<u8>, String, String, [u8; 12], u32, usize, u8)>()
        .for_each(|(text, row, origin, nonce, number, at, flip)| {
            let parts = ["table", row.as_str(), origin.as_str()];
            let blob = seal(&KEY, *number, &parts, text, *nonce).unwrap();
            assert_eq!(*open(&KEY, *number, &parts, &blob).unwrap(), *text);
            assert_eq!(blob.len(), 6 + 12 + text.len() + 16);
            let mut changed = blob.clone();
            changed[at % blob.len()] ^= flip | 1;
            assert!(open(&KEY, *number, &parts, &changed).is_err());
            assert!(open(&KEY, *number, &parts, &blob[..at % blob.len()]).is_err());
            assert!(open(&KEY, *number, &parts, &[&blob[..], &[*flip]].concat()).is_err());
            assert!(
                open(&KEY, *number, &["table", &format!("{row}{origin}"), ""], &blob).is_err() || origin.is_empty()
            );
            assert!(open(&[8; 32], *number, &parts, &blob).is_err());
        });
}
