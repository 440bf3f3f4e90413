//! Bearer throttling: wrong tokens on the admin API are slowed per address, and logged in sum.

use super::Try;
use crate::{Cx, Result, refusals::Refused};

/// Counts a bearer that is none of ours. [`crate::Error::Throttled`] when its address has sent too many: guessing is
/// hopeless with the entropy that tokens have, but it need not be served. The right token is never refused for it.
pub fn wrong_bearer(cx: &Cx) -> Result<()> {
    cx.refusals().count(Refused::Bearer, cx.address());
    cx.throttle().take(&Try::bearer(cx.address()), cx.monotonic_ns())
}
