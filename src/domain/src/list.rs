//! Sort orders of lists.

/// The order of a list of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeySort {
    /// Newest first.
    #[default]
    Created,
    /// By folded name ([`crate::text::fold`]), from its beginning.
    Name,
    /// The last one used first, those never used at the end.
    Used,
}

impl KeySort {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Created, Self::Name, Self::Used];

    /// The text on the wire: `-` before what sinks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "-created_at",
            Self::Name => "name",
            Self::Used => "-last_used_at",
        }
    }

    /// The order of that text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }
}
