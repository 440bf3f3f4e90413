//! Fake upstream process: the fake upstream as a process of its own, for tests that are not written in Rust.
//!
//!     fake-upstream [--port N] [--secret TEXT] [--every-ms N]
//!
//! Its first line on stdout is the port it listens on, at 127.0.0.1. It runs until it is ended. What it received is
//! reported at `/_fake/log`; POSTs to `/_fake/reset` and `/_fake/release` forget it and let waiting answers go.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use testkit::fake_upstream::{FakeUpstream, Options};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let upstream = FakeUpstream::with(options(std::env::args().skip(1))?).await?;
    let mut out = io::stdout();
    writeln!(out, "{}", upstream.port())?;
    out.flush()?;
    std::future::pending().await
}

fn options(mut words: impl Iterator<Item = String>) -> io::Result<Options> {
    let mut options = Options::default();
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| usage(&word))?;
        match word.as_str() {
            "--port" => options.port = value.parse().map_err(|_| usage(&word))?,
            "--secret" => options.secret = value,
            "--every-ms" => options.every = Duration::from_millis(value.parse().map_err(|_| usage(&word))?),
            _ => return Err(usage(&word)),
        }
    }
    Ok(options)
}

fn usage(word: &str) -> io::Error {
    let text = format!("{word}: usage: fake-upstream [--port N] [--secret TEXT] [--every-ms N]");
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
