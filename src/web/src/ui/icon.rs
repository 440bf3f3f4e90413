//! Icon component: one small set of line icons. They stand next to a word and are never read out.

use leptos::prelude::*;

/// A picture of one stroke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "ssr"), allow(dead_code))] // the browser draws only those of its islands
pub(crate) enum Picture {
    Overview,
    Key,
    Chip,
    Route,
    Lines,
    Gear,
    Check,
    Cross,
    Clock,
    Pause,
    Play,
    Plus,
    Search,
    Copy,
    Download,
    Menu,
    Down,
    Up,
    Warning,
}

impl Picture {
    /// The stroke, on a grid of 24.
    const fn stroke(self) -> &'static str {
        match self {
            Self::Overview => "M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z",
            Self::Key => "M4 15.5a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0zM11.8 12.4L20 4.2M15.8 8.4l2.9 2.9",
            Self::Chip => "M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4",
            Self::Route => "M3 12h5M8 12l5-6h6M8 12l5 6h6M16 3l3 3l-3 3M16 15l3 3l-3 3",
            Self::Lines => "M4 6.5h16M4 12h16M4 17.5h10",
            Self::Gear => "M4 7h9M17 7h3M13 4.5v5h4v-5zM4 17h3M11 17h9M7 14.5v5h4v-5z",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Cross => "M6.5 6.5l11 11M17.5 6.5l-11 11",
            Self::Clock => "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17zM12 7.5V12l3 2",
            Self::Pause => "M9 6.5v11M15 6.5v11",
            Self::Play => "M8.5 6v12l9.5-6z",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM15.3 15.3L20 20",
            Self::Copy => "M9.5 9.5H20V20H9.5zM14.5 9.5V4H4v10.5h5.5",
            Self::Download => "M12 4v11M7.5 10.5L12 15l4.5-4.5M4.5 19.5h15",
            Self::Menu => "M4 6h16M4 12h16M4 18h16",
            Self::Down => "M6 9.5l6 6l6-6",
            Self::Up => "M6 14.5l6-6l6 6",
            Self::Warning => "M12 4L2.8 20h18.4zM12 10v4.5M12 17.3v.2",
        }
    }
}

/// The picture at the size of the text beside it.
#[component]
pub(crate) fn Icon(picture: Picture) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 24 24"
            width="16"
            height="16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=picture.stroke()></path>
        </svg>
    }
}

/// The mark: a key in brass on a rounded square of ink.
#[cfg(feature = "ssr")]
#[component]
pub(crate) fn Mark(
    /// Width and height in pixels.
    size: u8,
) -> impl IntoView {
    view! {
        <svg viewBox="0 0 40 40" width=size height=size aria-hidden="true">
            <rect width="40" height="40" rx="9" class="mark-ground"></rect>
            <g class="mark-key">
                <circle cx="14.5" cy="20" r="5.6"></circle>
                <path d="M20.1 20H32v4.6M26.6 20v3.6"></path>
            </g>
        </svg>
    }
}
