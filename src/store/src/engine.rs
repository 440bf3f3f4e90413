//! Database engines (`SQLite`, `PostgreSQL`) behind one SQL text.

use std::borrow::Cow;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::dialect;

/// A pool of connections to one database.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A transaction on one database.
pub(crate) enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Open {
    /// How this engine's statements name the place of a value, where there are many.
    pub(crate) fn place(&self) -> fn(usize) -> Cow<'static, str> {
        match self {
            Self::Sqlite(_) => dialect::sqlite_place,
            Self::Postgres(_) => dialect::postgres_place,
        }
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}

/// Expands one expression for whichever engine is there. Inside it, `Engine` names that engine for sqlx's types,
/// which a `QueryBuilder` needs.
macro_rules! on {
    (pool $db:expr, |$c:ident| $e:expr) => {
        match $db {
            $crate::engine::Db::Sqlite($c) => {
                #[allow(dead_code)]
                type Engine = sqlx::Sqlite;
                $e
            }
            $crate::engine::Db::Postgres($c) => {
                #[allow(dead_code)]
                type Engine = sqlx::Postgres;
                $e
            }
        }
    };
    (tx $tx:expr, |$c:ident| $e:expr) => {
        match $tx {
            $crate::engine::Open::Sqlite(tx) => {
                #[allow(dead_code)]
                type Engine = sqlx::Sqlite;
                let $c = &mut **tx;
                $e
            }
            $crate::engine::Open::Postgres(tx) => {
                #[allow(dead_code)]
                type Engine = sqlx::Postgres;
                let $c = &mut **tx;
                $e
            }
        }
    };
}
pub(crate) use on;
