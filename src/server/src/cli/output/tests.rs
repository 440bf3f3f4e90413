//! CLI output tests: each form.

use std::{
    io::{self, Write},
    sync::Arc,
};

use parking_lot::Mutex;

use super::{Form, Output};
use crate::cli::error::CliError;

/// An output whose words can be read again.
pub(in crate::cli) struct CapturedOutput {
    pub(in crate::cli) out: Output,
    data: Words,
    messages: Words,
}

#[derive(Clone, Default)]
struct Words(Arc<Mutex<Vec<u8>>>);

impl Write for Words {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Words {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock())).unwrap()
    }
}

impl CapturedOutput {
    fn over(form: Form) -> Self {
        let (data, messages) = (Words::default(), Words::default());
        let out = Output::over(form, Box::new(data.clone()), Box::new(messages.clone()));
        Self { out, data, messages }
    }

    pub(in crate::cli) fn terminal() -> Self {
        Self::over(Form::Table)
    }

    pub(in crate::cli) fn pipe() -> Self {
        Self::over(Form::Tsv)
    }

    pub(in crate::cli) fn json() -> Self {
        Self::over(Form::Json)
    }

    /// What went to stdout since the last time.
    pub(in crate::cli) fn data(&self) -> String {
        self.data.take()
    }

    /// What went to stderr since the last time.
    pub(in crate::cli) fn messages(&self) -> String {
        self.messages.take()
    }
}

fn rows() -> Vec<Vec<String>> {
    vec![vec!["key_1".to_owned(), "two\twords".to_owned()], vec!["key_22".to_owned(), String::new()]]
}

#[test]
fn a_table_is_for_eyes() {
    let captured = CapturedOutput::terminal();
    captured.out.table(&["id", "last_used"], rows());
    assert_eq!(captured.data(), "ID      LAST USED\nkey_1   two words\nkey_22  -\n");
    captured.out.thing(&(), &[("id", "key_1".to_owned()), ("expires_at", String::new())]);
    assert_eq!(captured.data(), "id          key_1\nexpires_at  -\n");
}

#[test]
fn a_pipe_gets_a_line_per_row_and_a_tab_per_column() {
    let captured = CapturedOutput::pipe();
    captured.out.table(&["id", "last_used"], rows());
    assert_eq!(captured.data(), "key_1\ttwo words\nkey_22\t\n");
    captured.out.thing(&(), &[("id", "key_1".to_owned()), ("expires_at", String::new())]);
    assert_eq!(captured.data(), "id\tkey_1\nexpires_at\t\n");
}

#[test]
fn json_is_the_shape_itself() {
    let captured = CapturedOutput::json();
    captured.out.list(&serde_json::json!({ "items": [1] }), &["id"], &rows());
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&captured.data()).unwrap(),
        serde_json::json!({ "items": [1] })
    );
    captured.out.table(&["id", "last_used"], rows());
    let printed: serde_json::Value = serde_json::from_str(&captured.data()).unwrap();
    assert_eq!(printed[0], serde_json::json!({ "id": "key_1", "last_used": "two\twords" }));
}

#[test]
fn messages_stay_out_of_the_data() {
    let captured = CapturedOutput::pipe();
    captured.out.message("Store it now.");
    captured.out.fail(&CliError::usage("--rpm: use\u{1b}[2J more"));
    assert_eq!(captured.data(), "");
    assert_eq!(captured.messages(), "Store it now.\nerror: --rpm: use\u{fffd}[2J more\n");
}

struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_a_failure_and_a_closed_pipe_a_silent_one() {
    let over = |kind| Output::over(Form::Tsv, Box::new(Broken(kind)), Box::new(io::sink()));
    let out = over(io::ErrorKind::StorageFull);
    out.line("x");
    let error = out.finish().unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
    let out = over(io::ErrorKind::BrokenPipe);
    out.line("x");
    let error = out.finish().unwrap_err();
    assert_eq!((error.to_string().as_str(), error.exit_code()), ("", 1));
    assert!(CapturedOutput::pipe().out.finish().is_ok());
}
