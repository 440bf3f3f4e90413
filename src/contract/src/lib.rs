//! DTOs and operation declarations: the request and response shapes that REST, web and CLI share.
//!
//! Shapes are plain text and numbers as the wire has them; `TryFrom<Shape>` for a domain noun is the one parser,
//! and what it refuses it names field by field.

pub mod audit;
pub mod document;
pub mod field;
mod field_errors;
pub mod jobs;
pub mod keys;
pub mod labels;
pub mod logs;
pub mod models;
pub mod operation;
pub mod operations;
pub mod overview;
pub mod page;
pub mod patch;
pub mod providers;
mod read;
pub mod session;
pub mod upstreams;
pub mod wire;

pub use field::{FieldCode, Violation};
pub use field_errors::{FieldError, FieldErrors};
pub use operation::Nothing;
pub use page::{BadPage, CursorPage, Page, PageQuery};
