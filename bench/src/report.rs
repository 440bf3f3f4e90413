//! The table: medians over the rounds, with the least and the greatest.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};

use crate::{
    gateways::Target,
    rounds::{Kind, Sample, Samples},
    stats::Spread,
};

/// What was found out about one gateway outside of the rounds.
pub struct Body {
    pub target: Target,
    /// Seconds from start to ready, one for each start.
    pub ready: Vec<f64>,
    /// MiB after each start.
    pub idle: Vec<f64>,
    /// MiB at the highest, after all load.
    pub peak: f64,
}

/// What holds for Keywright.
enum Limit {
    /// Times nginx's.
    Ratio(f64),
    /// Not more than so much.
    Most(f64),
    /// Not more than so much above nginx's.
    Above(f64),
    None,
}

struct Row {
    label: String,
    prompt: &'static str,
    digits: usize,
    /// Values of a target, one per round.
    values: Box<dyn Fn(Target) -> Vec<f64>>,
    limit: Limit,
}

const BEGIN: &str = "<!-- table: begin -->";
const END: &str = "<!-- table: end -->";

fn shown(value: f64, digits: usize) -> String {
    if value.abs() >= 1000.0 { format!("{value:.0}") } else { format!("{value:.digits$}") }
}

fn cell(values: &[f64], digits: usize) -> String {
    let Some(spread) = Spread::of(values.iter().copied()) else { return "–".to_owned() };
    let [median, least, most] = [spread.median, spread.least, spread.most].map(|value| shown(value, digits));
    if values.len() > 1 { format!("{median} ({least} – {most})") } else { median }
}

/// Round by round, because neighbours in time had the same machine.
fn paired(left: &[f64], right: &[f64], join: fn(f64, f64) -> f64) -> Option<Spread> {
    Spread::of(left.iter().zip(right).map(|(left, right)| join(*left, *right)))
}

