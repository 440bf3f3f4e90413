//! Schema introspection: the migrations of both engines make the same tables.
//!
//! Asked of the databases themselves after migrating, not read from the files: what counts is what was made.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use store::Location;
use testkit_db::TestDb;

/// What both engines must agree on.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name → storage class, whether it may be NULL, default.
    columns: BTreeMap<String, (String, bool, Option<String>)>,
    primary_key: Vec<String>,
    unique: BTreeSet<Vec<String>>,
    /// Own columns, table, its columns, what a deletion does.
    foreign_keys: BTreeSet<(Vec<String>, String, Vec<String>, String)>,
    checks: BTreeSet<String>,
    /// Whole definitions of indexes that are no constraint: name, uniqueness, expressions, predicate.
    indexes: BTreeSet<String>,
}

type Schema = BTreeMap<String, Table>;

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_constraints_and_indexes() {
    let Some(postgres) = testkit_db::postgres_or_skip().await else { return };
    let sqlite = testkit_db::sqlite().await;
    let (sqlite, postgres) = (of_sqlite(&sqlite).await, of_postgres(&postgres).await);
    assert!(sqlite.len() >= 10 && sqlite.contains_key("keys") && sqlite.contains_key("request_logs"));
    let names = |schema: &Schema| schema.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    for (name, table) in &sqlite {
        assert_eq!(table, &postgres[name], "table {name}: SQLite is on the left");
    }
    // What the comparison stands on: each kind of thing was found somewhere.
    let some = |has: fn(&Table) -> bool| sqlite.values().any(has);
    assert!(some(|table| !table.unique.is_empty()) && some(|table| !table.foreign_keys.is_empty()));
    assert!(some(|table| !table.checks.is_empty()) && some(|table| !table.indexes.is_empty()));
    assert!(some(|table| table.columns.values().any(|(_, nullable, _)| *nullable)));
    assert!(sqlite.values().all(|table| !table.primary_key.is_empty() && table.columns.len() > 1));
}

/// Ids sort byte by byte whatever the database's collation: pages walk down primary keys.
#[tokio::test]
async fn text_in_a_primary_key_of_postgres_sorts_by_bytes() {
    let Some(db) = testkit_db::postgres_or_skip().await else { return };
    let Location::Postgres { url } = &db.location else { unreachable!() };
    let mut connection = PgConnection::connect(url).await.unwrap();
    let found: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT c.relname::text, a.attname::text, l.collname::text FROM pg_index i \
         JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) \
         JOIN pg_collation l ON l.oid = a.attcollation \
         WHERE n.nspname = 'public' AND i.indisprimary AND c.relname NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(found.len() >= 8, "{found:?}");
    let wrong: Vec<_> = found.iter().filter(|(.., collation)| collation != "C").collect();
    assert!(wrong.is_empty(), "COLLATE \"C\" is missing: {wrong:?}");
}

/// Tables that hold rows of ours. Search indexes are left out: SQLite keeps them as virtual tables, PostgreSQL as
/// indexes of a kind of their own.
async fn of_sqlite(db: &TestDb) -> Schema {
    let Location::Sqlite { dir } = &db.location else { unreachable!() };
    let mut schema = Schema::new();
    for file in ["control.db", "usage.db"] {
        let url = format!("sqlite://{}", dir.join(file).display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let tables: Vec<(String, i64, String)> = sqlx::query_as(
            "SELECT l.name, l.strict, s.sql FROM pragma_table_list l JOIN sqlite_schema s USING (name) \
             WHERE l.schema = 'main' AND l.type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        for (name, strict, sql) in tables {
            assert_eq!(strict, 1, "{name} is not STRICT: it would take any type");
            let table = sqlite_table(&mut connection, &name, &sql).await;
            assert!(schema.insert(name.clone(), table).is_none(), "{name} stands in both files");
        }
    }
    schema
}

async fn sqlite_table(connection: &mut SqliteConnection, name: &str, sql: &str) -> Table {
    let mut table = Table { checks: checks(sql), ..Table::default() };
    let columns: Vec<(String, String, bool, Option<String>, i64)> = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('{name}') ORDER BY pk"
    )))
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for (column, kind, not_null, default, place) in columns {
        if place > 0 {
            table.primary_key.push(column.clone());
        }
        // STRICT tables take no NULL in a primary key, said or not.
        table.columns.insert(column, (kind, !not_null && place == 0, default.map(|text| plain(&text))));
    }
    let indexes: Vec<(String, String, Option<String>)> = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT l.name, l.origin, s.sql FROM pragma_index_list('{name}') l JOIN sqlite_schema s ON s.name = l.name"
    )))
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for (index, origin, sql) in indexes {
        match (origin.as_str(), sql) {
            ("u", _) => {
                let columns: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(format!(
                    "SELECT name FROM pragma_index_info('{index}') ORDER BY seqno"
                )))
                .fetch_all(&mut *connection)
                .await
                .unwrap();
                table.unique.insert(columns.into_iter().map(|(column,)| column).collect());
            }
            ("c", Some(sql)) => drop(table.indexes.insert(plain(&sql))),
            _ => {}
        }
    }
    let references: Vec<(i64, String, String, String, String)> = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT id, \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list('{name}') ORDER BY id, seq"
    )))
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    let mut by_id: BTreeMap<i64, (Vec<String>, String, Vec<String>, String)> = BTreeMap::new();
    for (id, target, from, to, on_delete) in references {
        let entry = by_id.entry(id).or_insert_with(|| (vec![], target, vec![], on_delete));
        entry.0.push(from);
        entry.2.push(to);
    }
    table.foreign_keys = by_id.into_values().collect();
    table
}

