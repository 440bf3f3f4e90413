//! Validation error tests: every violation with its code, its parameters and its sentence, and the page that lists
//! them.

use std::{fmt::Write as _, fs};

use super::*;
use crate::{FieldError, FieldErrors};

/// One of each.
fn samples() -> Vec<Violation> {
    use Violation as V;
    vec![
        V::Required,
        V::UnknownField { known: Some("`name`".to_owned()) },
        V::DuplicateField,
        V::WrongType { expected: "a string".to_owned() },
        V::WholeNumber,
        V::WholeNumberOrNone,
        V::Unfit,
        V::NoParameters,
        V::Length { min: 1, max: 100 },
        V::TooLong { max: 1000 },
        V::InvisibleCharacters,
        V::Range { min: 1, max: 100 },
        V::LimitRange { min: 1, max: 1_000_000 },
        V::DaysRange { min: 1, max: 3650 },
        V::PageNumber,
        V::one_of(&["live", "test"]),
        V::NotAnId { prefix: "key" },
        V::Instant { example: "2027-02-18T09:00:00Z" },
        V::NotBoth { one: "expires_at", other: "expires_in_days" },
        V::TimeZone,
        V::InThePast,
        V::Span,
        V::TooMany { max: 100 },
        V::ModelPattern,
        V::Tag { max: 50 },
        V::JsonObject { example: r#"{"team": "search"}"# },
        V::TooLarge { max: 4096 },
        V::Network,
        V::NetworkPrefix { family: "IPv4", max: 32, suggestion: "10.0.0.0/24".to_owned() },
        V::BaseUrl { reason: BadBaseUrl::Scheme },
        V::UnknownProvider { known: "openai, anthropic or echo".to_owned() },
        V::DialectNotSpoken { dialect: "gemini" },
        V::HeaderField,
        V::Certificates,
        V::SecretAgain,
        V::NotAvailable,
        V::BurstWithoutRate,
        V::AtLeastOne,
        V::BaseUrlMissing,
        V::EchoBaseUrl,
        V::SecretMissing,
        V::SecretShape,
        V::EchoSecret,
        V::Status,
        V::Cursor,
        V::NoSuch { noun: "project" },
        V::NameTaken { noun: "upstream" },
        V::Email,
        V::UnknownEmail,
        V::Password { advice: "Use at least 12 characters.".to_owned() },
        V::SetupToken,
        V::CursorOfOtherSort,
        V::ForbiddenAddress { reason: "…".to_owned() },
    ]
}

#[test]
fn every_code_has_a_sample() {
    let sampled: Vec<FieldCode> = samples().iter().map(FieldCode::from).collect();
    assert_eq!(sampled, FieldCode::VARIANTS);
}

#[test]
fn codes_and_parameters_stand_beside_the_sentence() {
    let mut errors = FieldErrors::one("name", Violation::Length { min: 1, max: 100 });
    errors.push_entry("allowed_cidrs", "10.0.0.0/33", Violation::Network);
    errors.push("page", Violation::PageNumber);
    assert_eq!(
        serde_json::to_value(&errors).unwrap(),
        serde_json::json!([
            {"field": "name", "code": "length", "message": "use 1 to 100 characters", "params": {"min": 1, "max": 100}},
            {
                "field": "allowed_cidrs", "code": "network", "params": {"entry": "10.0.0.0/33"},
                "message": "10.0.0.0/33: use an address or a network, such as 10.4.12.0/24",
            },
            {"field": "page", "code": "page_number", "message": "pages count from 1"},
        ])
    );
}

#[test]
fn an_answer_without_codes_is_still_read() {
    let old: FieldError = serde_json::from_str(r#"{"field": "name", "message": "use less"}"#).unwrap();
    assert_eq!((old.code.as_str(), old.params.len()), ("", 0));
}

/// `KEYWRIGHT_RENDER=1` writes the page anew.
#[test]
#[allow(clippy::disallowed_methods)] // tests are configured by the environment alone
fn the_page_of_field_errors_is_current() {
    let mut page = "# Field errors\n\n\
        A 422 names each field that cannot be taken: `{field, code, message, params?}`. Codes and the names of parameters \
        are stable; the sentence is for people and may change. In a list, `params.entry` is the entry.\n\
        This page is rendered from `contract/src/field.rs` by a test.\n\n\
        | code | parameters | sentence |\n|---|---|---|\n"
        .to_owned();
    for violation in samples() {
        let params: Vec<String> = violation.params().keys().map(|name| format!("`{name}`")).collect();
        let sentence = violation.to_string().replace('|', "\\|").replace('*', "\\*");
        let _ = writeln!(page, "| `{}` | {} | {sentence} |", violation.code(), params.join(", "));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/field-errors.md");
    if std::env::var_os("KEYWRIGHT_RENDER").is_some() {
        fs::write(path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap_or_default(), page, "render it with KEYWRIGHT_RENDER=1");
}
