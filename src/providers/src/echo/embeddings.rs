//! Echo endpoint `POST /v1/embeddings`: numbers that depend on the text and mean nothing. Equal texts have equal
//! vectors of length one.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;

use super::{Answer, MODEL, request::Request, tokens};
use crate::json;

/// Numbers in a vector unless `dimensions` says otherwise.
const DIMENSIONS: u16 = 256;
/// Most that `dimensions` may say.
const MOST_DIMENSIONS: u16 = 1536;
/// Most texts in one request, as the vendor has it.
const MOST_INPUTS: usize = 2048;

pub(super) fn answer(ask: &Request<'_>) -> Result<Answer, Answer> {
    let inputs = inputs(ask.field("input").ok_or_else(|| Answer::missing("input"))?)?;
    let dimensions = match ask.field("dimensions") {
        None => DIMENSIONS,
        Some(value) => json::as_count(value)
            .and_then(|count| u16::try_from(count).ok())
            .filter(|count| (1..=MOST_DIMENSIONS).contains(count))
            .ok_or_else(|| Answer::bad_value("dimensions", "a whole number from 1 to 1536"))?,
    };
    let packed = match ask.field("encoding_format") {
        None | Some(br#""float""#) => false,
        Some(br#""base64""#) => true,
        Some(_) => return Err(Answer::bad_value("encoding_format", "'float' or 'base64'")),
    };
    let prompt_tokens = inputs.iter().map(Input::tokens).sum();
    let data = inputs
        .iter()
        .enumerate()
        .map(|(index, input)| {
            let vector = vector(input.bytes(), dimensions);
            Item { object: "embedding", index, embedding: Embedding::new(vector, packed) }
        })
        .collect();
    let usage = EmbeddingsUsage { prompt_tokens, total_tokens: prompt_tokens };
    let list = List { object: "list", model: MODEL, data, usage };
    // Numbers and texts always can be written.
    Ok(Answer::json_text(serde_json::to_string(&list).unwrap_or_default()))
}

/// The vector of a text, in the usual number of dimensions.
pub(super) fn numbers(text: &str) -> Vec<f32> {
    vector(text.as_bytes(), DIMENSIONS)
}

/// A text, or the tokens of one as another vocabulary has them.
enum Input<'a> {
    Text(Cow<'a, str>),
    Tokens(&'a [u8], usize),
}

impl Input<'_> {
    fn tokens(&self) -> usize {
        match self {
            Self::Text(text) => tokens::count(text),
            Self::Tokens(_, count) => *count,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Tokens(text, _) => text,
        }
    }
}

fn inputs(value: &[u8]) -> Result<Vec<Input<'_>>, Answer> {
    let odd = || Answer::bad_value("input", "a string, tokens, or an array of up to 2048 of these, none of them empty");
    if let Some(one) = input(value) {
        return Ok(vec![one]);
    }
    let (mut found, mut bad) = (Vec::new(), !value.starts_with(b"["));
    // Its syntax was checked before.
    let _ = json::items(value, |at| match input(&value[at]) {
        Some(one) if found.len() < MOST_INPUTS => found.push(one),
        _ => bad = true,
    });
    if bad || found.is_empty() { Err(odd()) } else { Ok(found) }
}

fn input(value: &[u8]) -> Option<Input<'_>> {
    if let Some(text) = json::as_text(value) {
        return (!text.is_empty()).then_some(Input::Text(text));
    }
    let (mut count, mut odd) = (0, !value.starts_with(b"["));
    let _ = json::items(value, |at| {
        count += 1;
        odd |= json::as_count(&value[at]).is_none();
    });
    (!odd && count > 0).then_some(Input::Tokens(value, count))
}

/// Numbers drawn by `SplitMix64` from a seed that is the text's FNV-1a hash, then brought to length one.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // 24 bits fit an f32; the rest is cut on purpose
fn vector(text: &[u8], dimensions: u16) -> Vec<f32> {
    let hash = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    let mut state = text.iter().fold(0xcbf2_9ce4_8422_2325, hash);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // The half keeps every number off zero, so that the length never is.
        (((mixed ^ (mixed >> 31)) >> 40) as f64 + 0.5) / f64::from(1 << 23) - 1.0
    };
    let numbers: Vec<f64> = (0..dimensions).map(|_| next()).collect();
    let length = numbers.iter().map(|number| number * number).sum::<f64>().sqrt();
    numbers.into_iter().map(|number| (number / length) as f32).collect()
}

#[derive(Serialize)]
struct List {
    object: &'static str,
    data: Vec<Item>,
    model: &'static str,
    usage: EmbeddingsUsage,
}

#[derive(Serialize)]
struct Item {
    object: &'static str,
    index: usize,
    embedding: Embedding,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Embedding {
    Numbers(Vec<f32>),
    /// Little-endian 32-bit floats in base64, as the SDKs ask for by default.
    Packed(String),
}

#[derive(Serialize)]
struct EmbeddingsUsage {
    prompt_tokens: usize,
    total_tokens: usize,
}

impl Embedding {
    fn new(vector: Vec<f32>, packed: bool) -> Self {
        if !packed {
            return Self::Numbers(vector);
        }
        let bytes: Vec<u8> = vector.into_iter().flat_map(f32::to_le_bytes).collect();
        Self::Packed(STANDARD.encode(bytes))
    }
}
