//! Table declarations: each table once, with its columns, its row struct, its statements and how far its row MAC reaches.
//!
//! A column of a signed table is under the MAC unless its declaration says why not. What is not covered is listed in
//! `docs/security.md`, and a test changes every column of every table to show that the list is true.

use std::borrow::Cow;

use crate::dialect;

/// How far a row MAC reaches over a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// It is under the row's MAC.
    Signed,
    /// It is not, for this reason; what an attacker who writes to it achieves.
    Unsigned(&'static str),
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Whether it is under the MAC.
    pub cover: Cover,
}

/// A table as it is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableInfo {
    /// Its name.
    pub name: &'static str,
    /// The domain of its row MACs (`key-v2`), or why its rows carry none.
    pub signed: Result<&'static str, &'static str>,
    /// Its columns.
    pub columns: &'static [Column],
}

/// Every table of the product, in the order in which rows point at each other.
pub const TABLES: [TableInfo; 24] = [
    crate::installation::InstallationRow::TABLE,
    crate::installation::KeyringColumns::TABLE,
    crate::projects::ProjectRow::TABLE,
    crate::users::AccountRow::TABLE,
    crate::users::MemberRow::TABLE,
    crate::sessions::SessionRow::TABLE,
    crate::keys::KeyRow::TABLE,
    crate::keys::KeyVersionRow::TABLE,
    crate::upstreams::UpstreamRow::TABLE,
    crate::credentials::CredentialRow::TABLE,
    crate::credentials::CredentialVersionRow::TABLE,
    crate::models::ModelRow::TABLE,
    crate::audit::AuditColumns::TABLE,
    crate::audit::HeadColumns::TABLE,
    LEASES,
    JOBS,
    crate::jobs::RunColumns::TABLE,
    crate::outbox::EventColumns::TABLE,
    KEY_SEARCH,
    KEY_COUNTS,
    crate::changes::ChangeRow::TABLE,
    REQUEST_LOGS,
    BACKGROUND_ANSWERS,
    crate::schema::SupportRow::TABLE,
];

/// What SQLite keeps the full-text index of `key_search` in ([`DERIVED`]); PostgreSQL has an index without tables.
pub const KEY_SEARCH_INDEX: TableInfo = TableInfo {
    name: "key_search_index",
    signed: Err(
        "SQLite's full-text index, made out of key_search: who writes to the database can hide a key from lists, \
                 not change what it may do",
    ),
    columns: &[],
};

/// The tables of [`KEY_SEARCH_INDEX`].
pub const DERIVED: [&str; 6] = [
    KEY_SEARCH_INDEX.name,
    "key_search_index_config",
    "key_search_index_content",
    "key_search_index_data",
    "key_search_index_docsize",
    "key_search_index_idx",
];

/// Leases and due times are written by statements of their own.
const LEASES: TableInfo = TableInfo {
    name: "leases",
    signed: Err(
        "a lease says which node does periodic work and gives no access; who writes to the database can stop that work",
    ),
    columns: &[],
};

const JOBS: TableInfo = TableInfo {
    name: "jobs",
    signed: Err("it says when periodic work is due and gives no access; who writes to the database can stop that work"),
    columns: &[],
};

/// Written by statements and triggers of their own, from the keys.
const KEY_SEARCH: TableInfo = TableInfo {
    name: "key_search",
    signed: Err(
        "it says in which order keys are listed and by what they are found; who writes to the database can hide a key from lists, not change what it may do",
    ),
    columns: &[],
};

const KEY_COUNTS: TableInfo = TableInfo {
    name: "key_counts",
    signed: Err(
        "it holds the figures beside lists and gives no access; who writes to the database can make them wrong",
    ),
    columns: &[],
};

/// Request rows have a fast insert of their own.
const REQUEST_LOGS: TableInfo = TableInfo {
    name: "request_logs",
    signed: Err(
        "request rows are a record of what happened and give no access; who writes to the database can forge them",
    ),
    columns: &[],
};

/// Written with the request rows.
const BACKGROUND_ANSWERS: TableInfo = TableInfo {
    name: "background_answers",
    signed: Err(
        "it says which background answers have been counted and gives no access; who writes to the database can have usage counted twice or not at all",
    ),
    columns: &[],
};

impl TableInfo {
    /// `k.id, k.name, …` for a query that calls the table `alias`.
    pub(crate) fn select_list(&self, alias: &str) -> String {
        self.columns.iter().map(|column| format!("{alias}.{}", column.name)).collect::<Vec<_>>().join(", ")
    }

    /// `SELECT` of every column, with what follows the table's name; the table is called `t`.
    pub(crate) fn select(&self, tail: &str) -> String {
        format!("SELECT {} FROM {} t {tail}", self.select_list("t"), self.name)
    }

    /// `INSERT` of every column of so many rows, in the order of the declaration.
    pub(crate) fn insert(&self, rows: usize, place: fn(usize) -> Cow<'static, str>) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let places = dialect::places(rows, names.len(), place);
        format!("INSERT INTO {} ({}) VALUES {places}", self.name, names.join(", "))
    }

    /// `UPDATE` of every signed column and the MAC, of the row with these keys and the epoch that was read. Columns outside
    /// of the MAC have writers of their own.
    pub(crate) fn update(&self, keys: &[&str]) -> String {
        let mut place = 0;
        let mut assigned = |name: &str| {
            place += 1;
            format!("{name} = ${place}")
        };
        let written = self.columns.iter().filter(|column| column.cover == Cover::Signed || column.name == "mac");
        let set: Vec<String> = written.map(|column| assigned(column.name)).collect();
        let mut wanted: Vec<String> = keys.iter().map(|key| assigned(key)).collect();
        wanted.push(assigned("epoch"));
        format!("UPDATE {} SET {} WHERE {}", self.name, set.join(", "), wanted.join(" AND "))
    }
}

