//! Transactional outbox: events written with the act, taken out by whoever delivers them.

use domain::{OutboxEvent, Timestamp};

use crate::{Error, Result, Store, Tx, on, parse, table::table};

macro_rules! event_columns {
    () => {
        "id, kind, subject, payload, created_at, attempts, next_at, done_at, delivered, last_error"
    };
}

const DUE: &str = concat!(
    "SELECT ",
    event_columns!(),
    " FROM outbox WHERE done_at IS NULL AND next_at <= $1 ORDER BY next_at, id LIMIT $2"
);
const NEWEST: &str = concat!("SELECT ", event_columns!(), " FROM outbox ORDER BY id DESC LIMIT $1");
const INSERT: &str =
    concat!("INSERT INTO outbox (", event_columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");

table! {
    /// An event to be delivered.
    EventColumns in "outbox", unsigned "events report what happened and give no access; who writes to the database can forge or drop them";
    id: String;
    kind: String;
    subject: String;
    payload: String;
    created_at: i64;
    attempts: i64;
    next_at: i64;
    done_at: Option<i64>;
    delivered: String;
    last_error: Option<String>;
}

impl TryFrom<EventColumns> for OutboxEvent {
    type Error = Error;

    fn try_from(row: EventColumns) -> Result<Self> {
        Ok(Self {
            id: parse::text("outbox.id", &row.id)?,
            kind: row.kind,
            subject: row.subject,
            payload: row.payload,
            created_at: Timestamp(row.created_at),
            attempts: row.attempts,
            next_at: Timestamp(row.next_at),
            done_at: row.done_at.map(Timestamp),
            delivered: parse::list("outbox.delivered", &row.delivered)?,
            last_error: row.last_error,
        })
    }
}

impl Store {
    /// Events that are to be tried at `now`, the longest due first. A row that cannot be read is left out.
    pub async fn due_events(&self, now: Timestamp, limit: i64) -> Result<Vec<OutboxEvent>> {
        let rows: Vec<EventColumns> =
            on!(pool self.control(), |c| sqlx::query_as(DUE).bind(now.0).bind(limit).fetch_all(c).await)?;
        Ok(rows.into_iter().filter_map(|row| OutboxEvent::try_from(row).ok()).collect())
    }

    /// The newest events, done or not.
    pub async fn newest_events(&self, limit: i64) -> Result<Vec<OutboxEvent>> {
        let rows: Vec<EventColumns> =
            on!(pool self.control(), |c| sqlx::query_as(NEWEST).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(OutboxEvent::try_from).collect()
    }

    /// Writes what an attempt has come to.
    pub async fn update_event(&self, event: &OutboxEvent) -> Result<()> {
        on!(pool self.control_writer(), |c| sqlx::query(
            "UPDATE outbox SET attempts = $2, next_at = $3, done_at = $4, delivered = $5, last_error = $6 WHERE id = $1"
        )
        .bind(event.id.as_str())
        .bind(event.attempts)
        .bind(event.next_at.0)
        .bind(event.done_at.map(|at| at.0))
        .bind(parse::to_list(&event.delivered))
        .bind(&event.last_error)
        .execute(c)
        .await
        .map(drop))?;
        Ok(())
    }

    /// Removes at most `limit` events that were done with before `before`; says how many.
    pub async fn delete_events(&self, before: Timestamp, limit: i64) -> Result<u64> {
        Ok(on!(pool self.control_writer(), |c| sqlx::query(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < $1 ORDER BY done_at LIMIT $2)"
        )
        .bind(before.0)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
    }
}

impl Tx {
    /// Adds an event: it goes out if and only if this transaction is committed.
    pub async fn insert_event(&mut self, event: &OutboxEvent) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query(INSERT)
            .bind(event.id.as_str())
            .bind(&event.kind)
            .bind(&event.subject)
            .bind(&event.payload)
            .bind(event.created_at.0)
            .bind(event.attempts)
            .bind(event.next_at.0)
            .bind(event.done_at.map(|at| at.0))
            .bind(parse::to_list(&event.delivered))
            .bind(&event.last_error)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
