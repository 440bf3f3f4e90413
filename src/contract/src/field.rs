//! Validation errors: what is wrong with an input, field by field.
//!
//! A [`Violation`] is the one place where a code, its parameters and its English sentence stand; another language
//! renders its own sentence from code and parameters. `docs/field-errors.md` lists them all.

use domain::{id::NotAnId, upstream::BadBaseUrl};
use serde::Serialize;
use serde_json::{Map, Value};
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

/// A rule that a field breaks. Codes are stable; `Display` is the English sentence, which names the fix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error, EnumDiscriminants)]
#[strum_discriminants(name(FieldCode), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
#[strum_discriminants(doc = "The code of a [`Violation`]: stable, for programs.", allow(missing_docs))]
#[serde(rename_all = "snake_case")]
pub enum Violation {
    /// It is missing.
    #[error("this field is required")]
    Required,
    /// It means nothing here; `known` lists what does.
    #[error("there is no such field{}", others(.known.as_deref()))]
    UnknownField {
        /// The fields that there are, as a sentence lists them.
        known: Option<String>,
    },
    /// It stands twice.
    #[error("give this field once")]
    DuplicateField,
    /// It is of another type.
    #[error("expected {expected}")]
    WrongType {
        /// The type.
        expected: String,
    },
    /// It is not a whole number, or too large a one.
    #[error("use a whole number")]
    WholeNumber,
    /// It is neither a whole number nor empty.
    #[error("use a whole number, or leave it empty for no limit")]
    WholeNumberOrNone,
    /// It does not fit, for a reason that cannot be said in more detail.
    #[error("this value does not fit here")]
    Unfit,
    /// The operation takes no parameters in its query.
    #[error("this path takes no parameters")]
    NoParameters,
    /// Its length is out of bounds.
    #[error("use {min} to {max} characters")]
    Length {
        /// The least number of characters.
        min: usize,
        /// The largest.
        max: usize,
    },
    /// It is too long.
    #[error("use at most {max} characters")]
    TooLong {
        /// The largest number of characters.
        max: usize,
    },
    /// It holds characters that cannot be seen.
    #[error("leave out line breaks and invisible characters (control, bidirectional, zero-width)")]
    InvisibleCharacters,
    /// A number is out of bounds.
    #[error("use {min} to {max}")]
    Range {
        /// The least.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A limit is out of bounds.
    #[error("use {min} to {max}; leave it empty (in JSON: null) for no limit")]
    LimitRange {
        /// The least.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A number of days is out of bounds.
    #[error("use {min} to {max} days, or leave it out for no end")]
    DaysRange {
        /// The least.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// There is no page of this number.
    #[error("pages count from 1")]
    PageNumber,
    /// It is none of the texts that are taken.
    #[error("use {}", listed(.allowed))]
    OneOf {
        /// The texts that are taken.
        allowed: Vec<&'static str>,
    },
    /// It is no id of this kind.
    #[error("not an id of this kind: expected {prefix}_ and 26 characters")]
    NotAnId {
        /// The prefix of the kind.
        prefix: &'static str,
    },
    /// It is no instant.
    #[error("use RFC 3339, such as {example}")]
    Instant {
        /// One that would be taken.
        example: &'static str,
    },
    /// It stands together with another field that excludes it.
    #[error("give {one} or {other}, not both")]
    NotBoth {
        /// One of the two.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// It names no time zone.
    #[error("use a name of the IANA time zone database, such as Europe/Rome")]
    TimeZone,
    /// It is an instant that is over.
    #[error("choose an instant in the future")]
    InThePast,
    /// It is none of the spans that the form offers.
    #[error("choose one of the offered spans")]
    Span,
    /// It has too many entries.
    #[error("use at most {max} entries")]
    TooMany {
        /// The largest number.
        max: usize,
    },
    /// It is no pattern of a model's name.
    #[error("a model is 1 to 256 visible characters, with * for any run of characters, such as gpt-*")]
    ModelPattern,
    /// It is no tag.
    #[error("a tag is 1 to {max} visible characters without commas")]
    Tag {
        /// The largest number of characters.
        max: usize,
    },
    /// It is no JSON object.
    #[error("use a JSON object, such as {example}")]
    JsonObject {
        /// One that would be taken.
        example: &'static str,
    },
    /// It has too many bytes.
    #[error("use at most {max} bytes")]
    TooLarge {
        /// The largest number of bytes.
        max: usize,
    },
    /// It is neither an address nor a network.
    #[error("use an address or a network, such as 10.4.12.0/24")]
    Network,
    /// It is a network whose prefix length cannot be.
    #[error("a network of {family} ends in /0 to /{max}. Did you mean {suggestion}?")]
    NetworkPrefix {
        /// `IPv4` or `IPv6`.
        family: &'static str,
        /// The longest prefix.
        max: u8,
        /// A network that may have been meant.
        suggestion: String,
    },
    /// It is no base URL.
    #[error("{reason}")]
    BaseUrl {
        /// Which part is wrong.
        reason: BadBaseUrl,
    },
    /// No provider file has this id.
    #[error("there is no such provider; use {known}")]
    UnknownProvider {
        /// The ids that there are, as a sentence lists them.
        known: String,
    },
    /// The provider does not speak this dialect.
    #[error("this provider does not speak {dialect}")]
    DialectNotSpoken {
        /// The dialect.
        dialect: &'static str,
    },
    /// It is no header field that may be set.
    #[error(
        "use a header's name and a line of visible text; credentials and fields of the connection are set elsewhere"
    )]
    HeaderField,
    /// It is no certificate.
    #[error("paste certificates in PEM, from BEGIN CERTIFICATE to END CERTIFICATE")]
    Certificates,
    /// A secret must be entered again, because it is bound to the address.
    #[error("the address changes, so paste the API key again: a stored secret is never sent anywhere else")]
    SecretAgain,
    /// Nothing enforces it yet.
    #[error("this is not available yet; leave it out")]
    NotAvailable,
    /// It needs another limit beside it.
    #[error("a burst needs a limit per minute, hour or day, which says the rate")]
    BurstWithoutRate,
    /// There must be at least one.
    #[error("give at least one")]
    AtLeastOne,
    /// Only its operator knows where such an upstream is.
    #[error("say where the server is, such as http://127.0.0.1:11434/v1")]
    BaseUrlMissing,
    /// `echo:` stands with another provider.
    #[error("echo: belongs to the provider echo")]
    EchoBaseUrl,
    /// The provider asks for a secret.
    #[error("paste the provider's API key")]
    SecretMissing,
    /// It cannot be an HTTP header's value.
    #[error("a secret is one line of visible ASCII characters, without blanks; paste it again")]
    SecretShape,
    /// The built-in upstream takes no secret.
    #[error("the echo upstream takes no secret")]
    EchoSecret,
    /// It is no status and no class of statuses.
    #[error("use a status such as 429, or a class such as 4xx")]
    Status,
    /// It is no cursor of ours.
    #[error("use next_cursor of the page before, unchanged")]
    Cursor,
    /// It names something that does not exist.
    #[error("there is no such {noun}")]
    NoSuch {
        /// What was looked for.
        noun: &'static str,
    },
    /// Another thing has this name.
    #[error("another {noun} has this name; choose a different one")]
    NameTaken {
        /// What it is the name of.
        noun: &'static str,
    },
    /// It is no e-mail address.
    #[error("use an address such as name@example.org")]
    Email,
    /// No one has this e-mail address.
    #[error("no user has this e-mail address")]
    UnknownEmail,
    /// It is too weak, too short or too long for a password.
    #[error("{advice}")]
    Password {
        /// What to do, in English.
        advice: String,
    },
    /// It is not the setup token.
    #[error("this is not the setup token; copy it from where keywright serve runs")]
    SetupToken,
    /// It is a cursor of another order.
    #[error("this cursor belongs to another sort; begin again without it")]
    CursorOfOtherSort,
    /// It is an address that requests are not sent to.
    #[error("{reason}")]
    ForbiddenAddress {
        /// Why, and what would allow it, in English.
        reason: String,
    },
}

impl Violation {
    /// One of these texts.
    pub fn one_of(allowed: &[&'static str]) -> Self {
        Self::OneOf { allowed: allowed.to_vec() }
    }

    /// The code.
    pub fn code(&self) -> &'static str {
        FieldCode::from(self).as_str()
    }

    /// What the sentence is filled with.
    pub fn params(&self) -> Map<String, Value> {
        // A variant without parameters is written as its name alone.
        match serde_json::to_value(self) {
            Ok(Value::Object(mut tagged)) => match tagged.remove(self.code()) {
                Some(Value::Object(params)) => params.into_iter().filter(|(_, value)| !value.is_null()).collect(),
                _ => Map::new(),
            },
            _ => Map::new(),
        }
    }
}

impl FieldCode {
    /// The text on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl From<NotAnId> for Violation {
    fn from(NotAnId { prefix }: NotAnId) -> Self {
        Self::NotAnId { prefix }
    }
}

impl From<BadBaseUrl> for Violation {
    fn from(reason: BadBaseUrl) -> Self {
        Self::BaseUrl { reason }
    }
}

/// What an unknown field's sentence ends with.
fn others(known: Option<&str>) -> String {
    known.map_or_else(|| ", nor any other".to_owned(), |known| format!("; there is {known}"))
}

/// `a, b or c`.
fn listed(texts: &[&'static str]) -> String {
    match texts {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
