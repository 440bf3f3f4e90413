//! Spool (write-ahead log): segment files of the rows that the database does not have yet.
//!
//! What is written survives `kill -9`; [`Spool::sync`] makes it survive a power cut.
//! A segment is deleted when each of its OPENs is closed and each of its CLOSEs is in the database; it is never cut.

use std::{
    fs::File,
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{ErrorClass, RequestLog};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::{Notify, watch};

use super::{
    batch::Batch,
    error::{AppendError, OpenError},
    format::{self, Format},
    recent::Recent,
    record::{FRAME_HEAD, Record},
    replay::Replay,
    segment,
    state::{Place, Segment, State, When},
};

/// A record of this size should fit for the spool to count as writable, bytes.
const TYPICAL: u64 = 512;

/// How much the spool may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Size of one segment, bytes.
    pub segment: u64,
    /// Size of all of them: beyond it nothing new is admitted, bytes.
    pub total: u64,
}

/// The spool of this process.
pub(crate) struct Spool {
    pub(super) dir: PathBuf,
    pub(super) limits: Limits,
    pub(super) state: Mutex<State>,
    /// Records wait for [`Spool::write_waiting`].
    pub(super) waiting: AtomicBool,
    /// Locked by the task that syncs, makes a spare segment or finishes; requests never wait for it.
    syncing: Mutex<()>,
    /// How the last append, the last sync and the last making of a segment went.
    pub(super) appended: AtomicBool,
    disk_took: AtomicBool,
    spare_made: AtomicBool,
    synced: watch::Sender<u64>,
    /// There are many rows to be inserted.
    pub(super) backlog: Notify,
    // Kept for as long as the process lives.
    _lock: File,
}

