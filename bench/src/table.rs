//! Result table: a row per measure, a column per gateway, and the target values for Keywright.

use std::fmt::Write as _;

use crate::{
    gateways::Target,
    kind::Kind,
    rounds::{Sample, Samples},
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

/// Target values for Keywright.
#[derive(Clone, Copy)]
enum Limit {
    /// Times nginx's.
    Times(f64),
    /// Not more than so much.
    Most(f64),
    /// Not more than so much above nginx's.
    Above(f64),
    None,
}

/// Each target's values, in the order of [`Target::ALL`], one per round.
type Values = [Vec<f64>; 4];

struct Row {
    label: String,
    prompt: &'static str,
    digits: usize,
    values: Values,
    limit: Limit,
}

const HEAD: &str = "| | prompt | direct | nginx | bare hyper | Keywright | Keywright ÷ nginx | limit | reached |\n\
                    |---|---|---:|---:|---:|---:|---:|---|---|\n";

fn shown(value: f64, digits: usize) -> String {
    format!("{value:.digits$}")
}

fn cell(values: &[f64], digits: usize) -> String {
    let Some(spread) = Spread::of(values.iter().copied()) else { return "–".to_owned() };
    let [median, least, most] = [spread.median, spread.least, spread.most].map(|value| shown(value, digits));
    if values.len() > 1 { format!("**{median}** {least} – {most}") } else { format!("**{median}**") }
}

/// Round by round, because adjacent rounds had the same machine.
fn paired(left: &[f64], right: &[f64], join: fn(f64, f64) -> f64) -> Vec<f64> {
    left.iter().zip(right).map(|(left, right)| join(*left, *right)).collect()
}

fn median(values: &[f64]) -> Option<f64> {
    Spread::of(values.iter().copied()).map(|spread| spread.median)
}

impl Row {
    fn line(&self) -> String {
        let mut line = format!("| {} | {} |", self.label, self.prompt);
        for values in &self.values {
            let _ = write!(line, " {} |", cell(values, self.digits));
        }
        let [_, nginx, _, own] = &self.values;
        // Of differences around zero a ratio says nothing.
        let sound = nginx.iter().all(|value| *value > 0.0);
        let ratio = median(&paired(own, nginx, |own, nginx| own / nginx)).filter(|_| sound);
        let _ = write!(line, " {} |", ratio.map_or("–".to_owned(), |ratio| shown(ratio, 2)));
        let (limit, found) = match self.limit {
            Limit::Times(most) => (format!("≤ {most} × nginx"), ratio.map(|ratio| ratio <= most)),
            Limit::Most(most) => (format!("≤ {most}"), median(own).map(|own| own <= most)),
            Limit::Above(most) => {
                let above = median(&paired(own, nginx, |own, nginx| own - nginx));
                (format!("≤ nginx + {most}"), above.map(|above| above <= most))
            }
            Limit::None => (String::new(), None),
        };
        let verdict = found.map_or("", |reached| if reached { "yes" } else { "**no**" });
        let _ = write!(line, " {limit} | {verdict} |");
        line
    }
}

/// Builds rows out of what was measured.
struct Builder<'a> {
    samples: &'a Samples,
    bodies: &'a [Body],
    rows: Vec<Row>,
}

