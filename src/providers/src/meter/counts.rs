//! Usage objects: token counts as each dialect, and each provider that is compatible with it, writes them.

use std::borrow::Cow;

use domain::{TOKENS_MAX, Usage};

use super::decimal::nano;
use crate::{Grammar, json};

/// Counts as they stand in an answer, before it is known which of them are parts of others. Read field by field, so that a
/// later object overrides what it names and leaves the rest (Anthropic's `message_delta`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    passes: Passes,
    input: Option<i64>,
    output: Option<i64>,
    total: Option<i64>,
    cache_read: Option<i64>,
    cache_write: Option<i64>,
    cache_write_5m: Option<i64>,
    cache_write_1h: Option<i64>,
    audio_in: Option<i64>,
    image_in: Option<i64>,
    audio_out: Option<i64>,
    image_out: Option<i64>,
    reasoning: Option<i64>,
    tool_input: Option<i64>,
    web_searches: Option<i64>,
    web_fetches: Option<i64>,
    cost_nano: Option<i64>,
    tier: Option<String>,
    unreadable: bool,
}

impl Counts {
    /// Reads a usage object. What is missing or null stays as it was; a count that cannot be is left out and marked.
    pub(crate) fn read(&mut self, grammar: Grammar, value: &[u8]) {
        if grammar != Grammar::Messages {
            *self = Self::default();
        }
        // Where the text is broken, what was read before the flaw stands.
        let _ = json::members(value, |member| {
            let (name, inside) = (&value[member.name.clone()], &value[member.value.clone()]);
            match grammar {
                Grammar::Messages => self.messages(name, inside),
                Grammar::Generate => self.generate(name, inside),
                Grammar::Chat | Grammar::Responses | Grammar::Plain => self.openai(name, inside),
            }
        });
    }

    /// The same in terms of every dialect.
    pub(crate) fn usage(&self, grammar: Grammar) -> Usage {
        let mut usage = Usage {
            input_tokens: self.input,
            cached_tokens: self.cache_read,
            cache_write_5m: self.cache_write_5m,
            cache_write_1h: self.cache_write_1h,
            cache_write_other: self.cache_write,
            audio_in: self.audio_in,
            image_in: self.image_in,
            output_tokens: self.output,
            reasoning_tokens: self.reasoning,
            audio_out: self.audio_out,
            image_out: self.image_out,
            images: None,
            web_searches: self.web_searches,
            web_fetches: self.web_fetches,
            unreadable: self.unreadable,
        };
        // Where the lifetimes are distinguished, what is left has none.
        let by_lifetime = self.cache_write_5m.unwrap_or(0).saturating_add(self.cache_write_1h.unwrap_or(0));
        if self.cache_write_5m.is_some() || self.cache_write_1h.is_some() {
            let rest = self.cache_write.unwrap_or(0) - by_lifetime;
            usage.cache_write_other = (rest > 0).then_some(rest);
        }
        match grammar {
            // The prompt's plain part stands beside what was read from and written to the cache.
            Grammar::Messages => {
                let beside = [self.cache_read, self.cache_write.or((by_lifetime > 0).then_some(by_lifetime))];
                usage.input_tokens = add(self.input, beside);
                let Passes { input, cached, output } = self.passes;
                let more = |count: Option<i64>, passed: i64| count.map(|count| count.saturating_add(passed));
                usage.input_tokens = more(usage.input_tokens, input);
                usage.output_tokens = more(usage.output_tokens, output);
                usage.cached_tokens = more(usage.cached_tokens, cached);
            }
            Grammar::Generate => {
                usage.input_tokens = add(self.input, [self.tool_input]);
                usage.output_tokens = add(self.output, [self.reasoning]).or(self.reasoning);
                // Some answers report a total and no candidates: what is left of it was generated.
                if usage.output_tokens.is_none() {
                    usage.output_tokens = self.total.zip(usage.input_tokens).map(|(all, input)| all - input);
                }
            }
            Grammar::Chat | Grammar::Responses | Grammar::Plain => self.beside_or_inside(&mut usage),
        }
        usage.checked()
    }

    /// What the provider says that it costs, nano-dollars.
    pub(crate) const fn cost_nano(&self) -> Option<i64> {
        self.cost_nano
    }

    /// The tier that served, where the usage object says it.
    pub(crate) fn take_tier(&mut self) -> Option<String> {
        self.tier.take()
    }

