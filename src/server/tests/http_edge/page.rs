//! Document test: `docs/refusals.md` says what the tables say.

use std::{fmt::Write as _, fs, path::Path};

use super::{
    case::{On, Row},
    table,
};

const WRITE: &str = "KEYWRIGHT_TEST_WRITE_DOOR_PAGE";

const INTRODUCTION: &str = "\
# Refusals at the HTTP edge

Everything that a listener refuses, with the answer it gets. Each row is sent over raw sockets by
`src/server/tests/http_edge`, to both planes where it says so, on both database engines; what is refused as soon as it is
read also some dozens of times to a process of its own, which has to live, serve, not grow, and write no secret down.
This page is rendered by those tests and compared with them: `src/server/tests/http_edge/page.rs` says how.

After each of them the connection closes, unless the request was read whole: then the next request on it is served.
Nothing is dialled for them, except for what an upstream itself does wrong, and for a body that streams (multipart and
whatever else is not JSON) and turns out broken, slow or too large while it is passed on. The gateway answers in the
caller's dialect, the admin app with problem+json, or with a page where a browser asks for one. Where the table has no
code, the answer is the status alone. *closed*: the connection is closed without an answer. Limits and times are those
of [configuration](configuration.md).
";

fn rendered() -> String {
    let rows = table::rows();
    let count = |on: On| rows.iter().filter(|row| row.on == on || row.on == On::Both).count();
    let mut out = String::from(INTRODUCTION);
    writeln!(
        out,
        "\n{} rows: {} of the gateway, {} of the admin app.",
        rows.len(),
        count(On::Gateway),
        count(On::Admin)
    )
    .unwrap();
    let mut theme = "";
    for row in &rows {
        if row.theme != theme {
            theme = row.theme;
            writeln!(out, "\n## {theme}\n\n| what is sent | plane | status | code |\n|---|---|---|---|").unwrap();
        }
        writeln!(out, "{}", rendered_row(row)).unwrap();
    }
    out
}

fn rendered_row(row: &Row) -> String {
    let plane = match row.on {
        On::Gateway => "gateway",
        On::Admin => "admin",
        On::Both => "both",
    };
    let status = if row.status == 0 { "closed".to_owned() } else { row.status.to_string() };
    let code = if row.code.is_empty() { String::new() } else { format!("`{}`", row.code) };
    format!("| {} | {plane} | {status} | {code} |", row.sent.replace('|', "\\|"))
}

#[test]
fn the_page_says_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/refusals.md");
    let rendered = rendered();
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, &rendered).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let first = rendered.lines().zip(written.lines()).find(|(new, old)| new != old);
    assert!(
        rendered == written,
        "docs/refusals.md is not what the tables say (first difference: {first:?}).\n\
         Write it anew: {WRITE}=1 cargo nextest run -p server the_page_says_what_the_tables_say"
    );
}

#[test]
fn rows_report_themselves_apart() {
    let rows = table::rows();
    let mut names: Vec<_> = rows.iter().map(|row| (row.theme, &row.sent, row.on == On::Admin)).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "two rows of one name");
    // A theme in two places would get two tables.
    let mut themes: Vec<_> = rows.iter().map(|row| row.theme).collect();
    themes.dedup();
    let in_order = themes.len();
    themes.sort_unstable();
    themes.dedup();
    assert_eq!(themes.len(), in_order, "a theme stands in two places");
}
