//! CLI output. The only place of the command line that prints: data on stdout, everything else on stderr.

mod cell;
mod fields;
mod secret;

use std::{
    io::{self, ErrorKind, IsTerminal as _, Write},
    process::ExitCode,
};

use comfy_table::{Table, presets};
use contract::{Page, page::DEEPEST};
use parking_lot::Mutex;
use serde::Serialize;

use super::error::CliError;

pub use secret::{read_optional_secret, read_secret, read_secret_file};

/// Where data and messages go, and in which form: a table on a terminal, tab-separated values in a pipe, or JSON.
pub struct Output {
    form: Form,
    colour: bool,
    can_ask: bool,
    sinks: Mutex<Sinks>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Table,
    Tsv,
    Json,
}

struct Sinks {
    data: Box<dyn Write + Send>,
    messages: Box<dyn Write + Send>,
    /// The first write of data that went wrong.
    write_error: Option<io::Error>,
}

impl Output {
    /// The process's own streams.
    pub fn new(json: bool, no_color: bool) -> Self {
        let form = match (json, io::stdout().is_terminal()) {
            (true, _) => Form::Json,
            (false, true) => Form::Table,
            (false, false) => Form::Tsv,
        };
        let colour = !no_color && io::stderr().is_terminal();
        let can_ask = io::stdin().is_terminal();
        Self { colour, can_ask, ..Self::over(form, Box::new(io::stdout()), Box::new(io::stderr())) }
    }

    fn over(form: Form, data: Box<dyn Write + Send>, messages: Box<dyn Write + Send>) -> Self {
        Self { form, colour: false, can_ask: false, sinks: Mutex::new(Sinks { data, messages, write_error: None }) }
    }

    /// Whether a person sits at the other end of standard input and could be asked.
    pub fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// Whether `--json` was asked for.
    pub fn is_json(&self) -> bool {
        self.form == Form::Json
    }

    /// Whether rows are printed one by one, as tab-separated values.
    pub fn is_separated(&self) -> bool {
        self.form == Form::Tsv
    }

    /// A line of data, as it is.
    pub fn line(&self, text: &str) {
        self.data(&format!("{text}\n"));
    }

    /// A sentence for people, on stderr.
    pub fn message(&self, text: &str) {
        let mut sinks = self.sinks.lock();
        // Whoever closed stderr does not want to read it.
        let _ = writeln!(sinks.messages, "{}", cell::lines(text));
    }

    /// Says on stderr that a list goes on after this page, and how to go on: by number near its beginning, else by cursor.
    pub fn more<T>(&self, page: &Page<T>, numbered: bool, noun: &str) {
        let Some(cursor) = &page.next_cursor else { return };
        let all = if page.total_is_capped { format!("More than {}", page.total) } else { page.total.to_string() };
        let next = page.page.saturating_add(1);
        let on = if numbered && next.saturating_mul(page.page_size) <= DEEPEST {
            format!("--page {next}")
        } else {
            format!("--cursor {cursor}")
        };
        self.message(&format!("{all} {noun} in all; {on} shows more."));
    }

    /// Rows that have no shape of their own: under `--json` an array of objects named by the columns.
    pub fn table(&self, columns: &[&str], rows: Vec<Vec<String>>) {
        if !self.is_json() {
            return self.rows(columns, &rows);
        }
        let objects: Vec<serde_json::Map<String, serde_json::Value>> = rows
            .into_iter()
            .map(|row| columns.iter().map(|&column| column.to_owned()).zip(row.into_iter().map(Into::into)).collect())
            .collect();
        self.value(&objects);
    }

    /// A list: `shape` under `--json`, else its rows.
    pub fn list(&self, shape: &impl Serialize, columns: &[&str], rows: &[Vec<String>]) {
        if self.is_json() { self.value(shape) } else { self.rows(columns, rows) }
    }

    /// One thing: `shape` under `--json`, else a line per field, named as REST has it.
    pub fn show(&self, shape: &impl Serialize) {
        match fields::of(shape) {
            Ok(fields) => {
                let fields: Vec<(&str, String)> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
                self.thing(shape, &fields);
            }
            Err(error) => {
                self.sinks.lock().write_error.get_or_insert(io::Error::other(error));
            }
        }
    }

    /// One thing: `shape` under `--json`, else these lines.
    pub fn thing(&self, shape: &impl Serialize, fields: &[(&str, String)]) {
        if self.is_json() {
            return self.value(shape);
        }
        let rows: Vec<Vec<String>> =
            fields.iter().map(|(name, value)| vec![(*name).to_owned(), value.clone()]).collect();
        match self.form {
            Form::Table => self.aligned(None, &rows),
            Form::Tsv | Form::Json => self.separated(&rows),
        }
    }

    /// Whether all data was written. A command is not done before: a full disk may have swallowed a secret.
    pub fn finish(&self) -> Result<(), CliError> {
        let mut sinks = self.sinks.lock();
        if let Err(error) = sinks.data.flush() {
            sinks.write_error.get_or_insert(error);
        }
        match sinks.write_error.take() {
            None => Ok(()),
            // Whoever reads has read enough, as `head` does; no message is wanted about it.
            Some(error) if error.kind() == ErrorKind::BrokenPipe => Err(CliError::failure("")),
            Some(error) => Err(CliError::failure(format!("the output cannot be written: {error}"))),
        }
    }

    /// Prints `error` and returns the exit code.
    pub fn fail(&self, error: &CliError) -> ExitCode {
        let text = error.to_string();
        if !text.is_empty() {
            let (on, off) = if self.colour { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
            let mut sinks = self.sinks.lock();
            // There is nowhere to report it if this fails.
            let _ = writeln!(sinks.messages, "{on}error:{off} {}", cell::lines(&text));
        }
        ExitCode::from(error.exit_code())
    }

    fn rows(&self, columns: &[&str], rows: &[Vec<String>]) {
        match self.form {
            Form::Table => self.aligned(Some(columns), rows),
            Form::Tsv | Form::Json => self.separated(rows),
        }
    }

    fn value(&self, shape: &impl Serialize) {
        match serde_json::to_string_pretty(shape) {
            Ok(text) => self.data(&format!("{}\n", cell::json(&text))),
            Err(error) => {
                self.sinks.lock().write_error.get_or_insert(io::Error::other(error));
            }
        }
    }

    fn aligned(&self, columns: Option<&[&str]>, rows: &[Vec<String>]) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if let Some(columns) = columns {
            table.set_header(columns.iter().map(|column| column.to_uppercase().replace('_', " ")));
        }
        for row in rows {
            table.add_row(row.iter().map(|text| if text.is_empty() { "-".to_owned() } else { cell::plain(text) }));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        self.data(&format!("{}\n", table.trim_fmt()));
    }

    fn separated(&self, rows: &[Vec<String>]) {
        let mut text = String::new();
        for row in rows {
            let cells: Vec<String> = row.iter().map(|text| cell::plain(text)).collect();
            text.push_str(&cells.join("\t"));
            text.push('\n');
        }
        self.data(&text);
    }

    fn data(&self, text: &str) {
        let mut sinks = self.sinks.lock();
        if sinks.write_error.is_none() {
            sinks.write_error = sinks.data.write_all(text.as_bytes()).and_then(|()| sinks.data.flush()).err();
        }
    }
}

/// What clap has to say: help and version on stdout with exit code 0, mistakes on stderr with 2.
pub fn usage(error: &clap::Error) -> ExitCode {
    // Whoever closed the stream does not want to read it.
    let _ = error.print();
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(test)]
pub(super) mod tests;
