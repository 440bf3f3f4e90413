//! Command line flags: how a field of an input is said.

/// How a field of an input is said on the command line. A field without one is said by its own name: `page_size` is
/// `--page-size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The field; dots lead into objects: `rate_limits.requests_per_minute`.
    pub field: &'static str,
    /// `--rpm`
    pub flag: &'static str,
    /// What stands for an explicit `null`; without it, nothing is said.
    pub null: &'static str,
    /// What stands for an empty text; without it, nothing is said.
    pub blank: &'static str,
    /// The command's default: not said.
    pub default: &'static str,
}

impl Flag {
    /// `flag` says `field`.
    pub const fn new(field: &'static str, flag: &'static str) -> Self {
        Self { field, flag, null: "", blank: "", default: "" }
    }

    /// With a word for `null`.
    #[must_use]
    pub const fn null(self, null: &'static str) -> Self {
        Self { null, ..self }
    }

    /// With a placeholder for what is still missing.
    #[must_use]
    pub const fn blank(self, blank: &'static str) -> Self {
        Self { blank, ..self }
    }

    /// With the value that needs no flag.
    #[must_use]
    pub const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }
}
