//! Catalog tests: three languages with the same texts, all of them used, and a text for every code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use contract::{FieldCode, FieldError, Violation};
use domain::upstream::BadBaseUrl;
use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};
use leptos::prelude::{Owner, provide_context};
use strum::VariantArray as _;

use super::{Locale, Reader, complaint};
use crate::ui::notice::sentence_case;

/// Words that are the same in another language.
const SAME: [&str; 13] =
    ["E", "Log", "Menu", "Password", "Token", "UTC", "Upstream", "mail", "min", "ms", "no", "s", "streaming"];

type Catalog = BTreeMap<String, Pattern<String>>;

fn catalog(locale: Locale) -> Catalog {
    let language = locale.as_str();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("i18n").join(language).join("web.ftl");
    let text = fs::read_to_string(path).unwrap();
    let resource = parser::parse(text).unwrap_or_else(|(_, errors)| panic!("{language}: {errors:?}"));
    let mut catalog = Catalog::new();
    for entry in resource.body {
        match entry {
            Entry::Message(message) => {
                let id = message.id.name;
                assert!(message.attributes.is_empty(), "{language}: {id} has attributes");
                let pattern = message.value.unwrap_or_else(|| panic!("{language}: {id} is empty"));
                assert!(catalog.insert(id.clone(), pattern).is_none(), "{language}: {id} stands twice");
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            Entry::Term(term) => panic!("{language}: no terms, one message per sentence: {}", term.id.name),
            Entry::Junk { content } => panic!("{language}: {content}"),
        }
    }
    catalog
}

/// What a message is made of.
#[derive(Default)]
struct Parts {
    variables: BTreeSet<String>,
    words: BTreeSet<String>,
}

impl Parts {
    fn of(pattern: &Pattern<String>) -> Self {
        let mut parts = Self::default();
        parts.pattern(pattern);
        parts
    }

    fn pattern(&mut self, pattern: &Pattern<String>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => {
                    let words = value.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
                    self.words.extend(words.map(str::to_owned));
                }
                PatternElement::Placeable { expression } => self.expression(expression),
            }
        }
    }

    fn expression(&mut self, expression: &Expression<String>) {
        match expression {
            Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.pattern(&variant.value);
                }
            }
            Expression::Inline(inline) => self.inline(inline),
        }
    }

    fn inline(&mut self, inline: &InlineExpression<String>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.clone());
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::FunctionReference { arguments, .. } => {
                for argument in &arguments.positional {
                    self.inline(argument);
                }
            }
            _ => {}
        }
    }
}

/// The code below a folder, without comments and these tests.
fn code(folder: &Path) -> String {
    let mut code = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            code.push_str(&self::code(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("texts/tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                code.push_str(line);
                code.push('\n');
            }
        }
    }
    code
}

fn code_of(place: &str) -> String {
    code(&Path::new(env!("CARGO_MANIFEST_DIR")).join(place))
}

