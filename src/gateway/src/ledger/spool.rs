//! The spool: segment files that hold what the database does not have yet.
//!
//! An append is one `write()`, so it survives `kill -9`; [`Spool::sync`], once a second, makes it survive a power cut.
//! A segment is deleted when each of its OPENs is closed and each of its CLOSEs is in the database; it is never cut.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::File,
    io,
    os::unix::fs::{DirBuilderExt as _, FileExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{ErrorClass, RequestId, RequestLog};
use parking_lot::Mutex;

use super::{
    record::{self, Entry, Record},
    segment::{self, Unreadable},
};

/// How much the spool may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Size of one segment, bytes.
    pub segment: u64,
    /// Size of all of them: beyond it nothing new is admitted, bytes.
    pub total: u64,
}

/// Why a record could not be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    /// The spool holds as much as it may.
    #[error("the spool is full")]
    Full,
    /// The disk says no.
    #[error("the spool cannot be written")]
    Io(#[from] io::Error),
}

/// Why a spool could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// Another process has it.
    #[error("{} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// A newer version wrote it.
    #[error("{} was written by a newer version (layout {version}); start that one once so that it empties it", .dir.display())]
    Newer {
        /// The spool.
        dir: PathBuf,
        /// The layout it uses.
        version: u16,
    },
    /// The disk says no.
    #[error("{}: {source}", .dir.display())]
    Io {
        /// The spool.
        dir: PathBuf,
        /// What the disk says.
        source: io::Error,
    },
}

/// Closed rows on their way into the database.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The rows, each with the segment of its OPEN.
    pub closed: Vec<(Option<u64>, RequestLog)>,
    segment: u64,
    next: u64,
}

/// The spool of this process.
pub(crate) struct Spool {
    dir: PathBuf,
    limits: Limits,
    state: Mutex<State>,
    writable: AtomicBool,
    // Held for as long as the process lives.
    _lock: File,
}

struct State {
    segments: BTreeMap<u64, Segment>,
    active: u64,
    next_number: u64,
    next_seq: u64,
    spare: Option<(u64, Arc<File>)>,
    unsynced: Vec<Arc<File>>,
    directory_changed: bool,
    finished: bool,
}

struct Segment {
    file: Arc<File>,
    /// Where its frames end.
    end: u64,
    /// Up to here everything is in the database.
    moved: u64,
    /// OPENs whose CLOSE is not in the database.
    open: u64,
    /// Something in it cannot be read: it is set aside, not deleted.
    damaged: bool,
    written_since_sync: bool,
}

