//! SQL dialects: what only one engine has; write locks, time limits of the server, partitions, placeholders without a
//! name.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Postgres, Sqlite, SqlitePool, Transaction};

use crate::{
    Result,
    engine::{Db, Open},
    statement::{Statement, bound},
};

/// Names our lock among the advisory locks of a database: "keywrite" in ASCII.
const WRITE_LOCK: i64 = 0x6b65_7977_7269_7465;
/// Names the lock under which a day's partition is made: "keywdays" in ASCII.
const DAY_LOCK: i64 = 0x6b65_7977_6461_7973;
const DAY_MS: i64 = domain::Timestamp::DAY;

/// A lock is waited for as long as SQLite waits, and a node that falls silent inside a transaction does not hold up
/// the others' revocations for longer than half a minute. Statements are short: compiling one takes longer than any.
pub(crate) async fn prepare_connection(connection: &mut PgConnection) -> sqlx::Result<()> {
    connection
        .execute("SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s'; SET jit = off")
        .await?;
    Ok(())
}

/// Begins a write of which there is one at a time on the whole database, on either engine: so the audit chain has no
/// gap, changes become visible in the order of their numbers, and what a transaction has read stays true until it
/// commits.
pub(crate) async fn begin_exclusive(db: &Db) -> Result<Open> {
    match db {
        Db::Sqlite(pool) => Ok(Open::Sqlite(begin_immediate(pool).await?)),
        Db::Postgres(pool) => {
            let mut tx = pool.begin().await?;
            lock(&mut tx, WRITE_LOCK).await?;
            Ok(Open::Postgres(tx))
        }
    }
}

/// Begins a write that other writes may run beside, where the engine can.
pub(crate) async fn begin_shared(db: &Db) -> Result<Open> {
    match db {
        Db::Sqlite(pool) => Ok(Open::Sqlite(begin_immediate(pool).await?)),
        Db::Postgres(pool) => Ok(Open::Postgres(pool.begin().await?)),
    }
}

/// SQLite ends a transaction by itself when the disk is full, or fails. sqlx does not notice, and would keep the
/// connection and refuse every transaction on it from then on.
async fn begin_immediate(pool: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    match pool.begin_with("BEGIN IMMEDIATE").await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            pool.acquire().await?.close().await?;
            pool.begin_with("BEGIN IMMEDIATE").await
        }
        begun => begun,
    }
}

/// The place of the `number`-th value in a statement with thousands of them: `SQLite` finds the name of a numbered one by
/// walking over all the names before it.
pub(crate) fn sqlite_place(_number: usize) -> Cow<'static, str> {
    Cow::Borrowed("?")
}

/// The place of the `number`-th value in a statement.
pub(crate) fn postgres_place(number: usize) -> Cow<'static, str> {
    Cow::Owned(format!("${number}"))
}

/// `($1, $2), ($3, $4)`: the places of the values of so many rows.
pub(crate) fn places(rows: usize, columns: usize, place: fn(usize) -> Cow<'static, str>) -> String {
    let mut sql = String::with_capacity(rows * columns * 8);
    for number in 0..rows * columns {
        let before = match (number, number % columns) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        };
        sql.push_str(before);
        sql.push_str(&place(number + 1));
    }
    sql + ")"
}

async fn lock(tx: &mut Transaction<'_, Postgres>, name: i64) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(name).execute(&mut **tx).await?;
    Ok(())
}

/// Makes the partitions of the given days (days since 1970 UTC) where they are missing. SQLite has no partitions.
pub(crate) async fn ensure_days(db: &Db, days: &[i64]) -> Result<()> {
    let Db::Postgres(pool) = db else { return Ok(()) };
    for day in days {
        let name = partition(*day);
        if exists(&mut *pool.acquire().await?, &name).await? {
            continue;
        }
        let mut tx = pool.begin().await?;
        lock(&mut tx, DAY_LOCK).await?;
        // Another node may have made it while this one waited.
        if !exists(&mut tx, &name).await? {
            // Attaching, unlike `PARTITION OF`, holds up neither readers nor writers of the other days. The text is
            // made of a number alone.
            let (from, to) = (day.saturating_mul(DAY_MS), day.saturating_add(1).saturating_mul(DAY_MS));
            let sql = format!(
                "CREATE TABLE {name} (LIKE request_logs INCLUDING DEFAULTS INCLUDING INDEXES); \
                 ALTER TABLE request_logs ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to})"
            );
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// The steps in which the engine means to execute `statement`.
pub(crate) async fn explain(db: &Db, statement: &Statement) -> Result<Vec<String>> {
    Ok(match db {
        Db::Sqlite(pool) => {
            let text = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.text));
            let rows: Vec<(i64, i64, i64, String)> =
                bound!(sqlx::query_as::<Sqlite, _>(text), statement).fetch_all(pool).await?;
            rows.into_iter().map(|(.., step)| step).collect()
        }
        Db::Postgres(pool) => {
            let text = AssertSqlSafe(format!("EXPLAIN {}", statement.text));
            bound!(sqlx::query_scalar::<Postgres, String>(text), statement).fetch_all(pool).await?
        }
    })
}

/// Asks the tables of the catalogue: `to_regclass` would answer from a cache that waiting for a lock does not renew.
async fn exists(connection: &mut PgConnection, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid \
         WHERE i.inhparent = 'request_logs'::regclass AND c.relname = $1)",
    )
    .bind(name)
    .fetch_one(connection)
    .await
}

/// `request_logs_2026_11_21`; a day that no calendar has keeps its number.
fn partition(day: i64) -> String {
    let at = domain::Timestamp(day.saturating_mul(DAY_MS));
    let date = at.to_rfc3339();
    match date.split_once('T') {
        Some((date, _)) if domain::Timestamp::from_datetime(at.to_datetime()) == at && day >= 0 => {
            format!("request_logs_{}", date.replace('-', "_"))
        }
        _ => format!("request_logs_day_{}", day.to_string().replace('-', "minus_")),
    }
}

#[cfg(test)]
mod tests {
    use super::partition;

    #[test]
    fn a_partition_is_named_by_its_date() {
        assert_eq!(partition(20_778), "request_logs_2026_11_21");
        assert_eq!(partition(0), "request_logs_1970_01_01");
        assert_eq!(partition(-1), "request_logs_day_minus_1");
        assert_eq!(partition(9_000_000_000), "request_logs_day_9000000000");
    }
}