/// Of a constraint: table, kind, columns, the table and columns it points at, what a removal there does, its definition.
type ConstraintRow = (String, String, Vec<String>, Option<String>, Vec<String>, String, String);

async fn of_postgres(db: &TestDb) -> Schema {
    let Location::Postgres { url } = &db.location else { unreachable!() };
    let mut connection = PgConnection::connect(url).await.unwrap();
    let mut schema = Schema::new();
    let columns: Vec<(String, String, String, bool, Option<String>)> = sqlx::query_as(
        "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, NULL), NOT a.attnotnull, \
         pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
         WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
         AND c.relname NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    for (table, column, kind, nullable, default) in columns {
        let class = match kind.as_str() {
            "bigint" | "boolean" => "INTEGER",
            "text" => "TEXT",
            "bytea" => "BLOB",
            "double precision" => "REAL",
            other => panic!("{table}.{column}: SQLite has no counterpart of {other} here"),
        };
        let default = default.map(|text| plain(&text));
        schema.entry(table).or_default().columns.insert(column, (class.to_owned(), nullable, default));
    }
    // Of a partitioned table, what it is partitioned by must stand in its primary key: that is no part of the meaning.
    let constraints: Vec<ConstraintRow> = sqlx::query_as(
        "SELECT c.relname::text, o.contype::text, \
         ARRAY(SELECT a.attname::text FROM unnest(o.conkey) WITH ORDINALITY k (n, place) \
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n \
           LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid AND k.n = ANY (p.partattrs) \
           WHERE o.contype <> 'p' OR p.partrelid IS NULL ORDER BY k.place), \
         f.relname::text, \
         ARRAY(SELECT a.attname::text FROM unnest(o.confkey) WITH ORDINALITY k (n, place) \
           JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = k.n ORDER BY k.place), \
         CASE o.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' \
           ELSE 'NO ACTION' END, \
         pg_get_constraintdef(o.oid) \
         FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_class f ON f.oid = o.confrelid \
         WHERE n.nspname = 'public' AND NOT c.relispartition AND c.relname NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    for (name, kind, columns, target, to, on_delete, definition) in constraints {
        let table = schema.get_mut(&name).unwrap();
        match kind.as_str() {
            "p" => table.primary_key = columns,
            "u" => drop(table.unique.insert(columns)),
            "f" => drop(table.foreign_keys.insert((columns, target.unwrap(), to, on_delete))),
            "c" => table.checks.extend(checks(&definition)),
            other => panic!("{name} has a constraint of kind {other}: {definition}"),
        }
    }
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.relname::text, pg_get_indexdef(i.indexrelid) FROM pg_index i \
         JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam \
         WHERE n.nspname = 'public' AND NOT c.relispartition AND c.relname NOT LIKE '\\_sqlx%' AND m.amname = 'btree' \
         AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u'))",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    for (table, definition) in indexes {
        schema.get_mut(&table).unwrap().indexes.insert(plain(&definition));
    }
    schema
}

/// The expressions behind each `CHECK` of a definition.
fn checks(sql: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in sql.match_indices("CHECK") {
        let mut depth = 0_usize;
        let inside = sql[at + "CHECK".len()..].trim_start();
        let end = inside.char_indices().find_map(|(at, c)| {
            depth = depth + usize::from(c == '(') - usize::from(c == ')');
            (depth == 0).then_some(at)
        });
        found.insert(plain(&inside[..end.unwrap()]));
    }
    found
}

/// An expression or a definition without what only one engine writes: blanks, brackets, casts, the schema's name.
fn plain(sql: &str) -> String {
    let mut text = sql.replace("USING btree", "").replace("ON ONLY ", "ON ").replace("public.", "");
    for cast in ["::text", "::bigint", "::bytea", "::boolean", "::integer"] {
        text = text.replace(cast, "");
    }
    text.retain(|c| !c.is_whitespace() && !['(', ')', '"'].contains(&c));
    let text = text.to_lowercase().replace("=anyarray[", "in").replace(']', "");
    match text.as_str() {
        "false" => "0".to_owned(),
        "true" => "1".to_owned(),
        _ => text,
    }
}