impl Spool {
    /// Opens the spool in `dir` and closes what an earlier process left open, as interrupted. Returns how many those were.
    pub(crate) fn open(dir: &Path, limits: Limits) -> Result<(Self, usize), OpenError> {
        let io_error = |source| OpenError::Io { dir: dir.to_owned(), source };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io_error)?;
        let lock = File::options().create(true).truncate(false).write(true).open(dir.join("lock")).map_err(io_error)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(OpenError::InUse(dir.to_owned())),
            Err(std::fs::TryLockError::Error(error)) => return Err(io_error(error)),
        }
        let mut replay = Replay::default();
        for number in segment::list(dir).map_err(io_error)? {
            replay.take(dir, number)?;
        }
        let number = replay.last_number + 1;
        let file = segment::create(dir, number, limits.segment).map_err(io_error)?;
        replay.segments.insert(number, Segment::new(file));
        let spool = Self {
            dir: dir.to_owned(),
            limits,
            state: Mutex::new(State {
                segments: replay.segments,
                active: number,
                next_number: number + 1,
                next_seq: replay.last_seq + 1,
                spare: None,
                unsynced: Vec::new(),
                directory_changed: true,
                finished: false,
            }),
            writable: AtomicBool::new(true),
            _lock: lock,
        };
        let interrupted = replay.open.len();
        for (opened_in, row) in replay.open.into_values() {
            let row = RequestLog { status: 500, error_class: Some(ErrorClass::Interrupted), ..row };
            spool.close(Some(opened_in), &row).map_err(|error| match error {
                AppendError::Io(source) => io_error(source),
                AppendError::Full => io_error(io::ErrorKind::StorageFull.into()),
            })?;
        }
        Ok((spool, interrupted))
    }

    /// Notes that a request is about to be sent on. Returns the segment that the note stands in.
    pub(crate) fn opened(&self, row: &RequestLog, reservation_nano: Option<i64>) -> Result<u64, AppendError> {
        self.append(&Entry::Open { reservation_nano, row })
    }

    /// Notes that a request is over.
    pub(crate) fn close(&self, opened_in: Option<u64>, row: &RequestLog) -> Result<(), AppendError> {
        self.append(&Entry::Close { opened_in, row }).map(|_| ())
    }

    /// Whether the last append or sync went well.
    pub(crate) fn writable(&self) -> bool {
        self.writable.load(Ordering::Relaxed)
    }

    /// Closed rows that are not in the database yet, oldest first; `None`: there are none. `most` bytes of them.
    pub(crate) fn next_batch(&self, most: usize) -> Option<Batch> {
        loop {
            let (number, file, from, end) = {
                let state = self.state.lock();
                let (number, segment) = state.segments.iter().find(|(_, segment)| segment.moved < segment.end)?;
                (*number, segment.file.clone(), segment.moved, segment.end)
            };
            match segment::read_range(&file, from, end, most) {
                Ok(range) => {
                    if range.unreadable {
                        self.damage(number, None);
                    }
                    return Some(Batch { closed: range.closed, segment: number, next: range.next });
                }
                Err(error) => {
                    tracing::error!(segment = number, %error, "part of the spool cannot be read; the file is set aside");
                    self.damage(number, Some(end));
                }
            }
        }
    }

    /// Notes that a batch is in the database, and deletes the segments that nobody needs any more.
    pub(crate) fn moved(&self, batch: &Batch) {
        let mut state = self.state.lock();
        if let Some(segment) = state.segments.get_mut(&batch.segment) {
            segment.moved = segment.moved.max(batch.next);
        }
        for opened_in in batch.closed.iter().filter_map(|(opened_in, _)| *opened_in) {
            if let Some(segment) = state.segments.get_mut(&opened_in) {
                segment.open = segment.open.saturating_sub(1);
            }
        }
        let active = state.active;
        let finished = state.take_finished(|number| number != active);
        // Deleting takes the file system a while; nobody should wait for it with a request in hand.
        drop(state);
        self.delete(finished);
    }

    /// Notes that a request is over whose CLOSE could not be written but whose row is in the database.
    pub(crate) fn moved_without_close(&self, opened_in: Option<u64>) {
        let mut state = self.state.lock();
        if let Some(segment) = opened_in.and_then(|number| state.segments.get_mut(&number)) {
            segment.open = segment.open.saturating_sub(1);
        }
    }

    /// Forces what was written since the last call onto the disk, and makes the next segment.
    pub(crate) fn sync(&self) {
        let (files, directory, spare) = {
            let mut state = self.state.lock();
            let mut files = std::mem::take(&mut state.unsynced);
            for segment in state.segments.values_mut().filter(|segment| segment.written_since_sync) {
                segment.written_since_sync = false;
                files.push(segment.file.clone());
            }
            let room = self.room(&state) && !state.finished;
            let spare = (state.spare.is_none() && room).then(|| state.take_number());
            (files, std::mem::take(&mut state.directory_changed), spare)
        };
        let mut result = files.iter().try_for_each(|file| file.sync_data());
        if directory {
            result = result.and_then(|()| File::open(&self.dir)?.sync_all());
        }
        if let Err(error) = &result {
            tracing::error!(%error, "the spool could not be forced onto the disk");
            self.writable.store(false, Ordering::Relaxed);
        }
        if let Some(number) = spare {
            match segment::create(&self.dir, number, self.limits.segment) {
                Ok(file) => {
                    let mut state = self.state.lock();
                    state.spare = Some((number, file));
                    state.directory_changed = true;
                }
                Err(error) => tracing::warn!(%error, "the next spool segment could not be made"),
            }
        }
    }

    /// Deletes even the segment in use if everything is in the database. The spool takes nothing after this.
    pub(crate) fn finish(&self) {
        let mut state = self.state.lock();
        state.finished = true;
        let mut finished = state.take_finished(|_| true);
        finished.extend(state.spare.take().map(|(number, _)| (number, false)));
        drop(state);
        self.delete(finished);
    }

    fn append(&self, entry: &Entry<'_>) -> Result<u64, AppendError> {
        let opens = matches!(entry, Entry::Open { .. });
        let mut frame = record::encode(entry).ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
        let mut state = self.state.lock();
        let written = self.append_locked(&mut state, &mut frame, opens);
        if !matches!(written, Err(AppendError::Full)) {
            self.writable.store(written.is_ok(), Ordering::Relaxed);
        }
        written
    }

    fn append_locked(&self, state: &mut State, frame: &mut [u8], opens: bool) -> Result<u64, AppendError> {
        let fits = |segment: &Segment| segment.end + frame.len() as u64 <= self.limits.segment;
        if !state.segments.get(&state.active).is_some_and(fits) {
            self.rotate(state, opens)?;
        }
        record::seal(frame, state.next_seq);
        let number = state.active;
        let segment = state.segments.get_mut(&number).ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        // On failure nothing moves: the next append writes over whatever got through.
        segment.file.write_all_at(frame, segment.end)?;
        segment.end += frame.len() as u64;
        segment.open += u64::from(opens);
        segment.written_since_sync = true;
        state.next_seq += 1;
        Ok(number)
    }

    fn rotate(&self, state: &mut State, opens: bool) -> Result<(), AppendError> {
        if opens && !self.room(state) {
            return Err(AppendError::Full);
        }
        let (number, file) = if let Some(spare) = state.spare.take() {
            spare
        } else {
            let number = state.take_number();
            let made = segment::create(&self.dir, number, self.limits.segment);
            // What is open must be closed even on a disk with hardly any room: then in a file that grows.
            let made = if opens { made } else { made.or_else(|_| segment::create(&self.dir, number, 0)) };
            (number, made?)
        };
        state.directory_changed = true;
        state.active = number;
        state.segments.insert(number, Segment::new(file));
        Ok(())
    }

    /// Whether one more segment may be made.
    fn room(&self, state: &State) -> bool {
        let taken: u64 = state.segments.values().map(|segment| segment.end.max(self.limits.segment)).sum();
        taken + self.limits.segment <= self.limits.total
    }

    fn damage(&self, number: u64, skip_to: Option<u64>) {
        if let Some(segment) = self.state.lock().segments.get_mut(&number) {
            segment.damaged = true;
            segment.moved = segment.moved.max(skip_to.unwrap_or(0));
        }
    }

    fn delete(&self, finished: Vec<(u64, bool)>) {
        for (number, damaged) in finished {
            if damaged {
                set_aside(&self.dir, number);
            } else if let Err(error) = std::fs::remove_file(segment::path(&self.dir, number)) {
                // It will be read again at the next start, and every row in it is found to be there already.
                tracing::warn!(segment = number, %error, "a finished spool segment could not be deleted");
            }
        }
    }
}

