//! Usage metering: reads what an answer says of its cost while it passes, compressed or not.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use bytes::Bytes;
use domain::media_type;
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use http::{HeaderMap, header};
use providers::{BodyMeter, Facts, FeedOutput, Grammar, StreamMeter};

use crate::media_type::{coding, essence};

/// Of a compressed answer so many bytes are unpacked at most; then the meter gives up and the relay goes on.
const UNPACKED_MAX: u64 = 64 << 20;
/// Packed bytes are unpacked in slices of this size, so that a short piece cannot become a long one at once.
const SLICE: usize = 1024;
const BROTLI_BUFFER: usize = 16 * 1024;
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// What an answer's bytes are shown to.
pub(crate) enum Metering {
    /// None: it is no answer that reports tokens.
    Off,
    /// What it is shows with its first byte: a stream was asked for, and the content type does not say that it is one.
    Unknown(Grammar, bool),
    /// A stream of events.
    Stream(Box<StreamMeter>),
    /// A JSON body.
    Body(Box<BodyMeter>),
    /// Either of them, behind a decoder.
    Packed(Unpacker),
    /// A decoder met what it cannot read.
    GaveUp(Reading),
}

/// A decoder over a meter.
pub(crate) enum Unpacker {
    Gzip(Box<MultiGzDecoder<Reading>>),
    Zlib(Box<ZlibDecoder<Reading>>),
    Brotli(Box<BoundedBrotli>),
    Zstd(Box<zstd::stream::write::Decoder<'static, Reading>>),
}

/// A brotli decoder that refuses windows of more than 16 MiB (RFC 7932 has no larger ones; the "large window" format does).
pub(crate) struct BoundedBrotli {
    inner: DecompressorWriter<Reading>,
    begun: bool,
}

/// A meter that is written to.
pub(crate) struct Reading {
    meter: Plain,
    unpacked: u64,
    completes: bool,
}

enum Plain {
    Stream(Box<StreamMeter>),
    Body(Box<BodyMeter>),
}

/// How an answer ended, as far as it says so itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It does not say.
    Unsaid,
    /// As answers of its dialect end.
    Good,
    /// It is a stream that has not come to its end.
    Open,
    /// It says that it failed.
    Failed,
}

impl Metering {
    /// The meter for an answer with these fields to an operation of that grammar. `streamed`: a stream was asked for, and the
    /// answer is no error. `hide_usage`: usage was asked for on the client's behalf only.
    pub(crate) fn new(grammar: Option<Grammar>, answer: &HeaderMap, streamed: bool, hide_usage: bool) -> Self {
        let Some(grammar) = grammar else { return Self::Off };
        let kind = essence(answer);
        let packed = coding(answer).filter(|coding| coding != "identity");
        let plain = match kind.as_deref() {
            Some(media_type::EVENT_STREAM) => Plain::Stream(Box::new(StreamMeter::new(grammar, hide_usage))),
            // Events come under any content type (some servers say JSON), but never with a length.
            _ if streamed && packed.is_none() && !answer.contains_key(header::CONTENT_LENGTH) => {
                return Self::Unknown(grammar, hide_usage);
            }
            Some(kind) if media_type::is_json(kind) => Plain::Body(Box::new(BodyMeter::new(grammar))),
            _ => return Self::Off,
        };
        let reading = |meter| Reading { meter, unpacked: 0, completes: false };
        match packed.as_deref() {
            None => match plain {
                Plain::Stream(meter) => Self::Stream(meter),
                Plain::Body(meter) => Self::Body(meter),
            },
            Some("gzip" | "x-gzip") => Self::Packed(Unpacker::Gzip(Box::new(MultiGzDecoder::new(reading(plain))))),
            Some("deflate") => Self::Packed(Unpacker::Zlib(Box::new(ZlibDecoder::new(reading(plain))))),
            Some("br") => {
                let inner = DecompressorWriter::new(reading(plain), BROTLI_BUFFER);
                Self::Packed(Unpacker::Brotli(Box::new(BoundedBrotli { inner, begun: false })))
            }
            Some("zstd") => zstd::stream::write::Decoder::new(reading(plain)).map_or(Self::Off, |mut decoder| {
                // What RFC 8878 (3.1.1.1.2) wants every decoder to take, and no more: the window is memory.
                let bounded = decoder.window_log_max(ZSTD_WINDOW_LOG_MAX);
                bounded.map_or(Self::Off, |()| Self::Packed(Unpacker::Zstd(Box::new(decoder))))
            }),
            Some(_) => Self::Off,
        }
    }

    /// Whether what is sent on may be shorter than what comes.
    pub(crate) fn rewrites(&self, hide_usage: bool) -> bool {
        hide_usage && matches!(self, Self::Stream(_) | Self::Unknown(..))
    }

