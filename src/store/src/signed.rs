//! Signed rows: read as unverified, written under a row MAC with the next epoch.
//!
//! Rows are decoded one by one, so that a damaged one damages itself and never a list.

use domain::{RowMac, Unverified, Verified, epoch::ReadMark, row::RowSeal};
use sqlx::{AssertSqlSafe, ColumnIndex, Decode, FromRow, Row, Type, postgres::PgRow, sqlite::SqliteRow};

use crate::{Constraint, Error, Result, Store, Tx, engine::Open, on, table::TableInfo};

/// So many rows in one statement, far below either engine's limit of bound values.
pub(crate) const ROWS_AT_ONCE: usize = 250;

/// A row of a table that [`crate::table::table`] declares as signed.
pub(crate) trait SignedRow: Sized + Send + Sync {
    /// The declaration.
    const TABLE: TableInfo;
    /// The domain of its MACs.
    const DOMAIN: &'static str;
    /// The columns of its primary key.
    const KEYS: &'static [&'static str];

    /// The primary key as text.
    fn key(&self) -> String;
    /// What is signed.
    fn encode(&self) -> Vec<u8>;
    /// How often it was written.
    fn epoch(&self) -> i64;
    /// The MAC that stands in it.
    fn mac(&self) -> Option<&Vec<u8>>;
    /// Signs it as of this epoch.
    fn seal(&mut self, macs: &dyn RowMac, epoch: i64);
    /// Adds rows in one statement; at least one, and at most [`ROWS_AT_ONCE`].
    fn insert(rows: &[Self], open: &mut Open) -> impl Future<Output = Result<()>> + Send;
    /// Writes it over the row of that key, if that still has the epoch that was read.
    fn update(&self, open: &mut Open, read: i64) -> impl Future<Output = Result<bool>> + Send;
}

/// What a row means, in the words of the domain.
pub(crate) trait Mapped: SignedRow {
    /// The domain's type.
    type Value: Send;

    /// From columns to the domain. What does not parse is damage of this row, never a default.
    fn parse(self) -> Result<Self::Value>;
    /// From the domain to columns; epoch and MAC are still to be set.
    fn of(value: &Self::Value) -> Self;
}

/// A primary key's column as text.
pub(crate) trait KeyText {
    /// The text.
    fn key_text(&self) -> String;
}

impl KeyText for String {
    fn key_text(&self) -> String {
        self.clone()
    }
}

impl KeyText for i64 {
    fn key_text(&self) -> String {
        self.to_string()
    }
}

