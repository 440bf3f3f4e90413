//! CPU and memory accounting: what processes and cores have used, read from `/proc`.

use std::{fs, time::Duration};

use anyhow::{Context as _, Result};

fn read(path: &str) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}

fn ticks(count: u64) -> Duration {
    Duration::from_secs_f64(count as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// The fields of `/proc/PID/stat` behind the name, which may hold spaces itself: `[0]` is the state.
fn stat(pid: u32) -> Result<Vec<String>> {
    let text = read(&format!("/proc/{pid}/stat"))?;
    let (_, fields) = text.rsplit_once(')').context("an odd stat file")?;
    Ok(fields.split_whitespace().map(str::to_owned).collect())
}

fn number(fields: &[String], at: usize) -> Result<u64> {
    fields.get(at).and_then(|field| field.parse().ok()).context("an odd stat file")
}

/// A process and its children.
pub fn family(pid: u32) -> Result<Vec<u32>> {
    let mut found = vec![pid];
    for entry in fs::read_dir("/proc")?.filter_map(Result::ok) {
        let Some(other) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // It may have ended since it was listed.
        let parent = stat(other).and_then(|fields| number(&fields, 1));
        if parent.is_ok_and(|parent| parent == u64::from(pid)) {
            found.push(other);
        }
    }
    Ok(found)
}

/// User and system time of the processes, of all their threads, ended ones included.
pub fn cpu(pids: &[u32]) -> Result<Duration> {
    let mut sum = 0;
    for pid in pids {
        let fields = stat(*pid)?;
        sum += number(&fields, 11)? + number(&fields, 12)?;
    }
    Ok(ticks(sum))
}

/// User and system time of a process's children that have ended.
pub fn waited_for(pid: u32) -> Result<Duration> {
    let fields = stat(pid)?;
    Ok(ticks(number(&fields, 13)? + number(&fields, 14)?))
}

/// Resident memory in KiB: `VmRSS` now, `VmHWM` at its highest. Several processes are summed, shared pages and all.
pub fn memory(pids: &[u32], field: &str) -> Result<u64> {
    let mut sum = 0;
    for pid in pids {
        let text = read(&format!("/proc/{pid}/status"))?;
        let line = text.lines().find_map(|line| line.strip_prefix(field)).context("no memory field")?;
        let kib = line.trim_start_matches(':').split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok());
        sum += kib.context("an odd status file")?;
    }
    Ok(sum)
}

/// What was used of a core: user, nice and system time, and what the host took away.
pub fn core(core: usize) -> Result<Duration> {
    let text = read("/proc/stat")?;
    let name = format!("cpu{core} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&name)).context("the core is not in /proc/stat")?;
    let fields: Vec<u64> = line.split_whitespace().map_while(|field| field.parse().ok()).collect();
    Ok(ticks(fields.iter().take(3).sum::<u64>() + fields.get(7).copied().unwrap_or_default()))
}
