//! Spool append: adding a record to the segment in use (group commit).
//!
//! Records of one turn of the event loop share a `write()`: they wait in memory until the first byte is about to leave
//! that may depend on one of them, to an upstream or to a client (`cork::Gate`). So they are written before a client
//! can know of what they say, and a record costs a fraction of a system call.

use std::{io, sync::atomic::Ordering};

use super::{
    error::AppendError,
    format::Format,
    record, segment,
    spool::Spool,
    state::{Place, Segment, State, When},
};

impl Spool {
    /// Writes the records that wait. On an error they go on waiting.
    pub(crate) fn write_waiting(&self) -> io::Result<()> {
        if !self.waiting.load(Ordering::Acquire) {
            return Ok(());
        }
        self.write_tail(&mut self.state.lock())
    }

    /// Whether the record of this number is written.
    pub(crate) fn is_written(&self, seq: u64) -> bool {
        seq <= self.state.lock().written_seq
    }

    /// Appends a frame. `allowance`: beyond so many bytes of spool the answer is no.
    pub(super) fn append(
        &self,
        state: &mut State,
        frame: &mut [u8],
        opens: bool,
        allowance: u64,
        when: When,
    ) -> Result<Place, AppendError> {
        let fits = state.active_takes(frame.len() as u64, self.limits.segment);
        if self.taken(state, !fits) > allowance {
            return Err(AppendError::Full);
        }
        let added = self.add(state, frame, opens, fits, allowance == u64::MAX, when);
        if added.is_err() {
            self.appended.store(false, Ordering::Relaxed);
        }
        added
    }

    fn add(
        &self,
        state: &mut State,
        frame: &mut [u8],
        opens: bool,
        fits: bool,
        at_any_price: bool,
        when: When,
    ) -> Result<Place, AppendError> {
        if !fits {
            self.write_tail(state)?;
            self.rotate(state, at_any_price)?;
        }
        let seq = state.next_seq;
        record::seal(frame, seq);
        let together = when == When::Together && self.appended.load(Ordering::Relaxed) && !state.recent.is_behind();
        let number = state.active;
        let end = state.grow(frame.len() as u64, opens)?;
        state.tail.extend_from_slice(frame);
        if together {
            self.waiting.store(true, Ordering::Release);
        } else if let Err(error) = self.write_tail(state) {
            // As if it had never been: the next one is written over whatever got through.
            state.shrink(frame.len(), opens);
            return Err(error.into());
        }
        Ok(Place { segment: number, end, seq })
    }

    /// Writes what waits, which stands at the end of the segment in use.
    pub(super) fn write_tail(&self, state: &mut State) -> io::Result<()> {
        if state.tail.is_empty() {
            return Ok(());
        }
        let segment = state.active().ok_or(io::ErrorKind::NotFound)?;
        let written = segment.file_write(&state.tail);
        if written.is_ok() {
            state.tail.clear();
            state.written_seq = state.next_seq - 1;
            self.waiting.store(false, Ordering::Release);
        }
        let before = self.appended.swap(written.is_ok(), Ordering::Relaxed);
        if let Err(error) = &written
            && before
        {
            tracing::error!(%error, "the spool cannot be written; what should be in it waits in memory");
        }
        written
    }

    fn rotate(&self, state: &mut State, at_any_price: bool) -> Result<(), AppendError> {
        let (number, file) = if let Some(spare) = state.spare.take() {
            spare
        } else {
            let number = state.take_number();
            let made = segment::create(&self.dir, number, self.limits.segment);
            // On a disk with hardly any space, in a file that grows.
            let made = if at_any_price { made.or_else(|_| segment::create(&self.dir, number, 0)) } else { made };
            (number, made?)
        };
        state.directory_changed = true;
        state.active = number;
        state.segments.insert(number, Segment::new(file, Format::CURRENT));
        Ok(())
    }

    /// Bytes of all segments, with one more if there is to be one.
    pub(super) fn taken(&self, state: &State, one_more: bool) -> u64 {
        let taken: u64 = state.segments.values().map(|segment| segment.end.max(self.limits.segment)).sum();
        taken + if one_more { self.limits.segment } else { 0 }
    }
}

#[cfg(test)]
#[path = "append_tests.rs"]
mod tests;
