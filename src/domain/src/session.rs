//! Session store: who is signed in, as the database holds it.

use crate::{Timestamp, UserId};

/// A session of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The MAC of its id; the id itself is only in the browser.
    pub id_hash: Vec<u8>,
    /// Who is signed in, if there is one.
    pub user_id: Option<UserId>,
    /// What the session holds, as text.
    pub data: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub touched_at: Timestamp,
    /// When it ends, however busy.
    pub expires_at: Timestamp,
}