    /// Shows it the next piece. What comes back is to be sent on.
    pub(crate) fn feed(&mut self, piece: Bytes) -> FeedOutput {
        if let Self::Unknown(grammar, hide) = *self {
            match piece.trim_ascii_start().first() {
                None => return FeedOutput { forward: piece, completes: false },
                Some(b'{' | b'[') => *self = Self::Body(Box::new(BodyMeter::new(grammar))),
                Some(_) => *self = Self::Stream(Box::new(StreamMeter::new(grammar, hide))),
            }
        }
        match self {
            Self::Off | Self::GaveUp(_) | Self::Unknown(..) => FeedOutput { forward: piece, completes: false },
            Self::Stream(meter) => meter.feed(piece),
            Self::Body(meter) => {
                meter.feed(&piece);
                FeedOutput { forward: piece, completes: false }
            }
            Self::Packed(unpacker) => {
                let sound = unpacker.unpack(&piece).is_ok();
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

    /// What was read so far.
    pub(crate) fn facts(&mut self) -> Facts {
        match self {
            Self::Off | Self::Unknown(..) => Facts::default(),
            Self::Stream(meter) => meter.facts().clone(),
            Self::Body(meter) => meter.facts().clone(),
            Self::Packed(unpacker) => unpacker.reading().facts().clone(),
            Self::GaveUp(reading) => Facts { gave_up: true, ..reading.facts().clone() },
        }
    }

    /// Whether it is a stream of which nothing but a preamble came so far.
    pub(crate) fn is_in_preamble(&self) -> bool {
        matches!(self, Self::Stream(meter) if !meter.facts().begun)
    }

    /// How the answer ends if it ends here.
    pub(crate) fn ending(&mut self) -> Ending {
        let of = |facts: &Facts, is_stream: bool| match (facts.failed, facts.ended, is_stream) {
            (true, ..) => Ending::Failed,
            (false, true, true) => Ending::Good,
            (false, false, true) => Ending::Open,
            (false, _, false) => Ending::Unsaid,
        };
        match self {
            Self::Off | Self::Unknown(..) | Self::GaveUp(_) => Ending::Unsaid,
            Self::Stream(meter) if meter.grammar() == Grammar::Plain => Ending::Unsaid,
            Self::Stream(meter) => of(meter.facts(), true),
            Self::Body(meter) => of(meter.facts(), false),
            Self::Packed(unpacker) => match &unpacker.reading().meter {
                Plain::Stream(meter) if meter.grammar() == Grammar::Plain => Ending::Unsaid,
                Plain::Stream(meter) => of(meter.facts(), true),
                Plain::Body(meter) => of(meter.facts(), false),
            },
        }
    }

    /// Whether whoever has read so far has all of the answer: where its dialect has a last word, that too.
    pub(crate) fn is_whole(&mut self) -> bool {
        let said = |meter: &StreamMeter| meter.completed() || !meter.has_last_word();
        self.ending() == Ending::Good
            && match self {
                Self::Stream(meter) => said(meter),
                Self::Packed(unpacker) => match &unpacker.reading().meter {
                    Plain::Stream(meter) => said(meter),
                    Plain::Body(_) => true,
                },
                _ => true,
            }
    }

    fn given_up(&mut self) -> Self {
        match self {
            Self::Packed(unpacker) => {
                let empty = Plain::Body(Box::new(BodyMeter::new(Grammar::Plain)));
                let empty = Reading { meter: empty, unpacked: 0, completes: false };
                Self::GaveUp(std::mem::replace(unpacker.reading(), empty))
            }
            _ => Self::Off,
        }
    }
}

impl Unpacker {
    fn unpack(&mut self, piece: &[u8]) -> io::Result<()> {
        for slice in piece.chunks(SLICE) {
            self.writer().write_all(slice)?;
        }
        self.writer().flush()
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Gzip(decoder) => decoder,
            Self::Zlib(decoder) => decoder,
            Self::Brotli(decoder) => &mut **decoder,
            Self::Zstd(decoder) => &mut **decoder,
        }
    }

    fn reading(&mut self) -> &mut Reading {
        match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zlib(decoder) => decoder.get_mut(),
            Self::Brotli(decoder) => decoder.inner.get_mut(),
            Self::Zstd(decoder) => decoder.get_mut(),
        }
    }
}

impl Write for BoundedBrotli {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let (false, Some(first)) = (self.begun, bytes.first()) {
            self.begun = true;
            // RFC 7932, 9.1: this pattern is no size of a window; the large-window format begins with it.
            if first & 0x7f == 0x11 {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
        }
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Reading {
    fn facts(&self) -> &Facts {
        match &self.meter {
            Plain::Stream(meter) => meter.facts(),
            Plain::Body(meter) => meter.facts(),
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
#[path = "metering_tests.rs"]
mod tests;