impl Row {
    fn line(&self) -> String {
        let mut line = format!("| {} | {} |", self.label, self.prompt);
        for target in Target::ALL {
            let _ = write!(line, " {} |", cell(&(self.values)(target), self.digits));
        }
        let (own, nginx) = ((self.values)(Target::Keywright), (self.values)(Target::Nginx));
        let ratio = paired(&own, &nginx, |own, nginx| own / nginx);
        // Of differences around zero a ratio says nothing.
        let ratio = ratio.filter(|_| nginx.iter().all(|value| *value > 0.0));
        let _ = write!(line, " {} |", ratio.map_or("–".to_owned(), |ratio| format!("{:.2}", ratio.median)));
        let median = Spread::of(own.iter().copied()).map(|own| own.median);
        let (limit, found) = match self.limit {
            Limit::Ratio(most) => (format!("{most} × nginx"), ratio.map(|ratio| ratio.median <= most)),
            Limit::Most(most) => (most.to_string(), median.map(|own| own <= most)),
            Limit::Above(most) => {
                let above = paired(&own, &nginx, |own, nginx| own - nginx);
                (format!("nginx + {most}"), above.map(|above| above.median <= most))
            }
            Limit::None => (String::new(), None),
        };
        let verdict = match found {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        let _ = write!(line, " {} | {verdict} |", if limit.is_empty() { String::new() } else { format!("≤ {limit}") });
        line
    }
}

type Figures = std::collections::BTreeMap<(Kind, Target), Vec<[f64; 6]>>;

fn figures(samples: &Samples) -> Figures {
    let flat = |sample: &Sample| {
        let (whole, first) = (sample.whole, sample.first_byte);
        [sample.per_second, sample.cpu, whole[0], whole[1], first[0], first[1]]
    };
    samples.iter().map(|(at, samples)| (*at, samples.iter().map(flat).collect())).collect()
}

/// The whole table.
pub fn table(samples: &Samples, bodies: Vec<Body>) -> String {
    let figures = std::rc::Rc::new(figures(samples));
    let bodies = std::rc::Rc::new(bodies);
    let of = |kind: Kind, field: usize| {
        let figures = std::rc::Rc::clone(&figures);
        move |target: Target| -> Vec<f64> {
            figures
                .get(&(kind, target))
                .map(|rounds| rounds.iter().map(|round| round[field]).collect())
                .unwrap_or_default()
        }
    };
    // The mock's CPU is no gateway's.
    let gateways_only = |values: Box<dyn Fn(Target) -> Vec<f64>>| -> Box<dyn Fn(Target) -> Vec<f64>> {
        Box::new(move |target| if target == Target::Direct { Vec::new() } else { values(target) })
    };
    let body = |pick: fn(&Body) -> Vec<f64>| -> Box<dyn Fn(Target) -> Vec<f64>> {
        let bodies = std::rc::Rc::clone(&bodies);
        Box::new(move |target| bodies.iter().find(|body| body.target == target).map(pick).unwrap_or_default())
    };
    let mut rows = Vec::new();
    let mut row = |label: &str, prompt, digits, values: Box<dyn Fn(Target) -> Vec<f64>>, limit| {
        rows.push(Row { label: label.to_owned(), prompt, digits, values, limit });
    };
    for (kib, prompt) in [(1, "1 KB"), (64, "64 KB")] {
        let closed = Kind::Closed { kib };
        row("requests per second, 64 connections", prompt, 0, Box::new(of(closed, 0)), Limit::None);
        row("CPU per request, µs", prompt, 1, gateways_only(Box::new(of(closed, 1))), Limit::Ratio(1.8));
        for rate in [500, 1000] {
            let open = Kind::Open { kib, rate };
            for (field, name, limit) in [(2, "p50", Limit::Most(0.2)), (3, "p99", Limit::None)] {
                let (values, direct) = (of(open, field), of(open, field));
                let added = move |target| {
                    let own = values(target);
                    if target == Target::Direct {
                        return own;
                    }
                    own.iter().zip(direct(Target::Direct)).map(|(own, direct)| own - direct).collect()
                };
                row(&format!("added {name} at {rate}/s, ms"), prompt, 3, Box::new(added), limit);
            }
        }
    }
    let streams = Kind::Streams;
    row("200 streams: first byte p50, ms", "1 KB", 3, Box::new(of(streams, 4)), Limit::Above(0.2));
    row("200 streams: first byte p99, ms", "1 KB", 3, Box::new(of(streams, 5)), Limit::None);
    row("200 streams: CPU per stream, µs", "1 KB", 0, gateways_only(Box::new(of(streams, 1))), Limit::Ratio(1.8));
    row("200 streams at one instant: first byte p50, ms", "1 KB", 2, Box::new(of(Kind::Burst, 4)), Limit::None);
    row(
        "200 streams at one instant: CPU per stream, µs",
        "1 KB",
        0,
        gateways_only(Box::new(of(Kind::Burst, 1))),
        Limit::None,
    );
    row("memory idle, MiB", "", 1, body(|body| body.idle.clone()), Limit::Most(40.0));
    row("memory peak, MiB", "", 1, body(|body| vec![body.peak]), Limit::Most(80.0));
    row("time to ready, s", "", 3, body(|body| body.ready.clone()), Limit::Most(0.3));
    let mut text = "| | prompt | direct | nginx | bare hyper | Keywright | Keywright to nginx | limit | reached |\n\
                    |---|---|---:|---:|---:|---:|---:|---|---|\n"
        .to_owned();
    for row in &rows {
        if Target::ALL.iter().any(|target| !(row.values)(*target).is_empty()) {
            text += &row.line();
            text.push('\n');
        }
    }
    text
}

/// Puts `text` between the marks of the file; the prose around stays.
pub fn insert(file: &Path, text: &str) -> Result<()> {
    let old = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (before, rest) = old.split_once(BEGIN).context("the README has no mark where the table begins")?;
    let (_, after) = rest.split_once(END).context("the README has no mark where the table ends")?;
    fs::write(file, format!("{before}{BEGIN}\n{text}\n{END}{after}"))
        .with_context(|| format!("cannot write {}", file.display()))
}
