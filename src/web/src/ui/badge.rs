//! Badge component: an icon, a word and a colour say the same thing three times, so that none of them is needed alone.

use domain::{KeyState, Timestamp};
use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::{texts::t, words::time};

/// What a badge means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Warning,
    Bad,
    Quiet,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "badge badge-good",
            Self::Warning => "badge badge-warning",
            Self::Bad => "badge badge-bad",
            Self::Quiet => "badge badge-quiet",
        }
    }

    const fn picture(self) -> Picture {
        match self {
            Self::Good => Picture::Check,
            Self::Warning => Picture::Clock,
            Self::Bad => Picture::Cross,
            Self::Quiet => Picture::Pause,
        }
    }
}

/// A badge.
#[component]
pub(crate) fn Badge(tone: Tone, #[prop(into)] word: String) -> impl IntoView {
    view! {
        <span class=tone.class()>
            <Icon picture=tone.picture() />
            {word}
        </span>
    }
}

/// How long before its end a key says so instead of `Active`.
const NOTICE: i64 = 7 * Timestamp::DAY;

/// A key's state, as `KeyView` says it.
#[component]
pub(crate) fn KeyBadge(state: KeyState, expires_at: Option<Timestamp>, now: Timestamp) -> impl IntoView {
    let ending = expires_at.filter(|at| at.since(now) < NOTICE);
    let (tone, word) = match (state, ending) {
        (KeyState::Active, Some(at)) => (Tone::Warning, t!("badge-expires", when = time::relative(at, now))),
        (KeyState::Active, None) => (Tone::Good, t!("state-active")),
        (KeyState::Disabled, _) => (Tone::Quiet, t!("state-disabled")),
        (KeyState::Expired, _) => (Tone::Warning, t!("state-expired")),
        (KeyState::Revoked, _) => (Tone::Bad, t!("state-revoked")),
        // Its row does not verify: nothing but revoking is offered.
        (KeyState::Damaged, _) => (Tone::Bad, t!("state-damaged")),
    };
    view! { <Badge tone word /> }
}

/// A request's status.
#[component]
pub(crate) fn StatusBadge(status: u16) -> impl IntoView {
    let tone = match status {
        ..=399 => Tone::Good,
        429 => Tone::Warning,
        499 => Tone::Quiet,
        _ => Tone::Bad,
    };
    view! { <Badge tone word=status.to_string() /> }
}