    /// Some count reasoning beside the output, and audio beside the input; the total tells which.
    fn beside_or_inside(&self, usage: &mut Usage) {
        let (Some(total), Some(input), Some(output)) = (self.total, self.input, self.output) else { return };
        let audio = self.audio_in.unwrap_or(0);
        let with_audio = input.checked_add(audio);
        if audio > 0 && with_audio.and_then(|input| input.checked_add(output)) == Some(total) {
            usage.input_tokens = with_audio;
        }
        let reasoning = self.reasoning.unwrap_or(0);
        let is_beside = input.checked_add(output).and_then(|sum| sum.checked_add(reasoning)) == Some(total);
        if reasoning > 0 && is_beside {
            usage.output_tokens = output.checked_add(reasoning);
        }
    }

    fn openai(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"prompt_tokens" | b"input_tokens" => self.set(value, |counts| &mut counts.input),
            b"completion_tokens" | b"output_tokens" => self.set(value, |counts| &mut counts.output),
            b"total_tokens" => self.total = count(value).ok().flatten(),
            // DeepSeek, Moonshot, and those that speak both dialects.
            b"prompt_cache_hit_tokens" | b"cached_tokens" | b"cache_read_input_tokens" | b"num_cached_tokens"
                if self.cache_read.is_none() =>
            {
                self.set(value, |counts| &mut counts.cache_read);
            }
            b"prompt_tokens_details" | b"input_tokens_details" | b"input_token_details" | b"prompt_token_details" => {
                self.parts(value, |counts, name, value| match name {
                    b"cached_tokens" => counts.set(value, |counts| &mut counts.cache_read),
                    b"cache_write_tokens" | b"cache_creation_tokens" | b"cache_creation_input_tokens" => {
                        counts.set(value, |counts| &mut counts.cache_write);
                    }
                    b"audio_tokens" => counts.set(value, |counts| &mut counts.audio_in),
                    b"image_tokens" => counts.set(value, |counts| &mut counts.image_in),
                    _ => {}
                });
            }
            b"completion_tokens_details" | b"output_tokens_details" | b"output_token_details" => {
                self.parts(value, |counts, name, value| match name {
                    b"reasoning_tokens" => counts.set(value, |counts| &mut counts.reasoning),
                    b"audio_tokens" => counts.set(value, |counts| &mut counts.audio_out),
                    b"image_tokens" => counts.set(value, |counts| &mut counts.image_out),
                    _ => {}
                });
            }
            b"reasoning_tokens" => self.set(value, |counts| &mut counts.reasoning),
            // OpenRouter: a number of dollars. Perplexity: an object with the sum.
            b"cost" if value.starts_with(b"{") => {
                self.parts(value, |counts, name, value| {
                    if name == b"total_cost" {
                        counts.cost_nano = nano(value, 0);
                    }
                });
            }
            b"cost" => self.cost_nano = nano(value, 0),
            // xAI: 10⁻¹⁰ dollars.
            b"cost_in_usd_ticks" => self.cost_nano = nano(value, 10),
            b"num_search_queries" => self.set(value, |counts| &mut counts.web_searches),
            b"server_tool_use" | b"server_tool_use_details" => self.tools(value),
            // xAI.
            b"server_side_tool_usage_details" => self.parts(value, |counts, name, value| {
                if name == b"web_search_calls" {
                    counts.set(value, |counts| &mut counts.web_searches);
                }
            }),
            // Mistral, vLLM and others say the tier within.
            b"service_tier" => self.tier = json::as_text(value).map(Cow::into_owned),
            _ => {}
        }
    }

    fn messages(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"input_tokens" => self.set(value, |counts| &mut counts.input),
            b"output_tokens" => self.set(value, |counts| &mut counts.output),
            b"cache_read_input_tokens" => self.set(value, |counts| &mut counts.cache_read),
            b"cache_creation_input_tokens" => self.set(value, |counts| &mut counts.cache_write),
            b"cache_creation" => self.parts(value, |counts, name, value| match name {
                b"ephemeral_5m_input_tokens" => counts.set(value, |counts| &mut counts.cache_write_5m),
                b"ephemeral_1h_input_tokens" => counts.set(value, |counts| &mut counts.cache_write_1h),
                _ => {}
            }),
            b"output_tokens_details" => self.parts(value, |counts, name, value| match name {
                b"thinking_tokens" | b"reasoning_tokens" => counts.set(value, |counts| &mut counts.reasoning),
                _ => {}
            }),
            b"server_tool_use" => self.tools(value),
            b"iterations" => self.iterations(value),
            b"service_tier" => self.tier = json::as_text(value).map(Cow::into_owned),
            b"cost" => self.cost_nano = nano(value, 0),
            _ => {}
        }
    }

    fn generate(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"promptTokenCount" => self.set(value, |counts| &mut counts.input),
            b"candidatesTokenCount" | b"responseTokenCount" => self.set(value, |counts| &mut counts.output),
            b"totalTokenCount" => self.total = count(value).ok().flatten(),
            b"thoughtsTokenCount" => self.set(value, |counts| &mut counts.reasoning),
            b"cachedContentTokenCount" => self.set(value, |counts| &mut counts.cache_read),
            b"toolUsePromptTokenCount" => self.set(value, |counts| &mut counts.tool_input),
            b"promptTokensDetails" | b"promptTokenDetails" => {
                self.modalities(value, |counts| &mut counts.audio_in, |counts| &mut counts.image_in);
            }
            b"candidatesTokensDetails" | b"responseTokensDetails" => {
                self.modalities(value, |counts| &mut counts.audio_out, |counts| &mut counts.image_out);
            }
            b"serviceTier" | b"trafficType" => self.tier = json::as_text(value).map(Cow::into_owned),
            _ => {}
        }
    }

    /// Passes that the counts above leave out: what was spent on shortening the conversation.
    fn iterations(&mut self, list: &[u8]) {
        let mut passes = Passes::default();
        let _ = json::items(list, |at| {
            let item = &list[at];
            let (mut pass, mut is_beside) = (Self::default(), false);
            let _ = json::members(item, |member| {
                let value = &item[member.value.clone()];
                match &item[member.name.clone()] {
                    b"type" => is_beside = json::as_text(value).as_deref() == Some("compaction"),
                    // They do not nest.
                    b"iterations" => {}
                    name => pass.messages(name, value),
                }
            });
            let usage = pass.usage(Grammar::Messages);
            if is_beside {
                passes.input = passes.input.saturating_add(usage.input_tokens.unwrap_or(0));
                passes.cached = passes.cached.saturating_add(usage.cached_tokens.unwrap_or(0));
                passes.output = passes.output.saturating_add(usage.output_tokens.unwrap_or(0));
            }
        });
        self.passes = passes;
    }

    fn tools(&mut self, value: &[u8]) {
        self.parts(value, |counts, name, value| match name {
            b"web_search_requests" => counts.set(value, |counts| &mut counts.web_searches),
            b"web_fetch_requests" => counts.set(value, |counts| &mut counts.web_fetches),
            _ => {}
        });
    }

    /// Gemini's list of `{modality, tokenCount}`.
    fn modalities(
        &mut self,
        list: &[u8],
        audio: fn(&mut Self) -> &mut Option<i64>,
        image: fn(&mut Self) -> &mut Option<i64>,
    ) {
        let _ = json::items(list, |at| {
            let item = &list[at];
            let (mut kind, mut tokens) = (&b""[..], &b"null"[..]);
            let _ = json::members(item, |member| match &item[member.name.clone()] {
                b"modality" => kind = &item[member.value.clone()],
                b"tokenCount" => tokens = &item[member.value.clone()],
                _ => {}
            });
            match kind {
                br#""AUDIO""# => self.set(tokens, audio),
                br#""IMAGE""# => self.set(tokens, image),
                _ => {}
            }
        });
    }

    fn parts(&mut self, value: &[u8], mut take: impl FnMut(&mut Self, &[u8], &[u8])) {
        let _ = json::members(value, |member| take(self, &value[member.name.clone()], &value[member.value.clone()]));
    }

    fn set(&mut self, value: &[u8], field: fn(&mut Self) -> &mut Option<i64>) {
        match count(value) {
            Ok(Some(count)) => *field(self) = Some(count),
            Ok(None) => {}
            Err(NotACount) => {
                *field(self) = None;
                self.unreadable = true;
            }
        }
    }
}

/// Tokens of passes beside the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Passes {
    input: i64,
    cached: i64,
    output: i64,
}

/// What is there and no count.
struct NotACount;

/// A count, or null for none. One that cannot be is no count.
fn count(value: &[u8]) -> Result<Option<i64>, NotACount> {
    if value == b"null" {
        return Ok(None);
    }
    let count = json::as_count(value).and_then(|count| i64::try_from(count).ok());
    count.filter(|count| *count <= TOKENS_MAX).map(Some).ok_or(NotACount)
}

/// `first` with what stands beside it; `None` where the first is not known.
fn add<const N: usize>(first: Option<i64>, beside: [Option<i64>; N]) -> Option<i64> {
    beside.into_iter().flatten().fold(first, |sum, part| sum.map(|sum| sum.saturating_add(part)))
}

#[cfg(test)]
#[path = "counts_tests.rs"]
mod tests;
