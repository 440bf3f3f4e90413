//! A/B comparison: the table of two binaries: the one of before and the new one, taken in turn in one run.

use std::fmt::Write as _;

use crate::{
    gateways::Target,
    kind::Kind,
    rounds::{Sample, Samples},
    stats::Spread,
};

/// The most that CPU per request may have grown: the median of the rounds' own ratios.
const LIMIT: f64 = 1.05;

const HEAD: &str =
    "| CPU per request, µs | before | new | new ÷ before | limit | reached |\n|---|---:|---:|---:|---|---|\n";

/// Empty where the binary of before was not measured.
pub fn table(samples: &Samples) -> String {
    let mut text = String::new();
    for (kind, target) in samples.keys().filter(|(_, target)| *target == Target::Before) {
        let cpu = |target| samples.get(&(*kind, target)).into_iter().flatten().map(|sample: &Sample| sample.cpu);
        let (before, new): (Vec<f64>, Vec<f64>) = (cpu(*target).collect(), cpu(Target::Keywright).collect());
        // Round by round, because adjacent rounds had the same machine.
        let ratios = new.iter().zip(&before).map(|(new, before)| new / before);
        let (Some(ratio), Some(before), Some(new)) =
            (Spread::of(ratios), Spread::of(before.iter().copied()), Spread::of(new.iter().copied()))
        else {
            continue;
        };
        let verdict = if ratio.median <= LIMIT { "yes" } else { "**no**" };
        let _ = writeln!(
            text,
            "| {} | **{:.1}** {:.1} – {:.1} | **{:.1}** {:.1} – {:.1} | **{:.3}** {:.3} – {:.3} | ≤ {LIMIT} | {verdict} |",
            label(*kind),
            before.median,
            before.least,
            before.most,
            new.median,
            new.least,
            new.most,
            ratio.median,
            ratio.least,
            ratio.most
        );
    }
    if text.is_empty() { text } else { format!("{HEAD}{text}") }
}

fn label(kind: Kind) -> String {
    match kind {
        Kind::Closed { kib } => format!("64 connections, {kib} KB"),
        Kind::Open { kib, rate } => format!("{rate} per second, {kib} KB"),
        Kind::Wrk { kib } => format!("wrk, 64 connections, one key, {kib} KB"),
        Kind::Streams => "200 streams".to_owned(),
        Kind::Burst => "200 streams at one instant".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(before: &[f64], new: &[f64]) -> Samples {
        let of = |cpu: &[f64]| cpu.iter().map(|cpu| Sample { cpu: *cpu, ..Sample::default() }).collect::<Vec<_>>();
        let kind = Kind::Wrk { kib: 1 };
        [((kind, Target::Before), of(before)), ((kind, Target::Keywright), of(new))].into_iter().collect()
    }

    #[test]
    fn the_verdict_is_that_of_the_median_ratio_of_the_rounds() {
        // The machine was slower in the second round, for both.
        let text = table(&samples(&[20.0, 40.0, 20.0], &[21.0, 40.0, 20.0]));
        assert!(text.ends_with("| **1.000** 1.000 – 1.050 | ≤ 1.05 | yes |\n"), "{text}");
        let text = table(&samples(&[20.0], &[22.0]));
        assert!(text.ends_with("| **1.100** 1.100 – 1.100 | ≤ 1.05 | **no** |\n"), "{text}");
    }

    #[test]
    fn without_a_binary_of_before_there_is_no_table() {
        let mut samples = samples(&[1.0], &[1.0]);
        samples.remove(&(Kind::Wrk { kib: 1 }, Target::Before));
        assert_eq!(table(&samples), "");
    }
}
