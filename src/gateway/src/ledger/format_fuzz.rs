//! Fuzz target: rows in the spool, of every format.

use domain::Usage;
use testkit_domain::request;

use super::*;

/// A row made of bytes: each gives a field its value.
fn row_of(bytes: &[u8]) -> RequestLog {
    let mut bytes = bytes.iter().copied();
    let mut next = || bytes.next().unwrap_or_default();
    let base = request(i64::from(next()));
    let mut number = || i64::from(next()) * 0x0001_0001_0001;
    let (latency_us, key_version) = (number(), number());
    let usage = Usage { input_tokens: Some(number() % 1_000_000), output_tokens: None, ..base.usage };
    let status = u16::from(next()) * 257;
    let streamed = next() % 2 == 0;
    let count = usize::from(next());
    let text: String = (0..count).map(|_| char::from_u32(u32::from(next()) * 0x101).unwrap_or('x')).collect();
    RequestLog {
        model: (!streamed).then(|| text.clone()),
        key_name: text,
        latency_us,
        key_version,
        usage,
        status,
        streamed,
        ..base
    }
}

/// Any row comes back as it went in, as an OPEN and as a CLOSE, but that token counts that cannot be are marked; with bytes
/// behind it, they are left over.
#[test]
fn any_row_comes_back_as_it_went_in() {
    bolero::check!(name = "spool-rows").with_max_len(200).for_each(|bytes| {
        let row = row_of(bytes);
        let read = RequestLog { usage: row.usage.checked(), ..row.clone() };
        let number = u64::from(bytes.first().copied().unwrap_or_default());
        for record in [
            Record::Open { reservation_nano: i64::try_from(number).ok(), row: &row },
            Record::Close { opened_in: Some(number), row: &row },
            Record::Close { opened_in: None, row: &row },
        ] {
            let frame = encode(&record).unwrap();
            let payload = &frame[FRAME_HEAD..];
            let expected = record.map(|_| read.borrowed());
            assert_eq!(Format::CURRENT.decode(payload), Some(expected));
            assert_eq!(Format::CURRENT.is_open(payload), matches!(record, Record::Open { .. }));
            let behind = [payload, bytes].concat();
            assert_eq!(Format::CURRENT.decode_first(&behind), Some((expected, bytes)));
            assert_eq!(Format::CURRENT.decode(&behind).is_some(), bytes.is_empty());
        }
    });
}

/// Any bytes, and any row with one byte changed, are read or not, in each format, without panic; and what is read can be
/// written and read again, to the same row.
#[test]
fn what_is_read_can_be_written_and_read_again() {
    bolero::check!(name = "spool-bytes").with_max_len(400).for_each(|bytes| {
        let [at, flip, rest @ ..] = bytes else { return };
        let frame = encode(&Record::Close { opened_in: Some(3), row: &row_of(rest) }).unwrap();
        let mut changed = frame[FRAME_HEAD..].to_vec();
        let at = usize::from(*at) % changed.len();
        changed[at] ^= flip;
        for format in Format::ALL {
            for payload in [rest, &changed] {
                let Some((record, behind)) = format.decode_first(payload) else { continue };
                assert!(payload.ends_with(behind));
                let (Record::Open { row, .. } | Record::Close { row, .. }) = record;
                // Ids that are none are met by whoever moves rows into the database.
                let Some(owned) = row.to_owned() else { continue };
                let Some(again) = encode(&record.map(|_| &owned)) else { continue };
                assert_eq!(Format::CURRENT.decode(&again[FRAME_HEAD..]), Some(record), "{format:?}");
            }
        }
    });
}
