//! Change feed: announces what was committed, in this process at once, in others by polling.

use std::sync::{Arc, PoisonError, RwLock};

use domain::{Change, ChangeKind};
use tokio::sync::Mutex;

use crate::{Result, Store, Tx, on, table::table};

/// Called with each change.
type Subscriber = Arc<dyn Fn(&Change) + Send + Sync>;

/// So many rows are kept when the table is trimmed: minutes at the wildest pace, and whoever misses more has let go of
/// its cached rows by then.
const KEPT: i64 = 10_000;
const BATCH: i64 = 1_000;

/// The subscribers of one process.
#[derive(Default)]
pub(crate) struct Subscribers(RwLock<Vec<Subscriber>>, RwLock<Vec<FeedListener>>);

/// Called around each reading of the feed.
type FeedListener = Arc<dyn Fn(FeedReading) + Send + Sync>;

/// Where a reading of the change feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedReading {
    /// It begins.
    Began,
    /// It was read to its end: what was committed before it began is known.
    Done,
    /// Notices are missing: anything may have changed.
    Gap,
}

impl Subscribers {
    fn reading(&self, stage: FeedReading) {
        let listeners = self.1.read().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in &listeners {
            listener(stage);
        }
    }

    pub(crate) fn notify(&self, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        // Copied out, so that a subscriber may subscribe another one.
        let subscribers = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        for change in changes {
            for subscriber in &subscribers {
                subscriber(change);
            }
        }
    }
}

/// The newest change that has been seen; `None` before the first poll.
#[derive(Default)]
pub(crate) struct ChangeCursor(Mutex<Option<i64>>);

table! {
    /// A change notice.
    ChangeRow in "changes", unsigned "a notice only makes a node read again; a notice that is taken away is made up for within five seconds";
    seq: i64;
    kind: String;
    id: String;
}

impl Store {
    /// Calls `subscriber` for every change from now on: inside [`Tx::commit`] for this process's own, inside
    /// [`Store::poll_changes`] for those of others. It must be quick and must not block.
    pub fn subscribe(&self, subscriber: Arc<dyn Fn(&Change) + Send + Sync>) {
        self.0.subscribers.0.write().unwrap_or_else(PoisonError::into_inner).push(subscriber);
    }

    /// Calls `listener` around each reading of the feed by [`Store::poll_changes`]. It must be quick and must not block.
    pub fn follow_feed(&self, listener: Arc<dyn Fn(FeedReading) + Send + Sync>) {
        self.0.subscribers.1.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// Notifies subscribers of what was committed since the last poll, here (a second time) or elsewhere. The first
    /// poll only remembers where things stand.
    pub async fn poll_changes(&self) -> Result<()> {
        let mut seen = self.0.change_cursor.0.lock().await;
        self.0.subscribers.reading(FeedReading::Began);
        let Some(mut after) = *seen else {
            *seen = Some(self.newest_change().await?);
            return Ok(());
        };
        loop {
            let rows: Vec<ChangeRow> = on!(pool self.control(), |c| sqlx::query_as(
                "SELECT seq, kind, id FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2"
            )
            .bind(after)
            .bind(BATCH)
            .fetch_all(c)
            .await)?;
            let Some(last) = rows.last() else {
                self.0.subscribers.reading(FeedReading::Done);
                return Ok(());
            };
            // Numbers have no gaps, so one is what was trimmed or taken away meanwhile.
            let expected = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            if last.seq - after != expected {
                self.0.subscribers.reading(FeedReading::Gap);
            }
            after = last.seq;
            // A kind that only a newer version knows concerns no subscriber here.
            let changes: Vec<Change> = rows
                .into_iter()
                .filter_map(|row| Some(Change { kind: ChangeKind::parse(&row.kind)?, id: row.id }))
                .collect();
            self.0.subscribers.notify(&changes);
            *seen = Some(after);
        }
    }

    /// Removes at most `limit` of the rows that are older than the newest ten thousand; says how many.
    pub async fn trim_changes(&self, limit: i64) -> Result<u64> {
        Ok(on!(pool self.control_writer(), |c| sqlx::query(
            "DELETE FROM changes WHERE seq IN (SELECT seq FROM changes \
             WHERE seq <= (SELECT MAX(seq) FROM changes) - $1 ORDER BY seq LIMIT $2)"
        )
        .bind(KEPT)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
    }

    /// The number of the newest change. Where it is the same before and after reading several tables, they were read as of
    /// one moment: every change is announced in its own transaction.
    pub async fn newest_change(&self) -> Result<i64> {
        Ok(on!(pool self.control(), |c| sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM changes")
            .fetch_one(c)
            .await)?)
    }
}

impl Tx {
    /// Writes the change down for other processes, and notifies this one's subscribers once it is committed.
    pub async fn announce(&mut self, change: Change) -> Result<()> {
        // Transactions run one at a time, so the next number is free and a higher one cannot be seen before it.
        on!(tx &mut self.open, |c| {
            sqlx::query(
                "INSERT INTO changes (seq, kind, id) SELECT COALESCE(MAX(seq), 0) + 1, $1, $2 FROM changes",
            )
            .bind(change.kind.as_str())
            .bind(&change.id)
            .execute(c)
            .await
            .map(drop)
        })?;
        self.announced.push(change);
        Ok(())
    }
}
