//! Command line of a form: the line for a terminal that says what a form says, from a table of its fields and flags.
//!
//! The server draws the line; the browser draws it again as one types, by the same rules.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A field of a form and the flag that says the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flag {
    field: Cow<'static, str>,
    option: Cow<'static, str>,
    reading: Reading,
    omit: Cow<'static, str>,
    blank: Cow<'static, str>,
}

/// How a field's text becomes values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Reading {
    /// As it stands.
    Text,
    /// Without blanks and commas between the digits.
    Number,
    /// Each entry is a value of its own; see [`entries`].
    Entries,
    /// The same, with commas and line breaks between them.
    Commas,
}

/// Tables of flags are made on the server and travel to the browser.
#[cfg(feature = "ssr")]
impl Flag {
    fn new(field: &'static str, flag: &'static str, reading: Reading) -> Self {
        let none = Cow::Borrowed("");
        Self { field: Cow::Borrowed(field), option: Cow::Borrowed(flag), reading, omit: none, blank: Cow::Borrowed("") }
    }

    /// A flag with one value.
    pub(crate) fn text(field: &'static str, flag: &'static str) -> Self {
        Self::new(field, flag, Reading::Text)
    }

    /// A flag with a number.
    pub(crate) fn number(field: &'static str, flag: &'static str) -> Self {
        Self::new(field, flag, Reading::Number)
    }

    /// A flag that is repeated for each entry.
    pub(crate) fn entries(field: &'static str, flag: &'static str) -> Self {
        Self::new(field, flag, Reading::Entries)
    }

    /// A flag that is repeated for each entry between commas.
    pub(crate) fn commas(field: &'static str, flag: &'static str) -> Self {
        Self::new(field, flag, Reading::Commas)
    }

    /// Left out where the field has this value: it is the command's default.
    pub(crate) fn omit(mut self, value: &'static str) -> Self {
        self.omit = Cow::Borrowed(value);
        self
    }

    /// What stands for an empty field, which is left out otherwise.
    pub(crate) fn blank(mut self, value: &'static str) -> Self {
        self.blank = Cow::Borrowed(value);
        self
    }
}

impl Flag {
    fn values(&self, text: &str) -> Vec<String> {
        match self.reading {
            Reading::Text => vec![text.trim().to_owned()],
            Reading::Number => vec![number(text)],
            Reading::Entries => entries(text),
            Reading::Commas => between_commas(text),
        }
    }
}

/// The line: `command` with the flags of these fields, one to a row. A field that stands several times has all its values.
pub(crate) fn line(command: &str, flags: &[Flag], fields: &[(String, String)]) -> String {
    let mut parts = vec![command.to_owned()];
    for flag in flags {
        let texts = fields.iter().filter(|(field, _)| *field == flag.field);
        let values = texts
            .flat_map(|(_, text)| flag.values(text))
            .map(|value| if value.is_empty() { flag.blank.clone().into_owned() } else { value });
        let said = values.filter(|value| !value.is_empty() && *value != flag.omit);
        parts.extend(said.map(|value| format!("{} {}", flag.option, quoted(&value))));
    }
    parts.join(" \\\n  ")
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@,".contains(&b));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// One entry a line, or several with commas or blanks between them.
pub(crate) fn entries(text: &str) -> Vec<String> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

/// Entries that may hold blanks, with commas or line breaks between them.
pub(crate) fn between_commas(text: &str) -> Vec<String> {
    text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

/// A number as people write it: `1,000` is `1000`.
pub(crate) fn number(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect()
}

/// What a form says now.
#[cfg(feature = "hydrate")]
pub(crate) fn fields_of(form: &web_sys::HtmlFormElement, flags: &[Flag]) -> Vec<(String, String)> {
    let Ok(data) = web_sys::FormData::new_with_form(form) else { return Vec::new() };
    let all = |flag: &Flag| {
        let values = data.get_all(&flag.field);
        values
            .iter()
            .filter_map(|value| value.as_string())
            .map(|value| (flag.field.to_string(), value))
            .collect::<Vec<_>>()
    };
    flags.iter().flat_map(all).collect()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn flags() -> [Flag; 5] {
        [
            Flag::text("name", "--name").blank("NAME"),
            Flag::number("per_minute", "--rpm").omit("100").blank("none"),
            Flag::entries("models", "--model"),
            Flag::commas("tags", "--tag"),
            Flag::text("note", "--note"),
        ]
    }

    fn said(fields: &[(&str, &str)]) -> String {
        let fields: Vec<_> = fields.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
        line("keywright keys create", &flags(), &fields).replace(" \\\n  ", " ")
    }

    #[test]
    fn the_line_says_what_differs_from_the_defaults() {
        assert_eq!(said(&[("name", " ci "), ("per_minute", "100"), ("note", "")]), "keywright keys create --name ci");
        assert_eq!(
            said(&[("name", ""), ("per_minute", " "), ("other", "x")]),
            "keywright keys create --name NAME --rpm none"
        );
        assert_eq!(
            said(&[("name", "Ann's key"), ("per_minute", "1,000"), ("models", "gpt-* o3"), ("models", "a,b")]),
            "keywright keys create --name 'Ann'\\''s key' --rpm 1000 --model 'gpt-*' --model o3 --model a --model b"
        );
        assert_eq!(
            said(&[("name", "a"), ("tags", "night run, ci"), ("note", r#"{"a": 1}"#)]),
            r#"keywright keys create --name a --tag 'night run' --tag ci --note '{"a": 1}'"#
        );
    }

    #[test]
    fn lists_are_read_as_people_write_them() {
        assert_eq!(entries(" gpt-*, o3\n\n text-embedding-3-small "), ["gpt-*", "o3", "text-embedding-3-small"]);
        assert_eq!(between_commas(" a b ,\n c,,"), ["a b", "c"]);
        assert_eq!((number(" 1,000 "), number(" ")), ("1000".to_owned(), String::new()));
    }
}