impl KeyText for Vec<u8> {
    fn key_text(&self) -> String {
        use std::fmt::Write as _;
        self.iter().fold(String::with_capacity(self.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// A value that a query is asked with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bind<'a> {
    Text(&'a str),
    Number(i64),
    Bytes(&'a [u8]),
}

/// A row that was read, still to be verified.
pub(crate) fn unverified<R: Mapped>(row: R, mark: &ReadMark) -> Unverified<R::Value> {
    let seal = RowSeal {
        table: R::TABLE.name,
        domain: R::DOMAIN,
        id: row.key(),
        bytes: row.encode(),
        mac: row.mac().cloned(),
        epoch: row.epoch(),
        mark: mark.clone(),
    };
    let value = row.parse().map_err(|error| match error {
        Error::Damaged(what) => what,
        other => other.to_string(),
    });
    Unverified::new(value, seal)
}

/// Decodes one row of the database; a column that cannot even be decoded (text that is no UTF-8) is damage of this row.
/// `group` takes a column out of it that the caller sorts by.
pub(crate) fn decode<'r, R, D>(row: &'r D, mark: &ReadMark, group: fn(&R) -> String) -> (String, Unverified<R::Value>)
where
    R: Mapped + FromRow<'r, D>,
    D: Row,
    &'static str: ColumnIndex<D>,
    String: Decode<'r, D::Database> + Type<D::Database>,
{
    match R::from_row(row) {
        Ok(row) => (group(&row), unverified(row, mark)),
        Err(error) => {
            let keys: Vec<String> =
                R::KEYS.iter().map(|key| row.try_get(*key).unwrap_or_else(|_| "unreadable".to_owned())).collect();
            let seal = RowSeal {
                table: R::TABLE.name,
                domain: R::DOMAIN,
                id: keys.join("/"),
                bytes: Vec::new(),
                mac: None,
                epoch: 0,
                mark: mark.clone(),
            };
            (String::new(), Unverified::new(Err(error.to_string()), seal))
        }
    }
}

/// Runs a query of one table's columns on whichever engine is there: every row with its group.
macro_rules! fetch {
    ($kind:tt $db:expr, $row:ty, $sql:expr, $binds:expr, $mark:expr, $group:expr) => {
        on!($kind $db, |c| {
            let mut query = sqlx::query::<Engine>(AssertSqlSafe($sql));
            for bind in $binds {
                query = match *bind {
                    Bind::Text(text) => query.bind(text.to_owned()),
                    Bind::Number(number) => query.bind(number),
                    Bind::Bytes(bytes) => query.bind(bytes.to_vec()),
                };
            }
            query
                .fetch_all(c)
                .await
                .map(|rows| rows.iter().map(|row| decode::<$row, _>(row, $mark, $group)).collect::<Vec<_>>())
        })
    };
}

/// What both engines can decode.
pub(crate) trait Readable: Mapped + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}
impl<R: Mapped + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>> Readable for R {}

impl Store {
    /// What is known of epochs now; to be taken before a reading begins.
    pub(crate) fn mark(&self) -> ReadMark {
        self.0.epochs.mark()
    }

    /// Rows of one table: `tail` follows `FROM table t`.
    pub(crate) async fn rows<R: Readable>(&self, tail: &str, binds: &[Bind<'_>]) -> Result<Vec<Unverified<R::Value>>> {
        Ok(self.grouped_rows::<R>(tail, binds, |_| String::new()).await?.into_iter().map(|(_, row)| row).collect())
    }

    /// The same, each with what `group` takes out of it.
    pub(crate) async fn grouped_rows<R: Readable>(
        &self,
        tail: &str,
        binds: &[Bind<'_>],
        group: fn(&R) -> String,
    ) -> Result<Vec<(String, Unverified<R::Value>)>> {
        let (sql, mark) = (R::TABLE.select(tail), self.mark());
        Ok(fetch!(pool self.control(), R, sql, binds, &mark, group)?)
    }

    /// The first of these rows.
    pub(crate) async fn row<R: Readable>(
        &self,
        tail: &str,
        binds: &[Bind<'_>],
    ) -> Result<Option<Unverified<R::Value>>> {
        Ok(self.rows::<R>(tail, binds).await?.into_iter().next())
    }
}

impl Tx {
    /// Rows of one table as of this transaction.
    pub(crate) async fn rows<R: Readable>(
        &mut self,
        tail: &str,
        binds: &[Bind<'_>],
    ) -> Result<Vec<Unverified<R::Value>>> {
        let (sql, mark) = (R::TABLE.select(tail), self.epochs.mark());
        let rows = fetch!(tx &mut self.open, R, sql, binds, &mark, |_| String::new())?;
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    /// The first of these rows.
    pub(crate) async fn row<R: Readable>(
        &mut self,
        tail: &str,
        binds: &[Bind<'_>],
    ) -> Result<Option<Unverified<R::Value>>> {
        Ok(self.rows::<R>(tail, binds).await?.into_iter().next())
    }

    /// Signs and adds a new row.
    pub(crate) async fn insert_row<R: Mapped>(&mut self, macs: &dyn RowMac, value: &R::Value) -> Result<()> {
        self.insert_rows::<R>(macs, &[value]).await
    }

    /// Signs and adds new rows.
    pub(crate) async fn insert_rows<R: Mapped>(&mut self, macs: &dyn RowMac, values: &[&R::Value]) -> Result<()> {
        for values in values.chunks(ROWS_AT_ONCE) {
            let mut rows: Vec<R> = values.iter().map(|value| R::of(value)).collect();
            for row in &mut rows {
                row.seal(macs, 1);
            }
            R::insert(&rows, &mut self.open).await?;
            self.written.extend(rows.iter().map(|row| (R::DOMAIN, row.key(), 1)));
        }
        Ok(())
    }

    /// Signs and writes back a row that was verified. [`Constraint::Stale`] if it was written in between.
    pub(crate) async fn update_row<R: Mapped>(
        &mut self,
        macs: &dyn RowMac,
        row: Verified<R::Value>,
    ) -> Result<Verified<R::Value>> {
        let mut columns = R::of(&row);
        let read = row.epoch();
        columns.seal(macs, read.saturating_add(1));
        if !columns.update(&mut self.open, read).await? {
            return Err(Error::Conflict(Constraint::Stale));
        }
        self.written.push((R::DOMAIN, columns.key(), read.saturating_add(1)));
        Ok(row.rewritten())
    }

    /// Signs rows that never had a MAC, for the one upgrade that may: they stand at epoch 0.
    pub(crate) async fn sign_unsigned<R: Mapped>(&mut self, macs: &dyn RowMac, value: &R::Value) -> Result<()> {
        let mut row = R::of(value);
        row.seal(macs, 1);
        if row.update(&mut self.open, 0).await? { Ok(()) } else { Err(Error::Conflict(Constraint::Stale)) }
    }

    /// A row is gone for good: none of its states counts any more in this process.
    pub(crate) fn forget<R: SignedRow>(&mut self, key: String) {
        self.written.push((R::DOMAIN, key, domain::epoch::DELETED));
    }
}
