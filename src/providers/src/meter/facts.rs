//! What a meter has read of an answer.

use domain::Usage;

use super::Counts;

/// The longest usage object that is kept as it came; bytes.
const RAW_MAX: usize = 4096;

/// What an answer says of itself, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Tokens.
    pub usage: Usage,
    /// The vendor's own usage object, as it came, up to 4 KiB.
    pub raw: Option<String>,
    /// The model that the upstream says it used.
    pub model: Option<String>,
    /// The tier that served.
    pub service_tier: Option<String>,
    /// What the provider says that it costs, nano-dollars.
    pub cost_nano: Option<i64>,
    /// A stream has said more than its preamble.
    pub begun: bool,
    /// The answer ended as its dialect ends answers.
    pub ended: bool,
    /// The answer says that it failed.
    pub failed: bool,
    /// The id that the answer goes by.
    pub id: Option<String>,
    /// It was taken on and is not finished: its usage comes with a later look at it.
    pub unfinished: bool,
    /// Something was too long to be read, so that usage may be missing.
    pub gave_up: bool,
}

impl Facts {
    /// Takes a usage object in. A closing one of nothing does not undo a real one.
    pub(super) fn report(&mut self, counts: &mut Counts, grammar: crate::Grammar, value: &[u8]) {
        counts.read(grammar, value);
        let usage = counts.usage(grammar);
        let is_nothing = |usage: &Usage| {
            usage.input_tokens.unwrap_or(0) == 0 && usage.output_tokens.unwrap_or(0) == 0 && !usage.unreadable
        };
        if is_nothing(&usage) && !is_nothing(&self.usage) {
            return;
        }
        self.usage = usage;
        self.cost_nano = counts.cost_nano().or(self.cost_nano);
        if let Some(tier) = counts.take_tier() {
            self.service_tier = Some(tier);
        }
        if value.len() <= RAW_MAX {
            self.raw = std::str::from_utf8(value).ok().map(str::to_owned);
        }
    }
}
