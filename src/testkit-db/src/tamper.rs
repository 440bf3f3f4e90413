//! Database tampering: direct writes to the tables, for showing what an attacker with database access can and cannot
//! do.

use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions,
};
use store::Location;

/// A column as the database itself describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DbColumn {
    /// The table.
    pub table: String,
    /// The column.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A whole number, or a truth on SQLite.
    Number,
    /// A truth.
    Boolean,
    /// Bytes.
    Bytes,
}

/// Connections of an attacker who may write everything. References between tables are not enforced for them.
pub enum Intruder {
    /// `control.db` and `usage.db`.
    Sqlite(Vec<SqliteConnection>),
    /// The one database.
    Postgres(Box<PgConnection>),
}

/// Tables that SQLite keeps in the second file.
const USAGE_TABLES: [&str; 2] = ["request_logs", "background_answers"];

impl Intruder {
    /// Connects beside a running product.
    pub async fn connect(location: &Location) -> Self {
        match location {
            Location::Sqlite { dir } => {
                let mut files = Vec::new();
                for name in ["control.db", "usage.db"] {
                    let options = SqliteConnectOptions::new().filename(dir.join(name)).foreign_keys(false);
                    files.push(SqliteConnection::connect_with(&options).await.expect("the file is there"));
                }
                Self::Sqlite(files)
            }
            Location::Postgres { url } => {
                let mut connection = PgConnection::connect(url).await.expect("the database is there");
                connection.execute("SET session_replication_role = replica").await.expect("a superuser may");
                Self::Postgres(Box::new(connection))
            }
            Location::SqliteMemory => panic!("no other process can reach these"),
        }
    }

    /// Executes on the database that has `table`; the database's own words where it refuses.
    pub async fn try_execute(&mut self, table: &str, sql: &str) -> Result<u64, String> {
        let sql = AssertSqlSafe(sql.to_owned());
        let done = match self {
            Self::Sqlite(files) => {
                let file = usize::from(USAGE_TABLES.contains(&table));
                files[file].execute(sql).await.map(|done| done.rows_affected())
            }
            Self::Postgres(connection) => connection.execute(sql).await.map(|done| done.rows_affected()),
        };
        done.map_err(|error| error.to_string())
    }

    /// Executes what must succeed.
    pub async fn execute(&mut self, table: &str, sql: &str) -> u64 {
        self.try_execute(table, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Every column of every table, as the database describes them; not those of migrations, copies and partitions.
    pub async fn columns(&mut self) -> Vec<DbColumn> {
        let described: Vec<(String, String, String)> = match self {
            Self::Sqlite(files) => {
                let mut all = Vec::new();
                for file in files {
                    let sql = "SELECT m.name, c.name, c.type FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
                               WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1, 2";
                    let columns: Vec<(String, String, String)> =
                        sqlx::query_as(sql).fetch_all(file).await.expect("tables can be listed");
                    all.extend(columns);
                }
                all
            }
            Self::Postgres(connection) => sqlx::query_as(
                "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)::text \
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1, 2",
            )
            .fetch_all(&mut **connection)
            .await
            .expect("tables can be listed"),
        };
        described
            .into_iter()
            .filter(|(table, ..)| !table.starts_with("_sqlx") && !table.starts_with("kept_"))
            .map(|(table, name, kind)| DbColumn { table, name, kind: kind_of(&kind) })
            .collect()
    }

    /// The first column of a query's rows, as text.
    pub async fn texts(&mut self, table: &str, sql: &str) -> Vec<Option<String>> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(files) => {
                let file = usize::from(USAGE_TABLES.contains(&table));
                sqlx::query_scalar(sql).fetch_all(&mut files[file]).await.expect("rows can be read")
            }
            Self::Postgres(connection) => {
                sqlx::query_scalar(sql).fetch_all(&mut **connection).await.expect("rows can be read")
            }
        }
    }

    /// Bytes as this engine's SQL writes them.
    pub fn bytes(&self, hex: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("X'{hex}'"),
            Self::Postgres(_) => format!("decode('{hex}', 'hex')"),
        }
    }

    /// Keeps a copy of a table as it is now.
    pub async fn keep(&mut self, table: &str) {
        self.execute(table, &format!("DROP TABLE IF EXISTS kept_{table}")).await;
        self.execute(table, &format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
    }

    /// Puts the kept copy back.
    pub async fn restore(&mut self, table: &str) {
        let sql = format!("BEGIN; DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}; COMMIT");
        self.execute(table, &sql).await;
    }
}

fn kind_of(declared: &str) -> ColumnKind {
    match declared.to_uppercase().as_str() {
        "TEXT" => ColumnKind::Text,
        "BOOLEAN" => ColumnKind::Boolean,
        "BLOB" | "BYTEA" => ColumnKind::Bytes,
        _ => ColumnKind::Number,
    }
}
