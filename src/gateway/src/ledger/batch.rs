//! Row batches: closed rows on their way from the spool into the database, as the bytes of its records.

use domain::RequestLogRef;

use super::{format::Format, record::Record};

/// Closed rows, oldest first, of one segment. A row takes a third of what it takes as a value, in no allocation of its own.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Payloads of CLOSE records, one behind the other.
    payloads: Vec<u8>,
    format: Format,
    rows: usize,
    /// How many of them were opened in which segment.
    opened_in: Vec<(u64, u64)>,
    segment: u64,
    next: u64,
}

impl Batch {
    /// One without rows.
    pub(super) fn new(segment: u64, format: Format) -> Self {
        Self { format, segment, ..Self::default() }
    }

    /// Takes in the payload of a CLOSE.
    pub(super) fn push(&mut self, payload: &[u8], opened_in: Option<u64>) {
        self.payloads.extend_from_slice(payload);
        self.rows += 1;
        let Some(opened_in) = opened_in else { return };
        // As good as always the same one as before.
        match self.opened_in.iter_mut().rev().find(|(segment, _)| *segment == opened_in) {
            Some((_, rows)) => *rows += 1,
            None => self.opened_in.push((opened_in, 1)),
        }
    }

    /// Up to here in the segment everything is in this batch or an earlier one.
    pub(super) const fn reaches(&mut self, next: u64) {
        self.next = next;
    }

    /// The rows.
    pub(crate) fn rows(&self) -> Vec<RequestLogRef<'_>> {
        let mut rows = Vec::with_capacity(self.rows);
        let mut payloads = self.payloads.as_slice();
        while let Some((Record::Close { row, .. }, rest)) = self.format.decode_first(payloads) {
            rows.push(row);
            payloads = rest;
        }
        rows
    }

    /// How the rows are encoded.
    pub(super) const fn format(&self) -> Format {
        self.format
    }

    /// How many rows there are.
    pub(crate) const fn len(&self) -> usize {
        self.rows
    }

    /// How many rows were opened in which segment.
    pub(super) fn opened_in(&self) -> &[(u64, u64)] {
        &self.opened_in
    }

    /// Segment and place in it up to which everything is in this batch or an earlier one.
    pub(crate) const fn end(&self) -> (u64, u64) {
        (self.segment, self.next)
    }
}

#[cfg(test)]
impl Batch {
    /// The rows, each for itself.
    pub(crate) fn owned(&self) -> Vec<domain::RequestLog> {
        self.rows().iter().map(|row| row.to_owned().unwrap()).collect()
    }
}
