//! Spool records, and how each is framed on disk: length, checksum, sequence number.
//!
//! A frame is `length u32 | CRC-32C u32 | sequence u64 | payload`, little-endian; the checksum (RFC 3720, Castagnoli)
//! covers length, sequence and payload. A length of zero is the end: segments are filled with zeros beforehand. What a
//! payload looks like is said by the version in the segment's header: see [`super::format`].

/// Bytes in front of a payload.
pub(crate) const FRAME_HEAD: usize = 16;
/// No record is larger: every text in a row is cut long before.
pub(crate) const PAYLOAD_MAX: usize = 64 * 1024;

/// A record; `R` is its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Record<R> {
    /// A request was admitted and is about to be sent on.
    Open {
        /// Nano-dollars set aside for it; `None` until there are budgets.
        reservation_nano: Option<i64>,
        /// Its row as far as it is known: enough for a terminal row should the process end here.
        row: R,
    },
    /// A request is over.
    Close {
        /// The segment of its OPEN; `None` for one that was refused before it had any.
        opened_in: Option<u64>,
        /// Its whole row.
        row: R,
    },
}

impl<R> Record<R> {
    /// The record with its row as something else.
    pub(crate) fn map<S>(self, row_as: impl FnOnce(R) -> S) -> Record<S> {
        match self {
            Self::Open { reservation_nano, row } => Record::Open { reservation_nano, row: row_as(row) },
            Self::Close { opened_in, row } => Record::Close { opened_in, row: row_as(row) },
        }
    }
}

/// What stands at an offset.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed<'a> {
    /// A sound frame.
    Frame {
        /// Its sequence number.
        seq: u64,
        /// Its payload.
        payload: &'a [u8],
        /// Bytes it takes with its head.
        size: usize,
    },
    /// Zeros, or nothing: the log ends here.
    End,
    /// It may go on behind the bytes that were handed in.
    Short,
    /// Half a write, or damage: what follows cannot be trusted.
    Torn,
}

/// Fills in the head of a frame made by [`super::format::encode`].
pub(crate) fn seal(frame: &mut [u8], seq: u64) {
    let length = u32::try_from(frame.len() - FRAME_HEAD).unwrap_or(u32::MAX).to_le_bytes();
    let seq = seq.to_le_bytes();
    let crc = checksum(length, seq, &frame[FRAME_HEAD..]).to_le_bytes();
    frame[..4].copy_from_slice(&length);
    frame[4..8].copy_from_slice(&crc);
    frame[8..16].copy_from_slice(&seq);
}

/// Reads what stands at the start of `bytes`. `whole`: nothing follows behind them.
pub(crate) fn parse(bytes: &[u8], whole: bool) -> Parsed<'_> {
    let cut = if whole { Parsed::Torn } else { Parsed::Short };
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else {
        let zeros = bytes.iter().all(|b| *b == 0);
        return if whole && zeros { Parsed::End } else { cut };
    };
    let size = u32::from_le_bytes(*length) as usize;
    if size == 0 {
        return Parsed::End;
    }
    if size > PAYLOAD_MAX {
        return Parsed::Torn;
    }
    let Some((crc, rest)) = rest.split_first_chunk::<4>() else { return cut };
    let Some((seq, rest)) = rest.split_first_chunk::<8>() else { return cut };
    let Some(payload) = rest.get(..size) else { return cut };
    if checksum(*length, *seq, payload) != u32::from_le_bytes(*crc) {
        return Parsed::Torn;
    }
    Parsed::Frame { seq: u64::from_le_bytes(*seq), payload, size: FRAME_HEAD + size }
}

fn checksum(length: [u8; 4], seq: [u8; 8], payload: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c_append(crc32c::crc32c(&length), &seq), payload)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use domain::{KeyId, ProjectId, RequestId, RequestLog, Timestamp, Usage};
    use proptest::prelude::*;

    use crate::ledger::format::{Format, encode};

    /// The `n`-th request's row.
    pub(crate) fn row(n: u8) -> RequestLog {
        RequestLog {
            id: RequestId::new(Timestamp(1_700_000_000_000 + i64::from(n)), [n; 10]),
            started_at: Timestamp(1_700_000_000_000 + i64::from(n)),
            key_id: KeyId::new(Timestamp(1), [1; 10]),
            key_version: 1,
            key_name: "checkout".to_owned(),
            key_prefix: "sk-auto-live-".to_owned(),
            project_id: ProjectId::new(Timestamp(1), [2; 10]),
            method: "POST".to_owned(),
            endpoint: "/v1/chat/completions".to_owned(),
            streamed: n.is_multiple_of(2),
            model: Some("gpt-5".to_owned()),
            model_served: None,
            upstream_id: None,
            upstream: None,
            status: 200,
            upstream_status: None,
            usage: Usage { input_tokens: Some(i64::from(n)), ..Usage::default() },
            price_nano: None,
            latency_us: 1_250,
            first_byte_us: Some(900),
            attempts: 1,
            client_address: "127.0.0.1".to_owned(),
            user_agent: None,
            error_class: None,
            policy_version: Some(3),
            count: 1,
            usage_raw: None,
            service_tier: None,
            cost_source: None,
            session_id: None,
            attempts_detail: None,
            background: None,
        }
    }

    #[test]
    fn round_trips() {
        let mut frame = encode(&Record::Open { reservation_nano: Some(5), row: &row(3) }).unwrap();
        seal(&mut frame, 9);
        match parse(&frame, true) {
            Parsed::Frame { seq, payload, size } => {
                assert_eq!((seq, size), (9, frame.len()));
                let (format, row) = (Format::CURRENT, row(3));
                let record = Record::Open { reservation_nano: Some(5), row: row.borrowed() };
                assert_eq!(format.decode(payload), Some(record));
                assert!(format.is_open(payload));
            }
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        /// Cut anywhere, a frame is never taken for a whole one; nor with any bit turned.
        #[test]
        fn damage_is_seen(n in 0_u8..200, cut in 1_usize..400, bit in 0_usize..8) {
            let mut frame = encode(&Record::Close { opened_in: None, row: &row(n) }).unwrap();
            seal(&mut frame, u64::from(n) + 1);
            let at = cut % frame.len();
            let is_frame = matches!(parse(&frame[..at], true), Parsed::Frame { .. });
            prop_assert!(!is_frame);
            let mut turned = frame.clone();
            turned[at] ^= 1 << bit;
            let is_frame = matches!(parse(&turned, true), Parsed::Frame { .. });
            prop_assert!(!is_frame);
        }

        /// No bytes make the parser panic.
        #[test]
        fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200), whole in any::<bool>()) {
            let _ = parse(&bytes, whole);
            for format in Format::ALL {
                let _ = format.decode(&bytes);
                let _ = format.decode_first(&bytes);
                let _ = format.is_open(&bytes);
            }
        }
    }
}

#[cfg(test)]
#[path = "record_fuzz.rs"]
mod fuzz;
