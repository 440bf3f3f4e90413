//! Fuzz target: spool frames.

use super::*;

/// CRC-32C (RFC 3720, B.4), bit by bit.
fn slow_crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0x82F6_3B78 } else { crc >> 1 };
        }
    }
    !crc
}

/// A frame as the module's first lines say it.
fn slow_frame(seq: u64, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
    let crc = slow_crc(&[&length, &seq.to_le_bytes()[..], payload].concat()).to_le_bytes();
    [&length, &crc, &seq.to_le_bytes()[..], payload].concat()
}

/// What is taken for a frame is one, byte for byte; and a frame is found again, cut nowhere, changed nowhere.
#[test]
fn only_frames_are_taken_for_frames() {
    bolero::check!(name = "spool-frame").with_max_len(300).for_each(|bytes| {
        if let Parsed::Frame { seq, payload, size } = parse(bytes, true) {
            assert_eq!(bytes[..size], slow_frame(seq, payload));
        }
        let [at, flip, seq, payload @ ..] = bytes else { return };
        if payload.is_empty() {
            return;
        }
        let (seq, at) = (u64::from(*seq) << 40 | 7, usize::from(*at));
        let mut frame = vec![0; FRAME_HEAD];
        frame.extend_from_slice(payload);
        seal(&mut frame, seq);
        assert_eq!(frame, slow_frame(seq, payload));
        let size = frame.len();
        let behind = [&frame[..], bytes].concat();
        for whole in [true, false] {
            assert_eq!(parse(&behind, whole), Parsed::Frame { seq, payload, size });
        }
        let cut = &frame[..at % size];
        assert_eq!(parse(cut, false), Parsed::Short);
        assert!(matches!(parse(cut, true), Parsed::Torn | Parsed::End), "{cut:?}");
        assert!(parse(cut, true) == Parsed::Torn || cut.iter().all(|byte| *byte == 0));
        let mut changed = frame.clone();
        changed[at % size] ^= flip | 1;
        let taken = matches!(parse(&changed, true), Parsed::Frame { .. });
        assert!(!taken, "a changed byte at {at} was not noticed");
    });
}