impl Spool {
    /// Opens the spool in `dir` and closes what an earlier process left open, as interrupted. Returns how many those were.
    pub(crate) fn open(dir: &Path, limits: Limits) -> Result<(Self, usize), OpenError> {
        let io_error = |source| OpenError::Io { dir: dir.to_owned(), source };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io_error)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(dir.join("lock"))
            .map_err(io_error)?;
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
        replay.segments.insert(number, Segment::new(file, Format::CURRENT));
        let spool = Self {
            dir: dir.to_owned(),
            limits,
            state: Mutex::new(State {
                segments: replay.segments,
                active: number,
                next_number: number + 1,
                next_seq: replay.last_seq + 1,
                spare: None,
                directory_changed: true,
                finished: false,
                tail: Vec::new(),
                written_seq: replay.last_seq,
                recent: Recent::new(replay.has_records),
            }),
            waiting: AtomicBool::new(false),
            syncing: Mutex::new(()),
            appended: AtomicBool::new(true),
            disk_took: AtomicBool::new(true),
            spare_made: AtomicBool::new(true),
            synced: watch::Sender::new(0),
            backlog: Notify::new(),
            _lock: lock,
        };
        let interrupted = replay.open.len();
        for (opened_in, row) in replay.open.into_values() {
            let row = RequestLog { status: 500, error_class: Some(ErrorClass::Interrupted.into()), ..row };
            spool.close(When::Now, Some(opened_in), &row).map_err(|error| match error {
                AppendError::Io(source) => io_error(source),
                AppendError::Full => io_error(io::ErrorKind::StorageFull.into()),
            })?;
        }
        Ok((spool, interrupted))
    }

    /// Notes that a request is about to be sent on.
    pub(crate) fn opened(
        &self,
        when: When,
        row: &RequestLog,
        reservation_nano: Option<i64>,
    ) -> Result<Place, AppendError> {
        let mut frame = format::encode(&Record::Open { reservation_nano, row })
            .ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
        self.append(&mut self.state.lock(), &mut frame, true, self.limits.total, when)
    }

    /// Notes that a request is over.
    pub(crate) fn close(&self, when: When, opened_in: Option<u64>, row: &RequestLog) -> Result<Place, AppendError> {
        let mut frame =
            format::encode(&Record::Close { opened_in, row }).ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
        // What is open must be closed; there is only so much of it. Rows of refused requests go on a little longer than
        // requests are let in, so that the log has what happened.
        let a_little = self.limits.total + (self.limits.total / 8).max(2 * self.limits.segment);
        let allowance = if opened_in.is_some() { u64::MAX } else { a_little };
        let mut state = self.state.lock();
        let place = self.append(&mut state, &mut frame, false, allowance, when)?;
        if state.recent.push(&frame[FRAME_HEAD..], (place.segment, place.end), opened_in) {
            self.backlog.notify_one();
        }
        Ok(place)
    }

    /// Whether there are rows that only the disk has: an earlier process left them, or the database was gone for long.
    pub(crate) fn is_behind(&self) -> bool {
        self.state.lock().recent.is_behind()
    }

    /// Where the last CLOSE ends; `None`: there is none to be inserted, or some are on the disk alone.
    pub(crate) fn last_closed(&self) -> Option<(u64, u64)> {
        let state = self.state.lock();
        state.recent.last()
    }

    /// Whether the next request can be noted: the disk takes what is written, and there is space.
    pub(crate) fn writable(&self) -> bool {
        let state = self.state.lock();
        let fits = state.active_takes(TYPICAL, self.limits.segment);
        self.taken(&state, !fits) <= self.limits.total
            && [&self.appended, &self.disk_took, &self.spare_made]
                .iter()
                .all(|went_well| went_well.load(Ordering::Relaxed))
    }

    /// Closed rows that are not in the database yet, oldest first; `None`: there are none. Read from the disk they are
    /// `most` bytes. Until [`Spool::mark_inserted`] says that a batch is in the database, the next one begins with its
    /// rows again.
    pub(crate) fn next_batch(&self, most: usize) -> Option<Batch> {
        loop {
            let (number, file, format, from, end) = {
                let mut state = self.state.lock();
                if let Some(batch) = state.recent.take() {
                    return Some(batch);
                }
                // From here on the disk is read.
                if self.write_tail(&mut state).is_err() {
                    return None;
                }
                let waiting = state.segments.iter().find(|(_, segment)| segment.inserted < segment.end);
                let Some((number, segment)) = waiting.filter(|_| state.recent.is_behind()) else {
                    state.recent.caught_up();
                    // Without CLOSEs that only the disk has, what is not inserted are OPENs.
                    state.all_inserted_before(u64::MAX);
                    self.delete_finished(state);
                    return None;
                };
                (*number, segment.file.clone(), segment.format, segment.inserted, segment.end)
            };
            let mut batch = Batch::new(number, format);
            match segment::read_range(&file, from, end, most, &mut batch) {
                Ok(sound) => {
                    if !sound {
                        self.damage(number, None);
                    }
                    return Some(batch);
                }
                Err(error) => {
                    tracing::error!(segment = number, %error, "part of the spool cannot be read; the file is set aside");
                    self.damage(number, Some(end));
                }
            }
        }
    }

    /// Keeps the segment of a batch that is not in the database as a whole: set aside, for people to look at.
    pub(crate) fn set_aside(&self, batch: &Batch) {
        self.damage(batch.end().0, None);
    }

    /// Notes that a batch is in the database, and deletes the segments that are not needed any more.
    pub(crate) fn mark_inserted(&self, batch: &Batch) {
        let mut state = self.state.lock();
        state.recent.mark_inserted();
        let (number, next) = batch.end();
        if let Some(segment) = state.segments.get_mut(&number) {
            segment.inserted = segment.inserted.max(next);
        }
        for (opened_in, rows) in batch.opened_in() {
            if let Some(segment) = state.segments.get_mut(opened_in) {
                segment.open = segment.open.saturating_sub(*rows);
            }
        }
        state.all_inserted_before(number);
        self.delete_finished(state);
    }

    /// Notes that a request is over whose CLOSE could not be written but whose row is in the database.
    pub(crate) fn inserted_without_close(&self, opened_in: Option<u64>) {
        let mut state = self.state.lock();
        if let Some(segment) = opened_in.and_then(|number| state.segments.get_mut(&number)) {
            segment.open = segment.open.saturating_sub(1);
        }
    }

    /// Forces what was written since the last call onto the disk, and says so to those who wait for it.
    pub(crate) fn sync(&self) {
        let _one = self.syncing.lock();
        let (dirty, directory, upto) = {
            let mut state = self.state.lock();
            // What cannot be written is not synced either, and whoever waits for it goes on waiting.
            let _ = self.write_tail(&mut state);
            let dirty: Vec<(u64, Arc<File>)> = state
                .segments
                .iter_mut()
                .filter_map(|(number, segment)| {
                    std::mem::take(&mut segment.written_since_sync).then(|| (*number, segment.file.clone()))
                })
                .collect();
            (dirty, std::mem::take(&mut state.directory_changed), state.written_seq)
        };
        let mut result = dirty.iter().try_for_each(|(_, file)| file.sync_data());
        if directory {
            result = result.and_then(|()| File::open(&self.dir)?.sync_all());
        }
        let mut state = self.state.lock();
        if let Err(error) = &result {
            tracing::error!(%error, "the spool could not be forced onto the disk");
            state.directory_changed |= directory;
            for (number, _) in dirty {
                state.segments.entry(number).and_modify(|segment| segment.suspect = true);
            }
        }
        // A suspect segment is not written to any more, and goes when its rows are in the database.
        if !state.segments.values().any(|segment| segment.suspect) && result.is_ok() {
            self.synced.send_replace(upto);
        }
        drop(state);
        // Callers that were refused see here that the disk is back.
        self.disk_took.store(result.is_ok(), Ordering::Relaxed);
    }

    /// Makes the next segment beforehand, if there is space for one.
    pub(crate) fn prepare(&self) {
        let _one = self.syncing.lock();
        let number = {
            let mut state = self.state.lock();
            let has_space = self.taken(&state, true) <= self.limits.total && !state.finished;
            (state.spare.is_none() && has_space).then(|| state.take_number())
        };
        let Some(number) = number else { return };
        let made = segment::create(&self.dir, number, self.limits.segment);
        self.spare_made.store(made.is_ok(), Ordering::Relaxed);
        match made {
            Ok(file) => {
                let mut state = self.state.lock();
                state.spare = Some((number, file));
                state.directory_changed = true;
            }
            Err(error) => tracing::error!(%error, "the spool's next segment cannot be made"),
        }
    }

    /// The sequence number up to which everything is on the disk.
    pub(crate) fn synced(&self) -> watch::Receiver<u64> {
        self.synced.subscribe()
    }

    /// Deletes even the segment in use if everything is in the database. A request that ends later still finds a segment,
    /// which stays for the next start.
    pub(crate) fn finish(&self) {
        let _one = self.syncing.lock();
        let mut state = self.state.lock();
        let _ = self.write_tail(&mut state);
        state.finished = true;
        let mut finished = state.take_finished(|_| true);
        finished.extend(state.spare.take().map(|(number, _)| (number, false)));
        drop(state);
        self.delete(finished);
    }

    fn damage(&self, number: u64, skip_to: Option<u64>) {
        if let Some(segment) = self.state.lock().segments.get_mut(&number) {
            segment.damaged = true;
            segment.inserted = segment.inserted.max(skip_to.unwrap_or(0));
        }
    }

    fn delete_finished(&self, mut state: MutexGuard<'_, State>) {
        let active = state.active;
        let finished = state.take_finished(|number| number != active);
        // Deleting takes the file system a while; no request should wait for it.
        drop(state);
        self.delete(finished);
    }

    fn delete(&self, finished: Vec<(u64, bool)>) {
        for (number, damaged) in finished {
            if damaged {
                segment::set_aside(&self.dir, number);
            } else if let Err(error) = std::fs::remove_file(segment::path(&self.dir, number)) {
                // It will be read again at the next start, and every row in it is found to be there already.
                tracing::warn!(segment = number, %error, "a finished spool segment could not be deleted");
            }
        }
    }
}

#[cfg(test)]
#[path = "spool_tests.rs"]
pub(in crate::ledger) mod tests;

#[cfg(test)]
#[path = "spool_model_tests.rs"]
mod model;
