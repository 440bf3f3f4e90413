//! Vocabulary test: comments and identifiers use the field's terms (docs/glossary.md), and each module names its own.

use std::{collections::HashSet, fs};

use crate::architecture::{root, walk};

/// Words that stand for a thing that has a name of its own.
const BANNED: [&str; 28] = [
    "room",
    "rooms",
    "door",
    "doors",
    "house",
    "houses",
    "parcel",
    "parcels",
    "stranger",
    "strangers",
    "told",
    "fed",
    "moved",
    "held",
    "crowd",
    "crowds",
    "crowded",
    "wish",
    "wishes",
    "powers",
    "nobody",
    "somebody",
    "anybody",
    "everybody",
    "storey",
    "storeys",
    "trouble",
    "guest",
];

/// Names in which such a word is the usual term.
const ALLOWED: [&str; 1] = ["lease_is_held"];

/// How a module begins that names the term one would search for: so many words in its first line.
const HEAD_WORDS: usize = 3;

/// What of a source file is read by people: comments and identifiers, not the text between quotes.
fn readable(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut at, mut out) = (0, Vec::with_capacity(bytes.len()));
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = match rest {
            [b'/', b'/', ..] => {
                let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                out.extend_from_slice(&rest[..end]);
                end
            }
            [b'r', b'"' | b'#', ..] if raw_string(rest) > 0 => raw_string(rest),
            [b'"', ..] => string(rest),
            [b'\'', b'\\', ..] => 2 + rest[2..].iter().skip(1).position(|byte| *byte == b'\'').map_or(1, |end| end + 2),
            [b'\'', _, b'\'', ..] => 3,
            _ => {
                out.push(rest[0]);
                1
            }
        };
        out.extend(rest[..end].iter().filter(|byte| **byte == b'\n' && rest[0] != b'\n'));
        at += end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The length of the string literal that `text` begins with.
fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// The length of the raw string literal that `text` begins with; 0 where it is none.
fn raw_string(text: &[u8]) -> usize {
    let hashes = text[1..].iter().take_while(|byte| **byte == b'#').count();
    if text.get(1 + hashes) != Some(&b'"') {
        return 0;
    }
    let end = [vec![b'"'], vec![b'#'; hashes]].concat();
    let body = 2 + hashes;
    text[body..].windows(end.len()).position(|at| at == end).map_or(text.len(), |at| body + at + end.len())
}

/// The words of a line, those within identifiers too.
fn words(line: &str) -> impl Iterator<Item = String> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| !ALLOWED.contains(name)).flat_map(|name| {
        let mut words: Vec<String> = vec![String::new()];
        let mut lower_before = false;
        for c in name.chars() {
            if c == '_' || c.is_uppercase() && lower_before {
                words.push(String::new());
            }
            lower_before = c.is_lowercase();
            if c != '_' {
                words.last_mut().unwrap().extend(c.to_lowercase());
            }
        }
        words
    })
}

fn sources() -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    for dir in ["src", "bench/src"] {
        walk(&root.join(dir), "rs", &mut found);
    }
    let name = |path: &std::path::PathBuf| path.strip_prefix(&root).unwrap().display().to_string();
    found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn comments_and_names_use_the_terms_of_the_field() {
    let found: Vec<_> = sources()
        .iter()
        .filter(|(name, _)| name != "src/server/tests/words.rs")
        .flat_map(|(name, text)| {
            let text = readable(text);
            let line = |(at, line): (usize, &str)| {
                let word = words(line).find(|word| BANNED.contains(&word.as_str()))?;
                Some(format!("{name}:{}: `{word}`: {}", at + 1, line.trim()))
            };
            text.lines().enumerate().filter_map(line).collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "say it in the words of docs/glossary.md:\n{}", found.join("\n"));
}

#[test]
fn every_module_says_what_it_is() {
    let bare: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| {
            let head = text.lines().next().and_then(|line| line.strip_prefix("//!"));
            head.is_none_or(|head| head.split_whitespace().count() < HEAD_WORDS)
        })
        .map(|(name, _)| name)
        .collect();
    assert!(bare.is_empty(), "the first line names the term that one would search for: {bare:?}");
}

#[test]
fn the_glossary_names_what_the_code_has() {
    let glossary = fs::read_to_string(root().join("docs/glossary.md")).unwrap();
    let sources = sources();
    let names: HashSet<&str> =
        sources.iter().flat_map(|(_, text)| text.split(|c: char| !c.is_alphanumeric() && c != '_')).collect();
    let rows: Vec<_> = glossary.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert!(rows.len() > 40, "the tables were not found");
    let missing: Vec<_> = rows
        .iter()
        .flat_map(|row| row.trim_end_matches(" |").rsplit(" | ").next().unwrap().split('`').skip(1).step_by(2))
        .filter(|name| !names.contains(name))
        .collect();
    assert!(missing.is_empty(), "docs/glossary.md names what the code has not: {missing:?}");
}

#[test]
fn words_are_found_where_people_read_them() {
    let text = "let a = \"a door\"; // no door\nfn the_door() {}\nstruct Door(&'static str, char);\nlet c = ('\"', r#\"door\"#);\n";
    let lines: Vec<_> = readable(text).lines().map(|line| words(line).filter(|word| word == "door").count()).collect();
    assert_eq!(lines, [1, 1, 1, 0]);
}
