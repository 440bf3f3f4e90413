//! Benchmark report: what stands below the table, and the place in the README where both go.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::{
    gateways::Target,
    rounds::{Sample, Samples},
    stats::Spread,
};

/// A part of the README that a run writes: between two marks of its name.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// What a request costs.
    Table,
    /// Lists of a million keys.
    Lists,
}

impl Part {
    fn marks(self) -> [String; 2] {
        let name = match self {
            Self::Table => "table",
            Self::Lists => "lists",
        };
        ["begin", "end"].map(|mark| format!("<!-- {name}: {mark} -->"))
    }
}

/// Good and bad answers of a target.
pub fn answers(samples: &Samples, of: Target) -> (u64, u64) {
    let own = samples.iter().filter(|((_, target), _)| *target == of).flat_map(|(_, samples)| samples);
    own.fold((0, 0), |(good, bad), sample| (good + sample.good, bad + sample.bad))
}

/// Requests that may have been cut when a load ended.
pub fn cut(samples: &Samples, of: Target) -> u64 {
    samples.iter().filter(|((_, target), _)| *target == of).flat_map(|(_, samples)| samples).map(|one| one.cut).sum()
}

/// A sentence for each kind of which an answer was bad.
pub fn complaints(samples: &Samples) -> Vec<String> {
    let mut found = Vec::new();
    for ((kind, target), samples) in samples {
        let bad: u64 = samples.iter().map(|sample| sample.bad).sum();
        if let Some(complaint) = samples.iter().find_map(|sample| sample.complaint.as_deref()) {
            found.push(format!("**{bad} bad answers** of {} ({kind:?}), such as: {complaint}.", target.name()));
        }
    }
    found
}

/// How much of the two cores others used meanwhile: whether the figures can be trusted.
pub fn quiet(samples: &Samples) -> Option<String> {
    let share = |at: usize| Spread::of(samples.values().flatten().map(|sample: &Sample| sample.foreign[at] * 100.0));
    let (gateway, load) = share(0).zip(share(1))?;
    Some(format!(
        "Of the gateway's core others used {:.1} % (median of the measurements; {:.0} % at most), of the load's core \
         {:.1} % ({:.0} %).",
        gateway.median, gateway.most, load.median, load.most
    ))
}

/// The machine and the programs: those of a request's table.
pub fn machine(keywright: &Path) -> String {
    format!(
        "{}; {}; {}.",
        host(),
        version(Path::new("nginx"), "-v").replace("nginx version: ", ""),
        version(keywright, "--version")
    )
}

/// The machine and the programs: those of the lists.
pub fn list_machine(keywright: &Path) -> String {
    format!("{}; {}.", host(), version(keywright, "--version"))
}

fn host() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("an unknown processor", |line| line.trim_start_matches([' ', '\t', ':']));
    let uname = rustix::system::uname();
    format!(
        "{model}, {} cores; Linux {}",
        cpu.lines().filter(|line| line.starts_with("processor")).count(),
        uname.release().to_string_lossy(),
    )
}

/// First line of what a program says about its version.
fn version(program: &Path, flag: &str) -> String {
    let said = Command::new(program).arg(flag).output().map(|said| [said.stdout, said.stderr].concat());
    String::from_utf8_lossy(&said.unwrap_or_default()).lines().next().unwrap_or_default().to_owned()
}

/// Puts `text` between the marks; the prose around stays.
fn inserted(page: &str, part: Part, text: &str) -> Result<String> {
    let [begin, end] = part.marks();
    let (before, rest) = page.split_once(&begin).with_context(|| format!("no {begin}"))?;
    let (_, after) = rest.split_once(&end).with_context(|| format!("no {end}"))?;
    Ok(format!("{before}{begin}\n{text}{end}{after}"))
}

/// Writes the text into the file, between the part's marks.
pub fn write(file: &Path, part: Part, text: &str) -> Result<()> {
    let context = || format!("cannot put the table into {}", file.display());
    let page = fs::read_to_string(file).with_context(context)?;
    fs::write(file, inserted(&page, part, text).with_context(context)?).with_context(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prose_stays() {
        for part in [Part::Table, Part::Lists] {
            let [begin, end] = part.marks();
            let page = format!("# Title\n\n{begin}\nold\n{end}\n\n## After\n");
            let new = inserted(&page, part, "new\n").unwrap();
            assert_eq!(new, format!("# Title\n\n{begin}\nnew\n{end}\n\n## After\n"));
            assert_eq!(inserted(&new, part, "new\n").unwrap(), new);
            assert!(inserted("# Title", part, "new").is_err());
        }
    }
}
