//! Usage objects: token counts as each dialect, and each provider that is compatible with it, writes them.

use std::borrow::Cow;

use domain::{TOKENS_MAX, Usage};

use super::decimal::nano;
use crate::{Grammar, json};

/// Counts as they stand in an answer, before it is known which of them are parts of others. Read field by field, so that a
/// later object overrides what it names and leaves the rest (Anthropic's `message_delta`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
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

    /// Some count reasoning beside the output; the total tells which.
    fn beside_or_inside(&self, usage: &mut Usage) {
        let (Some(total), Some(input), Some(output)) = (self.total, self.input, self.output) else { return };
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
            b"server_tool_use" => self.tools(value),
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
            b"promptTokensDetails" => {
                self.modalities(value, |counts| &mut counts.audio_in, |counts| &mut counts.image_in);
            }
            b"candidatesTokensDetails" | b"responseTokensDetails" => {
                self.modalities(value, |counts| &mut counts.audio_out, |counts| &mut counts.image_out);
            }
            b"serviceTier" | b"trafficType" => self.tier = json::as_text(value).map(Cow::into_owned),
            _ => {}
        }
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
mod tests {
    use super::*;

    fn read(grammar: Grammar, text: &str) -> Usage {
        let mut counts = Counts::default();
        counts.read(grammar, text.as_bytes());
        counts.usage(grammar)
    }

    #[test]
    fn both_vocabularies_of_openai() {
        let full = Usage {
            input_tokens: Some(19),
            cached_tokens: Some(8),
            output_tokens: Some(10),
            reasoning_tokens: Some(2),
            ..Usage::default()
        };
        let chat = r#"{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,
            "prompt_tokens_details":{"cached_tokens":8},"completion_tokens_details":{"reasoning_tokens":2}}"#;
        assert_eq!(read(Grammar::Chat, chat), full);
        let responses = r#"{"input_tokens":19,"input_tokens_details":{"cached_tokens":8},"output_tokens":10,
            "output_tokens_details":{"reasoning_tokens":2},"total_tokens":29}"#;
        assert_eq!(read(Grammar::Responses, responses), full);
        let embeddings = read(Grammar::Plain, r#"{"prompt_tokens":19,"total_tokens":19}"#);
        assert_eq!(embeddings, Usage { input_tokens: Some(19), ..Usage::default() });
    }

    #[test]
    fn reasoning_beside_the_output_follows_from_the_total() {
        let beside = r#"{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,
            "completion_tokens_details":{"reasoning_tokens":94}}"#;
        let found = read(Grammar::Chat, beside);
        assert_eq!((found.output_tokens, found.reasoning_tokens, found.unreadable), (Some(103), Some(94), false));
    }

    #[test]
    fn anthropic_counts_the_cache_beside_the_input() {
        let text = r#"{"input_tokens":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":30,
            "cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10},"output_tokens":7,
            "server_tool_use":{"web_search_requests":2},"service_tier":"standard"}"#;
        let expected = Usage {
            input_tokens: Some(140),
            cached_tokens: Some(100),
            cache_write_5m: Some(20),
            cache_write_1h: Some(10),
            output_tokens: Some(7),
            web_searches: Some(2),
            ..Usage::default()
        };
        assert_eq!(read(Grammar::Messages, text), expected);
        let older = r#"{"input_tokens":10,"cache_creation_input_tokens":30,"output_tokens":1}"#;
        let found = read(Grammar::Messages, older);
        assert_eq!((found.input_tokens, found.cache_write_other, found.cache_writes()), (Some(40), Some(30), Some(30)));
        let mut counts = Counts::default();
        counts.read(Grammar::Messages, text.as_bytes());
        counts.read(Grammar::Messages, br#"{"output_tokens":50}"#);
        assert_eq!(counts.usage(Grammar::Messages), Usage { output_tokens: Some(50), ..expected });
    }

    #[test]
    fn gemini_adds_thoughts_and_tool_prompts() {
        let text = r#"{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":10,
            "thoughtsTokenCount":5,"toolUsePromptTokenCount":7,"totalTokenCount":122,
            "promptTokensDetails":[{"modality":"TEXT","tokenCount":90},{"modality":"AUDIO","tokenCount":10}]}"#;
        let expected = Usage {
            input_tokens: Some(107),
            cached_tokens: Some(40),
            audio_in: Some(10),
            output_tokens: Some(15),
            reasoning_tokens: Some(5),
            ..Usage::default()
        };
        assert_eq!(read(Grammar::Generate, text), expected);
    }

    #[test]
    fn costs_that_providers_report() {
        for (text, nano) in [
            (r#"{"cost":0.00014,"is_byok":false}"#, Some(140_000)),
            (r#"{"cost":{"input_tokens_cost":0.1,"total_cost":0.5}}"#, Some(500_000_000)),
            (r#"{"cost_in_usd_ticks":37756000}"#, Some(3_775_600)),
            (r#"{"cost":null}"#, None),
        ] {
            let mut counts = Counts::default();
            counts.read(Grammar::Chat, text.as_bytes());
            assert_eq!(counts.cost_nano(), nano, "{text}");
        }
    }

    #[test]
    fn what_is_not_there_stays_unsaid() {
        for text in [
            "null",
            "7",
            "[]",
            "{}",
            r#"{"prompt_tokens":null,"completion_tokens_details":{"reasoning_tokens":null}}"#,
            r#"{"prompt_tokens_details":null}"#,
            r#"{"prompt_tokens":"#,
            r#"{"type":"duration","seconds":7}"#,
        ] {
            assert_eq!(read(Grammar::Chat, text), Usage::default(), "{text}");
        }
    }

    /// F13
    #[test]
    fn counts_that_cannot_be_are_left_out_and_marked() {
        for odd in
            ["-1", "9223372036854775807", "99999999999999999999", "1099511627777", "1.5", "1e3", "\"3\"", "{}", "true"]
        {
            let found = read(Grammar::Chat, &format!(r#"{{"prompt_tokens":3,"completion_tokens":{odd}}}"#));
            let expected = Usage { input_tokens: Some(3), unreadable: true, ..Usage::default() };
            assert_eq!(found, expected, "{odd}");
        }
        let part_beyond_whole = r#"{"prompt_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}"#;
        let expected = Usage { input_tokens: Some(3), unreadable: true, ..Usage::default() };
        assert_eq!(read(Grammar::Chat, part_beyond_whole), expected);
        let largest = read(Grammar::Chat, r#"{"prompt_tokens":1099511627776}"#);
        assert_eq!(largest, Usage { input_tokens: Some(1 << 40), ..Usage::default() });
    }
}