impl Builder<'_> {
    fn of(&self, kind: Kind, pick: impl Fn(&Sample) -> f64) -> Values {
        Target::ALL.map(|target| self.samples.get(&(kind, target)).into_iter().flatten().map(&pick).collect())
    }

    /// CPU time per answer; the mock's is no gateway's.
    fn cpu(&self, kind: Kind) -> Values {
        let [_, rest @ ..] = self.of(kind, |sample| sample.cpu);
        let [nginx, bare, own] = rest;
        [Vec::new(), nginx, bare, own]
    }

    /// Times of the gateways less the direct one of the same round, which stands for itself.
    fn added(&self, kind: Kind, at: usize) -> Values {
        let [direct, rest @ ..] = self.of(kind, |sample| sample.whole[at]);
        let [nginx, bare, own] = rest.map(|times| paired(&times, &direct, |own, direct| own - direct));
        [direct, nginx, bare, own]
    }

    fn each(&self, pick: impl Fn(&Body) -> Vec<f64>) -> Values {
        Target::ALL.map(|target| self.bodies.iter().filter(|body| body.target == target).flat_map(&pick).collect())
    }

    fn add(&mut self, label: impl Into<String>, prompt: &'static str, digits: usize, values: Values, limit: Limit) {
        if values.iter().any(|values| !values.is_empty()) {
            self.rows.push(Row { label: label.into(), prompt, digits, values, limit });
        }
    }

    fn requests(&mut self, kib: usize, prompt: &'static str) {
        let closed = Kind::Closed { kib };
        let per_second = self.of(closed, |sample| sample.per_second);
        self.add("requests per second, 64 connections", prompt, 0, per_second, Limit::None);
        self.add("CPU per request, 64 connections, µs", prompt, 1, self.cpu(closed), Limit::Times(1.8));
        let wrk = Kind::Wrk { kib };
        self.add("requests per second, wrk, one key", prompt, 0, self.of(wrk, |sample| sample.per_second), Limit::None);
        self.add("CPU per request, wrk, one key, µs", prompt, 1, self.cpu(wrk), Limit::None);
        for rate in [500, 1000] {
            let open = Kind::Open { kib, rate };
            self.add(format!("added p50 at {rate}/s, ms"), prompt, 3, self.added(open, 0), Limit::Most(0.2));
            self.add(format!("added p99 at {rate}/s, ms"), prompt, 3, self.added(open, 1), Limit::None);
        }
        let cpu = self.cpu(Kind::Open { kib, rate: 1000 });
        self.add("CPU per request at 1000/s, µs", prompt, 0, cpu, Limit::None);
    }

    fn streams(&mut self) {
        let first = |at: usize| move |sample: &Sample| sample.first_byte[at];
        let (prompt, steady, burst) = ("1 KB", Kind::Streams, Kind::Burst);
        self.add("200 streams, first byte p50, ms", prompt, 3, self.of(steady, first(0)), Limit::Above(0.2));
        self.add("200 streams, first byte p99, ms", prompt, 3, self.of(steady, first(1)), Limit::None);
        self.add("200 streams, CPU per stream, µs", prompt, 0, self.cpu(steady), Limit::Times(1.8));
        self.add("200 streams at one instant, first byte p50, ms", prompt, 2, self.of(burst, first(0)), Limit::None);
        self.add("200 streams at one instant, first byte p99, ms", prompt, 2, self.of(burst, first(1)), Limit::None);
        self.add("200 streams at one instant, CPU per stream, µs", prompt, 0, self.cpu(burst), Limit::Times(1.8));
    }
}

/// The whole table. Rows of which nothing was measured are left out.
pub fn table(samples: &Samples, bodies: &[Body]) -> String {
    let mut build = Builder { samples, bodies, rows: Vec::new() };
    build.requests(1, "1 KB");
    build.requests(64, "64 KB");
    build.streams();
    let (idle, peak) = (build.each(|body| body.idle.clone()), build.each(|body| vec![body.peak]));
    build.add("memory idle, MiB", "", 1, idle, Limit::Most(40.0));
    build.add("memory peak, MiB", "", 1, peak, Limit::Most(80.0));
    let ready = build.each(|body| body.ready.clone());
    build.add("time to ready, s", "", 3, ready, Limit::Most(0.3));
    build.rows.iter().fold(HEAD.to_owned(), |text, row| text + &row.line() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(limit: Limit, nginx: &[f64], own: &[f64]) -> String {
        let values = [Vec::new(), nginx.to_vec(), Vec::new(), own.to_vec()];
        Row { label: "x".to_owned(), prompt: "", digits: 1, values, limit }.line()
    }

    #[test]
    fn a_row_reports_whether_its_limit_is_reached() {
        let row = "| x |  | – | **2.0** 1.0 – 4.0 | – | **3.0** 1.0 – 6.0 | 1.50 |";
        let lines = [
            (Limit::Times(1.5), " ≤ 1.5 × nginx | yes |"),
            (Limit::Times(1.4), " ≤ 1.4 × nginx | **no** |"),
            (Limit::Most(2.9), " ≤ 2.9 | **no** |"),
            (Limit::Above(1.0), " ≤ nginx + 1 | yes |"),
            (Limit::None, "  |  |"),
        ];
        for (limit, end) in lines {
            assert_eq!(line(limit, &[1.0, 2.0, 4.0], &[1.0, 3.0, 6.0]), format!("{row}{end}"));
        }
    }

    #[test]
    fn nothing_measured_is_nothing_reached() {
        assert_eq!(line(Limit::Times(1.8), &[], &[1.0]), "| x |  | – | – | – | **1.0** | – | ≤ 1.8 × nginx |  |");
        assert_eq!(table(&Samples::new(), &[]), HEAD);
    }
}
