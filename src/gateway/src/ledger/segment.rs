//! Spool segment (log file): a versioned header, then frames up to the first zero.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::RequestLogRef;

use super::{
    batch::Batch,
    format::Format,
    record::{self, Parsed, Record},
};

/// Bytes of the header: `magic 8 | version u16 | zero u16 | number u64 | CRC-32C u32`.
pub(crate) const HEADER: usize = 24;
const MAGIC: &[u8; 8] = b"KWSPOOL\0";
const EXTENSION: &str = "spool";

/// Name of the `number`-th segment; names sort as numbers do.
pub(crate) fn path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:016}.{EXTENSION}"))
}

/// Numbers of the segments in a directory, ascending.
pub(crate) fn list(dir: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            numbers.extend(path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse::<u64>().ok()));
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Makes a segment of `bytes` bytes, all of them really allocated, so that a full disk is met here and not at an append.
pub(crate) fn create(dir: &Path, number: u64, bytes: u64) -> io::Result<Arc<File>> {
    let path = path(dir, number);
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    let filled = fill(&file, number, bytes);
    if filled.is_err() {
        // Half a segment is of no use, and the disk is short of space.
        let _ = std::fs::remove_file(&path);
    }
    filled.map(|()| Arc::new(file))
}

fn fill(file: &File, number: u64, bytes: u64) -> io::Result<()> {
    static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
    let mut at = HEADER as u64;
    while at < bytes {
        let step = usize::try_from(bytes - at).unwrap_or(ZEROS.len()).min(ZEROS.len());
        file.write_all_at(&ZEROS[..step], at)?;
        at += step as u64;
    }
    file.write_all_at(&header(number, Format::CURRENT), 0)
}

fn header(number: u64, format: Format) -> [u8; HEADER] {
    let mut out = [0; HEADER];
    out[..8].copy_from_slice(MAGIC);
    out[8..10].copy_from_slice(&format.version().to_le_bytes());
    out[12..20].copy_from_slice(&number.to_le_bytes());
    let crc = crc32c::crc32c(&out[..20]);
    out[20..].copy_from_slice(&crc.to_le_bytes());
    out
}

/// A segment that an earlier process left behind.
pub(crate) struct Found {
    /// The file, open for reading.
    pub file: Arc<File>,
    /// How its records are encoded.
    pub format: Format,
    /// Where its sound frames end.
    pub end: u64,
    /// Its last sequence number.
    pub last_seq: Option<u64>,
    /// Bytes after `end` that are not zero: a torn tail.
    pub torn: bool,
    /// A sound frame contains something that is no record.
    pub unreadable: bool,
}

/// Why a segment cannot be read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// No header: it was being made when the process ended.
    Blank,
    /// A header, but not ours or damaged.
    Foreign,
    /// Written by a newer version.
    Version(u16),
    /// The disk says no.
    Io(io::Error),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads a whole segment and shows its records in order. A torn tail ends it and is no error.
pub(crate) fn read(
    dir: &Path,
    number: u64,
    visit: &mut dyn FnMut(Record<RequestLogRef<'_>>),
) -> Result<Found, Unreadable> {
    let file = File::open(path(dir, number))?;
    let bytes = std::fs::read(path(dir, number))?;
    let head = bytes.get(..HEADER).unwrap_or(&bytes);
    if head.iter().all(|b| *b == 0) {
        return Err(Unreadable::Blank);
    }
    if head.len() < HEADER || &head[..8] != MAGIC {
        return Err(Unreadable::Foreign);
    }
    let version = u16::from_le_bytes([head[8], head[9]]);
    let format = Format::of(version).ok_or(Unreadable::Version(version))?;
    if head != header(number, format) {
        return Err(Unreadable::Foreign);
    }
    let (mut at, mut last_seq, mut unreadable) = (HEADER, None, false);
    while let Parsed::Frame { seq, payload, size } = record::parse(&bytes[at..], true) {
        if last_seq.is_some_and(|last: u64| last.wrapping_add(1) != seq) {
            break;
        }
        last_seq = Some(seq);
        match format.decode(payload) {
            Some(record) => visit(record),
            None => unreadable = true,
        }
        at += size;
    }
    let torn = bytes[at..].iter().any(|b| *b != 0);
    Ok(Found { file: Arc::new(file), format, end: at as u64, last_seq, torn, unreadable })
}

/// Puts the CLOSE records from `from` up to `end`, which is a frame's end, into a batch: so many bytes of them as `most`
/// says, but one frame at least. Whether every sound frame contained a record.
pub(crate) fn read_range(file: &File, from: u64, end: u64, most: usize, batch: &mut Batch) -> io::Result<bool> {
    let remaining = usize::try_from(end - from).unwrap_or(usize::MAX);
    let mut bytes = vec![0; remaining.min(most.max(record::FRAME_HEAD + record::PAYLOAD_MAX))];
    file.read_exact_at(&mut bytes, from)?;
    let (mut sound, mut at) = (true, 0);
    let format = batch.format();
    while at < bytes.len() {
        match record::parse(&bytes[at..], bytes.len() == remaining) {
            Parsed::Frame { payload, size, .. } => {
                at += size;
                // An OPEN matters only after a crash, and then the whole segment is read anew.
                if format.is_open(payload) {
                    continue;
                }
                match format.decode(payload) {
                    Some(Record::Close { opened_in, .. }) => batch.push(payload, opened_in),
                    Some(Record::Open { .. }) => {}
                    None => sound = false,
                }
            }
            Parsed::Short => break,
            // These bytes were sound when they were written or found: the disk has changed them.
            Parsed::End | Parsed::Torn => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    batch.reaches(from + at as u64);
    Ok(sound)
}

/// Renames a segment that cannot be read, so that it is neither deleted nor read again.
pub(super) fn set_aside(dir: &Path, number: u64) {
    let path = path(dir, number);
    if let Err(error) = std::fs::rename(&path, path.with_extension("damaged")) {
        tracing::error!(segment = number, %error, "a damaged spool segment could not be set aside");
    }
}
