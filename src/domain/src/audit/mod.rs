//! Audit log: acts, field diffs, and the hash chain with its anchored head (L6).

mod act;
mod chain;
mod diff;

pub use act::{Act, KeyEffect, TargetKind};
pub use chain::{AuditEncoding, AuditEvent, AuditHead, AuditRecord, FIRST_PREVIOUS, mark_bytes};
pub use diff::{FieldChange, changed, diff};
