//! Token usage of one request, as its upstream counted it, in terms that are the same for every dialect.

use serde::{Deserialize, Serialize};

/// The largest number of tokens that a request can have; an upstream that reports more reports nonsense.
pub const TOKENS_MAX: i64 = 1 << 40;

/// Tokens and counted extras of one request. `None`: the upstream did not say, or not in a way that can be true.
///
/// Wholes and their parts: `input_tokens` and `output_tokens` count everything, in every dialect, and the other token
/// counts say how much of them was of a kind that is priced apart. [`Usage::plain_input`] and [`Usage::plain_output`] are
/// what is left, so that the counts are disjoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Tokens of the prompt, cached and written ones included.
    pub input_tokens: Option<i64>,
    /// Of them, read from the provider's cache.
    pub cached_tokens: Option<i64>,
    /// Of them, written to its cache for five minutes.
    pub cache_write_5m: Option<i64>,
    /// Of them, written to its cache for an hour.
    pub cache_write_1h: Option<i64>,
    /// Of them, written to its cache for a time that was not said.
    pub cache_write_other: Option<i64>,
    /// Of them, audio.
    pub audio_in: Option<i64>,
    /// Of them, images.
    pub image_in: Option<i64>,
    /// Tokens of the answer, reasoning included.
    pub output_tokens: Option<i64>,
    /// Of them, spent on reasoning.
    pub reasoning_tokens: Option<i64>,
    /// Of them, audio.
    pub audio_out: Option<i64>,
    /// Of them, images.
    pub image_out: Option<i64>,
    /// Images made.
    pub images: Option<i64>,
    /// Searches of the web that the provider made.
    pub web_searches: Option<i64>,
    /// Pages that the provider fetched.
    pub web_fetches: Option<i64>,
    /// The upstream reported a count that cannot be: no whole number, negative, beyond [`TOKENS_MAX`], or parts that are
    /// more than their whole. Such counts are left out.
    pub unreadable: bool,
}

impl Usage {
    /// Nothing counted.
    pub const NONE: Self = Self {
        input_tokens: None,
        cached_tokens: None,
        cache_write_5m: None,
        cache_write_1h: None,
        cache_write_other: None,
        audio_in: None,
        image_in: None,
        output_tokens: None,
        reasoning_tokens: None,
        audio_out: None,
        image_out: None,
        images: None,
        web_searches: None,
        web_fetches: None,
        unreadable: false,
    };

    /// The same without counts that cannot be; says in [`Usage::unreadable`] whether there were any.
    #[must_use]
    pub fn checked(mut self) -> Self {
        let possible = 0..=TOKENS_MAX;
        let mut odd = false;
        for count in self.counts() {
            odd |= count.take_if(|count| !possible.contains(count)).is_some();
        }
        let (input, output) = (self.input_tokens, self.output_tokens);
        for (part, whole) in [
            (&mut self.cached_tokens, input),
            (&mut self.cache_write_5m, input),
            (&mut self.cache_write_1h, input),
            (&mut self.cache_write_other, input),
            (&mut self.audio_in, input),
            (&mut self.image_in, input),
            (&mut self.reasoning_tokens, output),
            (&mut self.audio_out, output),
            (&mut self.image_out, output),
        ] {
            odd |= part.take_if(|part| whole.is_some_and(|whole| *part > whole)).is_some();
        }
        self.unreadable |=
            odd || self.plain_input().is_some_and(|n| n < 0) || self.plain_output().is_some_and(|n| n < 0);
        self
    }

    /// Tokens written to the provider's cache, whatever their lifetime; `None`: nothing was said of any.
    pub fn cache_writes(&self) -> Option<i64> {
        sum([self.cache_write_5m, self.cache_write_1h, self.cache_write_other])
    }

    /// Tokens of the prompt that are of no other kind. Audio and images that were read from a cache may be counted twice by
    /// a provider, so this can be below zero for one that contradicts itself.
    pub fn plain_input(&self) -> Option<i64> {
        let kinds = sum([self.cached_tokens, self.cache_writes()]).unwrap_or(0);
        self.input_tokens.map(|all| all - kinds)
    }

    /// Tokens of the answer that are not reasoning.
    pub fn plain_output(&self) -> Option<i64> {
        self.output_tokens.map(|all| all - self.reasoning_tokens.unwrap_or(0))
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The counts that have no column of their own in a row.
    #[must_use]
    pub const fn details(self) -> Self {
        Self {
            input_tokens: None,
            cached_tokens: None,
            output_tokens: None,
            reasoning_tokens: None,
            unreadable: false,
            ..self
        }
    }

    fn counts(&mut self) -> [&mut Option<i64>; 14] {
        let Self {
            input_tokens,
            cached_tokens,
            cache_write_5m,
            cache_write_1h,
            cache_write_other,
            audio_in,
            image_in,
            output_tokens,
            reasoning_tokens,
            audio_out,
            image_out,
            images,
            web_searches,
            web_fetches,
            unreadable: _,
        } = self;
        [
            input_tokens,
            cached_tokens,
            cache_write_5m,
            cache_write_1h,
            cache_write_other,
            audio_in,
            image_in,
            output_tokens,
            reasoning_tokens,
            audio_out,
            image_out,
            images,
            web_searches,
            web_fetches,
        ]
    }
}

fn sum<const N: usize>(counts: [Option<i64>; N]) -> Option<i64> {
    counts.into_iter().flatten().reduce(i64::saturating_add)
}

/// Where a row's cost comes from.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    strum::Display,
    strum::AsRefStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CostSource {
    /// The provider said so in its answer.
    Reported,
    /// From the counts and the price book.
    Computed,
    /// From what was reserved, because the answer's end was not seen.
    Estimated,
    /// There is no price.
    Unpriced,
}

impl CostSource {
    /// The text in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_counts_that_cannot_be_are_left_out_and_marked() {
        let good = Usage {
            input_tokens: Some(TOKENS_MAX),
            cached_tokens: Some(TOKENS_MAX),
            output_tokens: Some(0),
            ..Usage::default()
        };
        assert_eq!(good.checked(), good);
        let bad = Usage { input_tokens: Some(TOKENS_MAX + 1), output_tokens: Some(-1), ..Usage::default() };
        assert_eq!(bad.checked(), Usage { unreadable: true, ..Usage::default() });
        let contradictory = Usage {
            input_tokens: Some(19),
            cached_tokens: Some(20),
            output_tokens: Some(10),
            reasoning_tokens: Some(11),
            ..Usage::default()
        };
        let wholes = Usage { input_tokens: Some(19), output_tokens: Some(10), unreadable: true, ..Usage::default() };
        assert_eq!(contradictory.checked(), wholes);
        assert_eq!(wholes.checked(), wholes, "what was found once stays found");
    }

    #[test]
    fn plain_tokens_are_what_is_left() {
        let usage = Usage {
            input_tokens: Some(100),
            cached_tokens: Some(40),
            cache_write_5m: Some(20),
            cache_write_1h: Some(10),
            output_tokens: Some(30),
            reasoning_tokens: Some(12),
            ..Usage::default()
        };
        assert_eq!((usage.plain_input(), usage.cache_writes(), usage.plain_output()), (Some(30), Some(30), Some(18)));
        assert_eq!((Usage::default().plain_input(), Usage::default().cache_writes()), (None, None));
        let parts_beyond = Usage { cached_tokens: Some(90), ..usage };
        assert!(parts_beyond.checked().unreadable);
    }
}
