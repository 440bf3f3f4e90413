//! Projects: what keys and request rows are grouped by.

use crate::{ProjectId, Timestamp};

/// A project. One, named `Default`, is made with the first administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name, unique, for people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}
