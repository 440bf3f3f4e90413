//! Spool format tests: segments of older versions stay readable.

use std::{fs, path::Path};

use domain::{ErrorClass, OpenEnum, UpstreamId, Usage};
use tempfile::TempDir;

use super::*;
use crate::ledger::{
    record::{Parsed, parse, seal, tests::row},
    segment,
    spool::{Limits, Spool},
};

/// A segment that the first release wrote: 24 closed rows, one of each class and one of none, every second one with all
/// of its fields; then a request that was under way.
const SEGMENT_V1: &[u8] = include_bytes!("fixtures/segment-v1.spool");

fn payloads(segment: &[u8]) -> Vec<&[u8]> {
    let (mut at, mut found) = (segment::HEADER, Vec::new());
    while let Parsed::Frame { payload, size, .. } = parse(&segment[at..], true) {
        found.push(payload);
        at += size;
    }
    found
}

fn opened(segment: &[u8]) -> (TempDir, Spool, usize) {
    let dir = TempDir::new().unwrap();
    fs::write(segment::path(dir.path(), 1), segment).unwrap();
    let (spool, interrupted) = Spool::open(dir.path(), Limits { segment: 1 << 16, total: 1 << 20 }).unwrap();
    (dir, spool, interrupted)
}

fn rows(spool: &Spool) -> Vec<RequestLog> {
    let mut rows = Vec::new();
    while let Some(batch) = spool.next_batch(1 << 20) {
        rows.extend(batch.owned());
        spool.mark_inserted(&batch);
    }
    rows
}

fn set_aside(dir: &Path) -> usize {
    fs::read_dir(dir)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "damaged"))
        .count()
}

/// F17: rows that an older version left behind are read by their version.
#[test]
fn a_segment_of_the_first_release_is_read_whole() {
    let (dir, spool, interrupted) = opened(SEGMENT_V1);
    assert_eq!(interrupted, 1);
    let rows = rows(&spool);
    assert_eq!(rows.len(), 25);
    let (last, rows) = rows.split_last().unwrap();
    assert_eq!((last.class(), last.status, last.key_name.as_str()), (Some(ErrorClass::Interrupted), 500, "checkout"));
    for (n, row) in rows.iter().enumerate() {
        let class = n.checked_sub(1).map(|class| OpenEnum::Known(ErrorClass::ALL[class]));
        let whole = n % 2 == 0;
        assert_eq!(row.error_class, class);
        assert_eq!(row.started_at.0, 1_795_262_400_000 + i64::try_from(n).unwrap() * 1000);
        assert_eq!((row.key_version, row.attempts), (i64::try_from(n).unwrap() + 1, i32::try_from(n).unwrap()));
        assert_eq!((row.key_name.as_str(), row.client_address.as_str()), ("Kasse – 収納", "2001:db8::7"));
        assert_eq!(row.upstream_id, whole.then(|| UpstreamId::new(domain::Timestamp(2), [3; 10])));
        let usage = Usage {
            input_tokens: Some(1_912),
            cached_tokens: Some(1_536),
            output_tokens: Some(402),
            reasoning_tokens: Some(i64::try_from(n).unwrap()),
            ..Usage::default()
        };
        assert_eq!(row.usage, if whole { usage } else { Usage::default() });
        assert_eq!((row.price_nano, row.upstream_status), (whole.then_some(123_456_789_012), whole.then_some(307)));
        assert_eq!(row.model_served.as_deref(), whole.then_some("gpt-5-2026-01-01"));
        assert_eq!((row.policy_version, row.count), (None, 1));
    }
    spool.finish();
    assert_eq!((segment::list(dir.path()).unwrap().len(), set_aside(dir.path())), (0, 0));
}

#[test]
fn format_1_has_not_changed() {
    for payload in payloads(SEGMENT_V1) {
        let record = Format::V1.decode(payload).unwrap();
        let again = postcard::to_stdvec(&Envelope::from(record.map(|row| v1::Row::of(&row)))).unwrap();
        assert_eq!(again, payload);
    }
}

/// Another layout needs another format, with a number of its own and a segment of today's version as its fixture.
#[test]
fn format_2_is_pinned() {
    let row = RequestLog { error_class: Some(ErrorClass::Internal.into()), ..row(1) };
    let record = Record::Close { opened_in: Some(7), row: &row };
    let payload = postcard::to_stdvec(&Envelope::from(record.map(v2::Row::of))).unwrap();
    assert_eq!((payload.len(), crc32c::crc32c(&payload)), (203, 657_147_270));
    assert_eq!(Format::V2.decode(&payload), Some(Record::Close { opened_in: Some(7), row: row.borrowed() }));
}

#[test]
fn format_3_is_pinned() {
    let row = RequestLog {
        error_class: Some(ErrorClass::Internal.into()),
        usage: Usage { input_tokens: Some(40), cache_write_1h: Some(7), web_searches: Some(1), ..Usage::default() },
        usage_raw: Some("{}".to_owned()),
        cost_source: Some(domain::CostSource::Reported.into()),
        background: Some("resp_1".to_owned()),
        ..row(1)
    };
    let bytes = encode(&Record::Close { opened_in: Some(7), row: &row }).unwrap();
    let payload = &bytes[FRAME_HEAD..];
    assert_eq!((payload.len(), crc32c::crc32c(payload)), (241, 1_681_681_359));
    assert_eq!(Format::V3.decode(payload), Some(Record::Close { opened_in: Some(7), row: row.borrowed() }));
}

#[test]
fn rows_of_both_formats_are_inserted_in_one_run() {
    let (dir, spool, _) = opened(SEGMENT_V1);
    spool.close(crate::ledger::state::When::Now, None, &row(7)).unwrap();
    let rows = rows(&spool);
    assert_eq!(rows.len(), 26);
    assert_eq!(rows.last(), Some(&row(7)));
    assert_eq!(set_aside(dir.path()), 0);
}

#[test]
fn an_error_class_of_the_future_is_kept_as_it_is() {
    let odd = RequestLog { error_class: Some(OpenEnum::Other("out_of_cheese".to_owned())), ..row(1) };
    let mut frame = encode(&Record::Close { opened_in: None, row: &odd }).unwrap();
    seal(&mut frame, 1);
    let Some(Record::Close { row, .. }) = Format::CURRENT.decode(&frame[FRAME_HEAD..]) else { panic!("no CLOSE") };
    assert_eq!(row.to_owned(), Some(odd));
}

/// F13: what the first release took for token counts.
#[test]
fn token_counts_that_cannot_be_are_marked_when_an_old_row_is_read() {
    let odd = RequestLog {
        usage: Usage { input_tokens: Some(i64::MAX), output_tokens: Some(10), ..Usage::default() },
        ..row(1)
    };
    let record = Record::Close { opened_in: None::<u64>, row: odd.borrowed() };
    let payload = postcard::to_stdvec(&Envelope::from(record.map(|row| v1::Row::of(&row)))).unwrap();
    let Some(Record::Close { row, .. }) = Format::V1.decode(&payload) else { panic!("no CLOSE") };
    assert_eq!(row.usage, Usage { output_tokens: Some(10), unreadable: true, ..Usage::default() });
}
