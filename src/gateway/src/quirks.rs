//! Learned quirks: what an upstream was seen to refuse, so that it is not asked for again.

use domain::UpstreamId;
use foldhash::HashSet;
use parking_lot::Mutex;

/// Pairs of upstream and model remembered at once; when there are more, all are learned anew.
const MOST: usize = 10_000;

/// What was learned since the start.
#[derive(Default)]
pub(crate) struct Quirks {
    no_stream_options: Mutex<HashSet<(UpstreamId, String)>>,
}

impl Quirks {
    /// Whether the upstream refused `stream_options` for that model.
    pub(crate) fn refuses_stream_options(&self, upstream: &UpstreamId, model: Option<&str>) -> bool {
        let known = self.no_stream_options.lock();
        !known.is_empty() && known.contains(&(upstream.clone(), model.unwrap_or_default().to_owned()))
    }

    /// It did.
    pub(crate) fn note_refused_stream_options(&self, upstream: &UpstreamId, model: Option<&str>) {
        let mut known = self.no_stream_options.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert((upstream.clone(), model.unwrap_or_default().to_owned()));
    }
}
