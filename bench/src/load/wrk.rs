//! wrk: the second load generator, an independent program, with one key over 64 connections.

use std::{fs, path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

use super::request::{Ask, script};
use crate::gateways::Gateway;

/// Connections of wrk, as many as the own closed loop has callers.
pub const CONNECTIONS: usize = 64;

/// What wrk says of a run.
#[derive(Debug, PartialEq)]
pub struct Report {
    pub per_second: f64,
    pub good: u64,
    pub bad: u64,
    /// Median and 99th percentile in milliseconds.
    pub whole: [f64; 2],
}

/// Loads `gateway` with its first key for `time`, in whole seconds. `dir` is where the script for wrk goes.
pub async fn run(gateway: &Gateway, kib: usize, time: Duration, dir: &Path) -> Result<Report> {
    let key = gateway.keys.first().context("no key")?;
    let file = dir.join("wrk.lua");
    fs::write(&file, script(key, Ask::Whole { prompt_kib: kib }))?;
    let seconds = time.as_secs_f64().ceil();
    let said = Command::new("wrk")
        .args(["--threads", "1", "--connections", &CONNECTIONS.to_string(), "--latency"])
        .args(["--duration", &format!("{seconds}s"), "--script"])
        .arg(&file)
        .arg(format!("http://{}/v1/chat/completions", gateway.at))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("wrk does not start; scripts/bench.sh installs it")?;
    let text = String::from_utf8_lossy(&said.stdout);
    if !said.status.success() {
        bail!("wrk failed: {text}{}", String::from_utf8_lossy(&said.stderr));
    }
    read(&text).with_context(|| format!("wrk said something else:\n{text}"))
}

fn read(text: &str) -> Option<Report> {
    let after = |name: &str| {
        let line = text.lines().map(str::trim).find(|line| line.starts_with(name))?;
        Some(line[name.len()..].trim())
    };
    let requests: u64 = text.lines().find_map(|line| line.trim().split_once(" requests in "))?.0.parse().ok()?;
    let refused = after("Non-2xx or 3xx responses:").map_or(Some(0), |count| count.parse().ok())?;
    // "connect 0, read 5, write 0, timeout 0": requests that wrk does not count among the others.
    let broken = after("Socket errors:").map_or(Some(0), |errors| {
        errors.split(',').map(|error| error.trim().split_once(' ')?.1.parse::<u64>().ok()).sum()
    })?;
    Some(Report {
        per_second: after("Requests/sec:")?.parse().ok()?,
        good: requests - refused,
        bad: refused + broken,
        whole: [milliseconds(after("50%")?)?, milliseconds(after("99%")?)?],
    })
}

/// `512.00us`, `1.23ms`, `2.00s`.
fn milliseconds(text: &str) -> Option<f64> {
    let (number, factor) = match text {
        _ if text.ends_with("us") => (text.strip_suffix("us")?, 1e-3),
        _ if text.ends_with("ms") => (text.strip_suffix("ms")?, 1.0),
        _ => (text.strip_suffix('s')?, 1e3),
    };
    Some(number.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "Running 2s test @ http://127.0.0.1:1/v1/chat/completions
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.90ms  512.00us  12.00ms   90.12%
    Req/Sec    33.50k     1.10k   35.00k    75.00%
  Latency Distribution
     50%  900.00us
     75%    2.10ms
     90%    2.50ms
     99%    4.25ms
  67000 requests in 2.00s, 80.00MB read
Requests/sec:  33500.50
Transfer/sec:     40.00MB
";

    #[test]
    fn what_wrk_says_is_read() {
        let report = Report { per_second: 33_500.5, good: 67_000, bad: 0, whole: [0.9, 4.25] };
        assert_eq!(read(SAID), Some(report));
        let errors =
            "  Socket errors: connect 1, read 2, write 0, timeout 3\n  Non-2xx or 3xx responses: 7\nRequests/sec:";
        let report = read(&SAID.replace("Requests/sec:", errors)).unwrap();
        assert_eq!((report.good, report.bad), (66_993, 13));
        assert_eq!(read("wrk: command not found"), None);
    }
}