/// Declares a table: `NAME in "table", signed "domain", key(columns); column: Type; …`, where a column outside of the MAC
/// says `unsigned "reason"`; or `NAME in "table", unsigned "reason"; column: Type; …` for a table without MACs.
///
/// Gives the row struct (one field per column), `TABLE`, and for signed tables `insert`, `update` and the encoding that is
/// signed, with the columns `epoch` and `mac` added.
macro_rules! table {
    (@cover) => { $crate::table::Cover::Signed };
    (@cover $reason:literal) => { $crate::table::Cover::Unsigned($reason) };
    (@field $fields:ident, $name:ident, $value:expr) => {
        $fields.push((stringify!($name), domain::row::AsField::as_field($value)));
    };
    (@field $fields:ident, $name:ident, $value:expr, $reason:literal) => {};
    (@bind $query:ident, $value:expr) => { $query.bind($value) };
    (@bind $query:ident, $value:expr, $reason:literal) => { $query };
    (
        $(#[$doc:meta])*
        $row:ident in $table:literal, unsigned $why:literal;
        $($column:ident: $type:ty;)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, sqlx::FromRow)]
        pub(crate) struct $row {
            $(pub(crate) $column: $type,)*
        }

        impl $row {
            pub(crate) const TABLE: $crate::table::TableInfo = $crate::table::TableInfo {
                name: $table,
                signed: Err($why),
                columns: &[$($crate::table::Column {
                    name: stringify!($column),
                    cover: $crate::table::Cover::Unsigned($why),
                },)*],
            };

            /// Adds the row.
            #[allow(dead_code)] // some tables are written by statements of their own
            pub(crate) async fn insert(&self, open: &mut $crate::engine::Open) -> $crate::Result<()> {
                let sql = sqlx::AssertSqlSafe(Self::TABLE.insert(1, open.place()));
                $crate::engine::on!(tx open, |c| sqlx::query::<Engine>(sql)
                    $(.bind(&self.$column))*
                    .execute(c).await.map(drop))?;
                Ok(())
            }
        }
    };
    (
        $(#[$doc:meta])*
        $row:ident in $table:literal, signed $domain:literal, key($($key:ident),+);
        $($column:ident: $type:ty $(, unsigned $reason:literal)?;)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, sqlx::FromRow)]
        pub(crate) struct $row {
            $(pub(crate) $column: $type,)*
            pub(crate) epoch: i64,
            pub(crate) mac: Option<Vec<u8>>,
        }

        impl $row {
            pub(crate) const TABLE: $crate::table::TableInfo = $crate::table::TableInfo {
                name: $table,
                signed: Ok($domain),
                columns: &[
                    $($crate::table::Column {
                        name: stringify!($column),
                        cover: $crate::table::table!(@cover $($reason)?),
                    },)*
                    $crate::table::Column { name: "epoch", cover: $crate::table::Cover::Signed },
                    $crate::table::Column { name: "mac", cover: $crate::table::Cover::Unsigned("the MAC itself") },
                ],
            };
        }

        impl $crate::signed::SignedRow for $row {
            const TABLE: $crate::table::TableInfo = Self::TABLE;
            const DOMAIN: &'static str = $domain;
            const KEYS: &'static [&'static str] = &[$(stringify!($key)),+];

            fn key(&self) -> String {
                [$($crate::signed::KeyText::key_text(&self.$key)),+].join("/")
            }

            fn encode(&self) -> Vec<u8> {
                let mut fields = Vec::with_capacity(Self::TABLE.columns.len());
                $($crate::table::table!(@field fields, $column, &self.$column $(, $reason)?);)*
                fields.push(("epoch", domain::row::Field::Integer(self.epoch)));
                domain::row::encode(fields)
            }

            fn epoch(&self) -> i64 {
                self.epoch
            }

            fn mac(&self) -> Option<&Vec<u8>> {
                self.mac.as_ref()
            }

            fn seal(&mut self, macs: &dyn domain::RowMac, epoch: i64) {
                self.epoch = epoch;
                self.mac = Some(macs.row_mac($domain, &self.encode()).to_vec());
            }

            async fn insert(rows: &[Self], open: &mut $crate::engine::Open) -> $crate::Result<()> {
                let sql = sqlx::AssertSqlSafe(Self::TABLE.insert(rows.len(), open.place()));
                $crate::engine::on!(tx open, |c| {
                    let mut query = sqlx::query::<Engine>(sql);
                    for row in rows {
                        query = query $(.bind(&row.$column))* .bind(row.epoch).bind(&row.mac);
                    }
                    query.execute(c).await.map(drop)
                })?;
                Ok(())
            }

            async fn update(&self, open: &mut $crate::engine::Open, read: i64) -> $crate::Result<bool> {
                let sql = sqlx::AssertSqlSafe(Self::TABLE.update(Self::KEYS));
                let done = $crate::engine::on!(tx open, |c| {
                    let query = sqlx::query::<Engine>(sql);
                    $(let query = $crate::table::table!(@bind query, &self.$column $(, $reason)?);)*
                    query
                        .bind(self.epoch)
                        .bind(&self.mac)
                        $(.bind(&self.$key))+
                        .bind(read)
                        .execute(c).await.map(|done| done.rows_affected())
                })?;
                Ok(done == 1)
            }
        }
    };
}
pub(crate) use table;
