//! Setting declarations: section, key, environment variable, type, default and help, once each.
//!
//! [`section!`] turns the declarations of a section into a struct of typed fields, into the list that the file, the
//! environment, `config show` and the documents go by, and into the function that reads the one from the other.

/// One setting, as data.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The table of `keywright.toml` that it stands in.
    pub section: &'static str,
    /// Section and name, `gateway.listen`: what it is called everywhere but in the environment.
    pub key: &'static str,
    /// Its name in files without sections, which stay valid.
    pub flat: &'static str,
    /// Its environment variable.
    pub env: &'static str,
    /// What kind of value it takes, in words.
    pub kind: &'static str,
    /// What holds when nothing is set; `None`: nothing.
    pub default: Option<&'static str>,
    /// What holds instead of a default, in words.
    pub unset: &'static str,
    /// A value for the example file where there is no default.
    pub example: &'static str,
    /// Whether its value is never shown.
    pub secret: bool,
    /// Whether the file may hold it. Bare secrets belong into the environment or into a file of their own.
    pub in_file: bool,
    /// What it does, for people.
    pub help: &'static str,
}

/// Begins the declaration of a setting by its flat name and its environment variable.
pub(super) const fn named(flat: &'static str, env: &'static str) -> Setting {
    Setting {
        section: "",
        key: "",
        flat,
        env,
        kind: "",
        default: None,
        unset: "",
        example: "",
        secret: false,
        in_file: true,
        help: "",
    }
}

impl Setting {
    /// What holds when nothing is set.
    pub(super) const fn default(self, text: &'static str) -> Self {
        Self { default: Some(text), ..self }
    }

    /// What holds when nothing is set, where that is no fixed value.
    pub(super) const fn unset(self, words: &'static str) -> Self {
        Self { unset: words, ..self }
    }

    /// A value for the example file.
    pub(super) const fn example(self, text: &'static str) -> Self {
        Self { example: text, ..self }
    }

    /// Its value is never shown.
    pub(super) const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// The file may not hold it.
    pub(super) const fn not_in_file(self) -> Self {
        Self { in_file: false, ..self }
    }

    /// Its name within its section.
    pub fn name(&self) -> &'static str {
        self.key.rsplit('.').next().unwrap_or(self.key)
    }
}

/// A section: one table of the file, one part of the documents.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// The table's name.
    pub name: &'static str,
    /// Its headline in the documents.
    pub title: &'static str,
    /// Its settings, in the order of the documents.
    pub settings: &'static [Setting],
}

/// Declares a section. Each field is one setting: its doc comment is the help, its type the type, and behind it stand
/// the function that reads it, its names and what holds when it is not set.
macro_rules! section {
    (
        $(#[$meta:meta])*
        $struct:ident, $name:literal, $title:literal {
            $($(#[doc = $help:literal])+ $field:ident: $type:ty = $read:expr, $setting:expr;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone)]
        pub struct $struct {
            $($(#[doc = $help])+ pub $field: $type,)+
        }

        impl $struct {
            /// What the documents and the layers go by.
            pub(super) const SECTION: $crate::config::section::Section = $crate::config::section::Section {
                name: $name,
                title: $title,
                settings: &[$($crate::config::section::Setting {
                    section: $name,
                    key: concat!($name, ".", stringify!($field)),
                    kind: <$type as $crate::config::read::Kind>::WORDS,
                    help: concat!($($help),+),
                    ..$setting
                },)+],
            };

            /// Reads every setting of the section; the first that is wrong is named with its origin and its fix.
            pub(super) fn read(
                found: &$crate::config::Resolved,
            ) -> Result<Self, $crate::config::ConfigError> {
                Ok(Self { $($field: $read(found, concat!($name, ".", stringify!($field)))?,)+ })
            }
        }
    };
}
pub(super) use section;
