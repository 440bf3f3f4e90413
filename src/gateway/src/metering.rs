//! Usage metering: reads token counts off an answer while it passes, compressed or not.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use bytes::Bytes;
use domain::{Usage, media_type};
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use providers::openai::{BodyMeter, Endpoint, FeedOutput, StreamMeter};

use crate::media_type::{coding, essence};

/// Of a compressed answer so many bytes are unpacked at most; then the meter gives up and the relay goes on.
const UNPACKED_MAX: u64 = 256 << 20;
const BROTLI_BUFFER: usize = 16 * 1024;
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// What an answer's bytes are shown to.
pub(crate) enum Metering {
    /// None: it is no answer that reports tokens.
    Off,
    /// A stream of events.
    Stream(Box<StreamMeter>),
    /// A JSON body.
    Body(BodyMeter),
    /// Either of them, behind a decoder.
    Packed(Unpacker),
    /// A decoder met what it cannot read.
    GaveUp(Reading),
}

/// A decoder over a meter.
pub(crate) enum Unpacker {
    Gzip(Box<MultiGzDecoder<Reading>>),
    Zlib(Box<ZlibDecoder<Reading>>),
    Brotli(Box<DecompressorWriter<Reading>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, Reading>>),
}

/// A meter that is written to.
pub(crate) struct Reading {
    meter: Plain,
    unpacked: u64,
    completes: bool,
}

enum Plain {
    Stream(Box<StreamMeter>),
    Body(BodyMeter),
}

impl Metering {
    /// The meter for an answer with these fields. `hide_usage`: usage was asked for on the client's behalf only.
    pub(crate) fn new(endpoint: Endpoint, answer: &HeaderMap, hide_usage: bool) -> Self {
        let metered = [Endpoint::Chat, Endpoint::Completions, Endpoint::Responses, Endpoint::Embeddings];
        if !metered.contains(&endpoint) {
            return Self::Off;
        }
        let plain = match essence(answer).as_deref() {
            Some(media_type::EVENT_STREAM) => Plain::Stream(Box::new(StreamMeter::new(endpoint, hide_usage))),
            Some(media_type::JSON) => Plain::Body(BodyMeter::new()),
            _ => return Self::Off,
        };
        let reading = |meter| Reading { meter, unpacked: 0, completes: false };
        match coding(answer).as_deref() {
            None | Some("identity") => match plain {
                Plain::Stream(meter) => Self::Stream(meter),
                Plain::Body(meter) => Self::Body(meter),
            },
            Some("gzip" | "x-gzip") => Self::Packed(Unpacker::Gzip(Box::new(MultiGzDecoder::new(reading(plain))))),
            Some("deflate") => Self::Packed(Unpacker::Zlib(Box::new(ZlibDecoder::new(reading(plain))))),
            Some("br") => {
                Self::Packed(Unpacker::Brotli(Box::new(DecompressorWriter::new(reading(plain), BROTLI_BUFFER))))
            }
            Some("zstd") => zstd::stream::write::Decoder::new(reading(plain)).map_or(Self::Off, |mut decoder| {
                // What RFC 8878 (3.1.1.1.2) wants every decoder to take, and no more: the window is memory.
                let bounded = decoder.window_log_max(ZSTD_WINDOW_LOG_MAX);
                bounded.map_or(Self::Off, |()| Self::Packed(Unpacker::Zstd(Box::new(decoder))))
            }),
            Some(_) => Self::Off,
        }
    }

    /// Shows it the next piece. What comes back is to be sent on.
    pub(crate) fn feed(&mut self, piece: Bytes) -> FeedOutput {
        match self {
            Self::Off | Self::GaveUp(_) => FeedOutput { forward: piece, completes: false },
            Self::Stream(meter) => meter.feed(piece),
            Self::Body(meter) => {
                meter.feed(&piece);
                FeedOutput { forward: piece, completes: false }
            }
            Self::Packed(unpacker) => {
                let sound = unpacker.writer().write_all(&piece).and_then(|()| unpacker.writer().flush()).is_ok();
                let completes = std::mem::take(&mut unpacker.reading().completes);
                if !sound {
                    *self = self.given_up();
                }
                FeedOutput { forward: piece, completes }
            }
        }
    }

    /// The answer ended well. What comes back is to be sent on.
    pub(crate) fn finish(&mut self) -> FeedOutput {
        match self {
            Self::Stream(meter) => meter.finish(),
            _ => FeedOutput::default(),
        }
    }

    /// Tokens so far, and the model that the upstream says it used. Asked once, at the end.
    pub(crate) fn outcome(&mut self) -> (Usage, Option<String>) {
        match self {
            Self::Off => (Usage::default(), None),
            Self::Stream(meter) => (meter.usage(), meter.model().map(str::to_owned)),
            Self::Body(meter) => std::mem::take(meter).finish(),
            Self::Packed(unpacker) => unpacker.reading().outcome(),
            Self::GaveUp(reading) => reading.outcome(),
        }
    }

    fn given_up(&mut self) -> Self {
        match self {
            Self::Packed(unpacker) => {
                let empty = Reading { meter: Plain::Body(BodyMeter::new()), unpacked: 0, completes: false };
                Self::GaveUp(std::mem::replace(unpacker.reading(), empty))
            }
            _ => Self::Off,
        }
    }
}

impl Unpacker {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Gzip(decoder) => decoder,
            Self::Zlib(decoder) => decoder,
            Self::Brotli(decoder) => decoder,
            Self::Zstd(decoder) => &mut **decoder,
        }
    }

    fn reading(&mut self) -> &mut Reading {
        match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zlib(decoder) => decoder.get_mut(),
            Self::Brotli(decoder) => decoder.get_mut(),
            Self::Zstd(decoder) => decoder.get_mut(),
        }
    }
}

impl Reading {
    fn outcome(&mut self) -> (Usage, Option<String>) {
        match &mut self.meter {
            Plain::Stream(meter) => (meter.usage(), meter.model().map(str::to_owned)),
            Plain::Body(meter) => std::mem::take(meter).finish(),
        }
    }
}

impl Write for Reading {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unpacked += bytes.len() as u64;
        if self.unpacked > UNPACKED_MAX {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        match &mut self.meter {
            // What is forwarded are the packed bytes; these are only read.
            Plain::Stream(meter) => self.completes |= meter.feed(Bytes::copy_from_slice(bytes)).completes,
            Plain::Body(meter) => meter.feed(bytes),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
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
        Metering::new(Endpoint::Chat, &headers, false)
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
                let (usage, model) = metering.outcome();
                assert_eq!((usage.input_tokens, usage.output_tokens), (Some(19), Some(10)), "{coding:?}");
                assert_eq!(model.as_deref(), Some("gpt-5"));
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
            assert_eq!(metering.outcome().0.output_tokens, Some(10));
        }
    }

    #[test]
    fn what_cannot_be_unpacked_passes_all_the_same() {
        let mut damaged = gzip(JSON);
        damaged.truncate(20);
        damaged.extend_from_slice(&[0xff; 64]);
        let mut metering = metering("application/json", Some("gzip"));
        feed_all(&mut metering, &damaged, 3);
        assert_eq!(metering.outcome(), (Usage::default(), None));
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

    #[test]
    fn other_answers_are_left_alone() {
        assert!(matches!(metering("audio/mpeg", None), Metering::Off));
        assert!(matches!(metering("application/json", Some("compress")), Metering::Off));
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // A stored response repeats what was counted when it was made.
        assert!(matches!(Metering::new(Endpoint::Other, &headers, false), Metering::Off));
    }
}