/// The first arguments of the calls, where they are texts.
fn literals<'a>(code: &'a str, call: &'a str) -> BTreeSet<&'a str> {
    code.match_indices(call)
        .filter(|(at, _)| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .filter_map(|(at, _)| code[at + call.len()..].trim_start().strip_prefix('"')?.split_once('"'))
        .map(|(text, _)| text)
        .collect()
}

#[test]
fn the_languages_have_the_same_texts() {
    let english = catalog(Locale::English);
    for locale in [Locale::Italian, Locale::Chinese] {
        let (language, other) = (locale.as_str(), catalog(locale));
        let missing: Vec<_> = english.keys().filter(|id| !other.contains_key(*id)).collect();
        let alone: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(missing.is_empty() && alone.is_empty(), "{language}: missing {missing:?}, alone {alone:?}");
        for (id, pattern) in &english {
            let (here, there) = (Parts::of(pattern), Parts::of(&other[id]));
            assert_eq!(here.variables, there.variables, "{language}: variables of {id}");
            let is_same_word = here.words.iter().all(|word| SAME.contains(&word.as_str()));
            assert!(*pattern != other[id] || is_same_word, "{language}: {id} is in English");
        }
    }
}

#[test]
fn every_text_exists_and_is_used() {
    let (english, code) = (catalog(Locale::English), code_of("src"));
    let unknown: Vec<_> = literals(&code, "t!(").into_iter().filter(|id| !english.contains_key(*id)).collect();
    assert!(unknown.is_empty(), "no such texts: {unknown:?}");
    // Their ids are made of codes.
    let by_code = |id: &str| ["field-", "error-", "log-class-"].iter().any(|prefix| id.starts_with(prefix));
    let idle: Vec<_> = english.keys().filter(|id| !by_code(id) && !code.contains(&format!("\"{id}\""))).collect();
    assert!(idle.is_empty(), "used nowhere: {idle:?}");
}

#[test]
fn every_code_of_an_error_has_a_text() {
    let (english, control) = (catalog(Locale::English), code_of("../control/src"));
    let fields = FieldCode::VARIANTS.iter().map(|code| format!("field-{}", code.as_str()));
    let calls = ["conflict(", "damaged("].into_iter().flat_map(|call| literals(&control, call));
    let conflicts = calls.map(|code| format!("error-{code}"));
    let missing_things = literals(&control, "NotFound(").into_iter().map(|noun| format!("error-no-such-{noun}"));
    let all: Vec<_> = fields.chain(conflicts).chain(missing_things).collect();
    assert!(all.len() > FieldCode::VARIANTS.len() + 10, "{all:?}");
    let silent: Vec<_> = all.iter().filter(|id| !english.contains_key(&id.replace(['_', ' '], "-"))).collect();
    assert!(silent.is_empty(), "without a text: {silent:?}");
}

/// One of each, and one for each way in which its sentence differs.
fn violations() -> Vec<Violation> {
    use Violation as V;
    let base_urls = [
        BadBaseUrl::Scheme,
        BadBaseUrl::UserInfo,
        BadBaseUrl::Query,
        BadBaseUrl::Host,
        BadBaseUrl::Port,
        BadBaseUrl::Path,
        BadBaseUrl::Length,
    ];
    let rest = vec![
        V::Required,
        V::UnknownField { known: None },
        V::UnknownField { known: Some("`name`".to_owned()) },
        V::DuplicateField,
        V::WrongType { expected: "a string".to_owned() },
        V::WholeNumber,
        V::WholeNumberOrNone,
        V::TimeZone,
        V::Unfit,
        V::NoParameters,
        V::Length { min: 1, max: 100 },
        V::TooLong { max: 1000 },
        V::InvisibleCharacters,
        V::Range { min: 1, max: 100 },
        V::LimitRange { min: 1, max: 1_000_000 },
        V::DaysRange { min: 1, max: 3650 },
        V::PageNumber,
        V::one_of(&["live"]),
        V::one_of(&["live", "test"]),
        V::one_of(&["openai", "openrouter", "echo"]),
        V::NotAnId { prefix: "key" },
        V::Instant { example: "2027-02-18T09:00:00Z" },
        V::NotBoth { one: "expires_at", other: "expires_in_days" },
        V::InThePast,
        V::Span,
        V::TooMany { max: 100 },
        V::ModelPattern,
        V::Tag { max: 50 },
        V::JsonObject { example: r#"{"team": "search"}"# },
        V::TooLarge { max: 4096 },
        V::Network,
        V::NetworkPrefix { family: "IPv4", max: 32, suggestion: "10.0.0.0/24".to_owned() },
        V::BaseUrlMissing,
        V::UnknownProvider { known: "openai or echo".to_owned() },
        V::DialectNotSpoken { dialect: "gemini" },
        V::HeaderField,
        V::Certificates,
        V::SecretAgain,
        V::NotAvailable,
        V::BurstWithoutRate,
        V::AtLeastOne,
        V::EchoBaseUrl,
        V::SecretMissing,
        V::SecretShape,
        V::EchoSecret,
        V::Status,
        V::Cursor,
        V::NoSuch { noun: "project" },
        V::NoSuch { noun: "thing" },
        V::NameTaken { noun: "upstream" },
        V::NameTaken { noun: "thing" },
        V::Email,
        V::UnknownEmail,
        V::Password { advice: "Use at least 12 characters.".to_owned() },
        V::SetupToken,
        V::CursorOfOtherSort,
        V::ForbiddenAddress { reason: "10.0.0.1 is a private address".to_owned() },
    ];
    base_urls.into_iter().map(Violation::from).chain(rest).collect()
}

#[test]
fn sentences_of_fields_say_what_the_contract_says() {
    let all = violations();
    let codes: BTreeSet<&str> = all.iter().map(Violation::code).collect();
    assert_eq!(codes.len(), FieldCode::VARIANTS.len(), "one of each");
    for violation in &all {
        let error = FieldError::new("field", violation);
        assert_eq!(complaint(&error), sentence_case(&violation.to_string()));
        for locale in [Locale::Italian, Locale::Chinese] {
            let said = Owner::new().with(|| {
                provide_context(Reader::new(locale, "UTC"));
                complaint(&error)
            });
            assert!(!said.contains("{$"), "{said}");
            assert_ne!(said, complaint(&error), "{}: {said}", locale.as_str());
        }
    }
}
