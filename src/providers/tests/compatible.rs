//! Usage tests: recorded answers of many providers, whole and streamed, each with what they cost by their own words.
//!
//! Each fixture says where it was found. Streams are read in pieces of several sizes.

#![allow(missing_docs, clippy::unwrap_used)] // a test

use std::{fs, path::Path};

use bytes::Bytes;
use domain::{Dialect, Usage};
use providers::{BodyMeter, Facts, Grammar, StreamMeter};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    provider: String,
    fixtures: Vec<Fixture>,
}

#[derive(Deserialize)]
struct Fixture {
    name: String,
    dialect: String,
    method: String,
    path: String,
    content_type: String,
    body: String,
    expect: Expected,
}

/// What the answer says; what it does not say is left out.
#[derive(Deserialize)]
struct Expected {
    input_tokens: Option<i64>,
    cached_tokens: Option<i64>,
    cache_write_5m: Option<i64>,
    cache_write_1h: Option<i64>,
    cache_write_other: Option<i64>,
    audio_in: Option<i64>,
    image_in: Option<i64>,
    output_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    audio_out: Option<i64>,
    image_out: Option<i64>,
    web_searches: Option<i64>,
    web_fetches: Option<i64>,
    cost_usd: Option<String>,
    model: Option<String>,
    service_tier: Option<String>,
    ends: String,
}

/// The grammar of a path below whatever base its provider has.
fn grammar(fixture: &Fixture) -> Option<Grammar> {
    let dialect: Dialect = fixture.dialect.parse().unwrap();
    let below = |marks: &[&str]| {
        let found = marks.iter().find_map(|mark| Some(&fixture.path[fixture.path.find(mark)?..]));
        found.unwrap_or(&fixture.path).to_owned()
    };
    let path = match dialect {
        Dialect::Openai | Dialect::Azure => {
            let marks = ["/chat/completions", "/completions", "/responses", "/embeddings", "/images/", "/audio/"];
            format!("/v1{}", below(&marks))
        }
        Dialect::Anthropic => below(&["/v1/messages"]),
        Dialect::Gemini => format!("/v1beta{}", below(&["/models/"])),
    };
    let dialect = if dialect == Dialect::Azure { Dialect::Openai } else { dialect };
    providers::of(dialect).classify(&fixture.method, &path).grammar
}

fn read(fixture: &Fixture, grammar: Grammar, piece: usize) -> Facts {
    let pieces = fixture.body.as_bytes().chunks(piece);
    if fixture.content_type.starts_with("text/event-stream") {
        let mut meter = StreamMeter::new(grammar, false);
        let mut passed = Vec::new();
        for piece in pieces {
            passed.extend_from_slice(&meter.feed(Bytes::copy_from_slice(piece)).forward);
        }
        passed.extend_from_slice(&meter.finish().forward);
        assert_eq!(String::from_utf8_lossy(&passed), fixture.body, "it passes as it came");
        return meter.facts().clone();
    }
    let mut meter = BodyMeter::new(grammar);
    pieces.for_each(|piece| meter.feed(piece));
    meter.finish()
}

/// What differs, as text.
fn differences(fixture: &Fixture, facts: &Facts) -> Vec<String> {
    let Usage { input_tokens, cached_tokens, output_tokens, reasoning_tokens, .. } = facts.usage;
    let (expect, usage) = (&fixture.expect, &facts.usage);
    let mut found = Vec::new();
    for (name, is, wanted) in [
        ("input_tokens", input_tokens, expect.input_tokens),
        ("cached_tokens", cached_tokens, expect.cached_tokens),
        ("output_tokens", output_tokens, expect.output_tokens),
        ("reasoning_tokens", reasoning_tokens, expect.reasoning_tokens),
        ("cache_write_5m", usage.cache_write_5m, expect.cache_write_5m),
        ("cache_write_1h", usage.cache_write_1h, expect.cache_write_1h),
        ("cache_write_other", usage.cache_write_other, expect.cache_write_other),
        ("audio_in", usage.audio_in, expect.audio_in),
        ("image_in", usage.image_in, expect.image_in),
        ("audio_out", usage.audio_out, expect.audio_out),
        ("image_out", usage.image_out, expect.image_out),
        ("web_searches", usage.web_searches, expect.web_searches),
        ("web_fetches", usage.web_fetches, expect.web_fetches),
    ] {
        // A part that is larger than its whole is left out, and the row says that a count could not be.
        let whole = if name == "reasoning_tokens" { expect.output_tokens } else { expect.input_tokens };
        if usage.unreadable && is.is_none() && wanted > whole {
            continue;
        }
        // A count that was left out and one that is nought cost the same.
        if is.unwrap_or(0) != wanted.unwrap_or(0) {
            found.push(format!("{name}: {is:?} and not {wanted:?}"));
        }
    }
    let cost = facts.cost_nano.unwrap_or(0);
    #[allow(clippy::cast_possible_truncation)] // a few dollars
    let wanted = (expect.cost_usd.as_deref().map_or(0.0, |usd| usd.parse::<f64>().unwrap()) * 1e9).round() as i64;
    if (cost - wanted).abs() > 1 {
        found.push(format!("cost: {cost} and not {wanted} nano-dollars"));
    }
    if facts.model != expect.model && expect.model.is_some() {
        found.push(format!("model: {:?} and not {:?}", facts.model, expect.model));
    }
    if facts.service_tier != expect.service_tier {
        found.push(format!("service tier: {:?} and not {:?}", facts.service_tier, expect.service_tier));
    }
    let is_stream = fixture.content_type.starts_with("text/event-stream");
    let ends = match (facts.failed, facts.ended || !is_stream) {
        (true, _) => "error",
        (false, true) => "good",
        (false, false) => "truncated",
    };
    if ends != expect.ends {
        found.push(format!("it ends {ends} and not {}", expect.ends));
    }
    found
}

#[test]
fn every_recorded_answer_is_read_as_its_provider_means_it() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/compatible");
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for entry in fs::read_dir(dir).unwrap() {
        let file: File = serde_json::from_str(&fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
        for fixture in &file.fixtures {
            seen += 1;
            let Some(grammar) = grammar(fixture) else {
                let usage = fixture.expect.input_tokens.or(fixture.expect.output_tokens);
                if usage.is_some() {
                    wrong.push(format!("{}: {}: no meter for {}", file.provider, fixture.name, fixture.path));
                }
                continue;
            };
            for piece in [1, 7, fixture.body.len().max(1)] {
                let found = differences(fixture, &read(fixture, grammar, piece));
                if !found.is_empty() {
                    let why = found.join("; ");
                    wrong.push(format!("{}: {} (pieces of {piece}): {why}", file.provider, fixture.name));
                    break;
                }
            }
        }
    }
    assert!(seen >= 100, "{seen}");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}
