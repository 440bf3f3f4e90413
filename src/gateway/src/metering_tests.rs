//! Metering tests: plain, packed and unknown bodies.

use flate2::{Compression, write::GzEncoder, write::ZlibEncoder};
use http::{HeaderValue, header};

use super::*;

const JSON: &str = r#"{"model":"gpt-5","usage":{"prompt_tokens":19,"completion_tokens":10}}"#;
/// [`JSON`] as brotli has it.
const BROTLI: &[u8] =
    b"\x1b\x44\x00\x10\x04\x64\x6e\xa9\x3f\xc3\xa6\xc1\x20\xad\x18\x4d\x4e\xa6\x34\x06\x6c\xc0\x89\x40\x96\
    \xd1\x88\x83\x07\x1b\x70\xe2\x69\x98\xcc\x93\x88\xc2\xd8\x1e\x3a\x10\xe2\xc2\x12\x7f\xf7\x78\xac\xf9\
    \xf7\xb1\x3e\x85\x37\x43\xb6\x2a";
const EVENTS: &str = "data: {\"model\":\"gpt-5\",\"choices\":[]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10}}\n\ndata: [DONE]\n\n";

fn metering(kind: &'static str, coding: Option<&'static str>) -> Metering {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Metering::new(Some(Grammar::Chat), &headers, false, false)
}

/// Feeds bytes in pieces and checks that they come out as they went in.
fn feed_all(metering: &mut Metering, bytes: &[u8], piece: usize) -> bool {
    let mut completed = false;
    for piece in bytes.chunks(piece) {
        let out = metering.feed(Bytes::copy_from_slice(piece));
        assert_eq!(out.forward, piece);
        completed |= out.completes;
    }
    completed | metering.finish().completes
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn tokens_are_read_packed_or_not() {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(JSON.as_bytes()).unwrap();
    for (coding, bytes) in [
        (None, JSON.as_bytes().to_vec()),
        (Some("gzip"), gzip(JSON)),
        (Some("deflate"), zlib.finish().unwrap()),
        (Some("br"), BROTLI.to_vec()),
        (Some("zstd"), zstd::encode_all(JSON.as_bytes(), 3).unwrap()),
    ] {
        for piece in [1, 7, 1000] {
            let mut metering = metering("application/json; charset=utf-8", coding);
            feed_all(&mut metering, &bytes, piece);
            let facts = metering.facts();
            assert_eq!((facts.usage.input_tokens, facts.usage.output_tokens), (Some(19), Some(10)), "{coding:?}");
            assert_eq!(facts.model.as_deref(), Some("gpt-5"));
        }
    }
}

#[test]
fn the_end_of_a_compressed_stream_is_metered() {
    for (coding, bytes) in [
        (None, EVENTS.as_bytes().to_vec()),
        (Some("gzip"), gzip(EVENTS)),
        (Some("zstd"), zstd::encode_all(EVENTS.as_bytes(), 3).unwrap()),
    ] {
        let mut metering = metering("text/event-stream", coding);
        assert!(feed_all(&mut metering, &bytes, 5));
        assert_eq!(metering.facts().usage.output_tokens, Some(10));
    }
}

#[test]
fn what_cannot_be_unpacked_passes_all_the_same() {
    let mut damaged = gzip(JSON);
    damaged.truncate(20);
    damaged.extend_from_slice(&[0xff; 64]);
    let mut metering = metering("application/json", Some("gzip"));
    feed_all(&mut metering, &damaged, 3);
    assert!(metering.facts().usage.is_empty());
}

#[test]
fn a_bomb_is_given_up_on() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..300 {
        encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    let mut metering = metering("application/json", Some("gzip"));
    feed_all(&mut metering, &bomb, 64 << 10);
    assert!(matches!(metering, Metering::GaveUp(_)));
}

/// C07
#[test]
fn events_under_another_content_type_are_read_as_events() {
    for kind in ["application/json", "text/plain; charset=utf-8"] {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let mut metering = Metering::new(Some(Grammar::Chat), &headers, true, true);
        assert!(metering.rewrites(true));
        let out = metering.feed(Bytes::from(EVENTS));
        assert!(out.completes && !String::from_utf8_lossy(&out.forward).contains("usage"), "{kind}");
        assert_eq!((metering.facts().usage.input_tokens, metering.ending()), (Some(19), Ending::Good));
        let mut metering = Metering::new(Some(Grammar::Chat), &headers, true, true);
        assert_eq!(metering.feed(Bytes::from(JSON)).forward, JSON);
        assert_eq!(metering.facts().usage.input_tokens, Some(19));
    }
}

#[test]
fn a_brotli_window_beyond_the_standard_is_not_allocated() {
    let mut metering = metering("application/json", Some("br"));
    feed_all(&mut metering, &[0x11, 0x1e, 0, 0, 0], 5);
    assert!(matches!(metering, Metering::GaveUp(_)));
}

#[test]
fn other_answers_are_left_alone() {
    assert!(matches!(metering("audio/mpeg", None), Metering::Off));
    assert!(matches!(metering("application/json", Some("compress")), Metering::Off));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    assert!(matches!(Metering::new(None, &headers, false, false), Metering::Off));
}