impl State {
    fn take_number(&mut self) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        number
    }

    /// Takes out the segments that nobody needs any more; with each, whether it is damaged.
    fn take_finished(&mut self, may_go: impl Fn(u64) -> bool) -> Vec<(u64, bool)> {
        let done = |segment: &Segment| segment.moved >= segment.end && segment.open == 0;
        self.segments
            .extract_if(.., |number, segment| may_go(*number) && done(segment))
            .map(|(number, segment)| (number, segment.damaged))
            .collect()
    }
}

impl Segment {
    fn new(file: Arc<File>) -> Self {
        let header = segment::HEADER as u64;
        Self { file, end: header, moved: header, open: 0, damaged: false, written_since_sync: true }
    }
}

/// What earlier processes left behind, segment by segment.
#[derive(Default)]
struct Replay {
    segments: BTreeMap<u64, Segment>,
    open: HashMap<RequestId, (u64, RequestLog)>,
    closed: HashSet<RequestId>,
    last_seq: u64,
    last_number: u64,
}

impl Replay {
    fn take(&mut self, dir: &Path, number: u64) -> Result<(), OpenError> {
        self.last_number = self.last_number.max(number);
        let mut opened = 0;
        let read = segment::read(dir, number, &mut |record| match record {
            Record::Open { row, .. } => {
                opened += 1;
                if !self.closed.remove(&row.id) {
                    self.open.insert(row.id.clone(), (number, row));
                }
            }
            Record::Close { opened_in, row } => {
                if self.open.remove(&row.id).is_none() && opened_in.is_some() {
                    self.closed.insert(row.id);
                }
            }
        });
        let found = match read {
            Ok(found) => found,
            Err(Unreadable::Blank) => {
                let _ = std::fs::remove_file(segment::path(dir, number));
                return Ok(());
            }
            Err(Unreadable::Foreign) => {
                tracing::error!(segment = number, "a spool segment has no sound header; the file is set aside");
                set_aside(dir, number);
                return Ok(());
            }
            Err(Unreadable::Version(version)) => return Err(OpenError::Newer { dir: dir.to_owned(), version }),
            Err(Unreadable::Io(source)) => return Err(OpenError::Io { dir: dir.to_owned(), source }),
        };
        if found.torn {
            tracing::warn!(segment = number, "the spool ends in half a record, as it does after a power cut");
        }
        self.last_seq = self.last_seq.max(found.last_seq.unwrap_or(0));
        if found.end == segment::HEADER as u64 && !found.torn {
            let _ = std::fs::remove_file(segment::path(dir, number));
            return Ok(());
        }
        let mut segment = Segment::new(found.file);
        (segment.end, segment.open, segment.damaged) = (found.end, opened, found.unreadable);
        segment.written_since_sync = false;
        self.segments.insert(number, segment);
        Ok(())
    }
}

/// Renames a segment that cannot be read, so that it is neither deleted nor read again.
fn set_aside(dir: &Path, number: u64) {
    let path = segment::path(dir, number);
    if let Err(error) = std::fs::rename(&path, path.with_extension("damaged")) {
        tracing::error!(segment = number, %error, "a damaged spool segment could not be set aside");
    }
}

#[cfg(test)]
#[path = "spool_tests.rs"]
mod tests;
