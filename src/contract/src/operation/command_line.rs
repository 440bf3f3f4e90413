//! Command line of an operation's call: its words, its ids, and a flag for each field of its input.

use serde_json::Value;

use super::{Flag, Operation, PathIds};

/// The command line that calls `O` with `input`, a flag to a row; `None` where there is none. Fields with secrets are
/// left out: the command asks for them.
pub fn command<O: Operation>(path: &O::Path, input: &O::Input) -> Option<String> {
    let words = O::SPEC.cli;
    if words.is_empty() {
        return None;
    }
    let ids = path.texts();
    let head = std::iter::once(format!("keywright {words}")).chain(ids.iter().map(|id| word(id)));
    let head = head.collect::<Vec<_>>().join(" ");
    let mut flags = Vec::new();
    said(&O::SPEC, "", &serde_json::to_value(input).ok()?, &mut flags);
    // A line is pasted into a terminal: what would end the paste or act on the terminal makes none.
    let acts = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
    if ids.iter().any(|id| acts(id)) || flags.iter().any(|(_, text)| acts(text)) {
        return None;
    }
    // In the order of the declaration; what is not declared stands behind, by name.
    let place = |field: &str| O::SPEC.flags.iter().position(|flag| flag.field == field).unwrap_or(usize::MAX);
    flags.sort_by_key(|(field, _)| place(field));
    Some(std::iter::once(head).chain(flags.into_iter().map(|(_, text)| text)).collect::<Vec<_>>().join(" \\\n  "))
}

/// Adds what is said of `value` under the name `field`.
fn said(spec: &super::Spec, field: &str, value: &Value, flags: &mut Vec<(String, String)>) {
    if spec.secrets.contains(&field) {
        return;
    }
    let declared = spec.flags.iter().find(|flag| flag.field == field);
    let own = Flag::new("", "");
    let flag = declared.unwrap_or(&own);
    let name = if declared.is_some() { flag.flag.to_owned() } else { format!("--{}", field.replace('_', "-")) };
    let mut say = |text: &str| {
        let text = if text.is_empty() { flag.blank } else { text };
        if !text.is_empty() && text != flag.default {
            // A value that begins with a dash would be taken for a flag.
            let joint = if text.starts_with('-') { "=" } else { " " };
            flags.push((field.to_owned(), format!("{name}{joint}{}", word(text))));
        }
    };
    match value {
        Value::Null => {
            if !flag.null.is_empty() {
                say(flag.null);
            }
        }
        Value::Bool(false) => {}
        Value::Bool(true) => flags.push((field.to_owned(), name)),
        Value::Number(number) => say(&number.to_string()),
        Value::String(text) => say(text),
        Value::Array(values) => {
            for value in values {
                match value {
                    Value::String(text) => say(text),
                    other => say(&other.to_string()),
                }
            }
        }
        Value::Object(fields) if fields.is_empty() => {}
        Value::Object(_) if declared.is_some() => say(&value.to_string()),
        Value::Object(fields) => {
            for (inner, value) in fields {
                let inner = if field.is_empty() { inner.clone() } else { format!("{field}.{inner}") };
                said(spec, &inner, value, flags);
            }
        }
    }
}

/// As a POSIX shell takes it for one word.
fn word(text: &str) -> String {
    // `~` and, in zsh, a leading `=` are expanded.
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"-._:/@,+=%".contains(&b);
    let plain = !text.is_empty() && !text.starts_with('=') && text.bytes().all(safe);
    if plain { text.to_owned() } else { super::request::quoted(text) }
}

#[cfg(test)]
mod tests {
    use domain::{KeyId, Timestamp, UpstreamId};
    use serde_json::json;

    use super::*;
    use crate::{
        Nothing,
        keys::{CreateKey, KeyQuery, KeysCreate, KeysDisable, KeysList},
        session::MeShow,
        upstreams::{SetSecret, UpstreamsSetSecret},
    };

    fn line<O: Operation>(path: &O::Path, input: serde_json::Value) -> String {
        let input: O::Input = serde_json::from_value(input).unwrap();
        command::<O>(path, &input).unwrap().replace(" \\\n  ", " ")
    }

    #[test]
    fn ids_stand_behind_the_words() {
        let id = KeyId::new(Timestamp(1), [1; 10]);
        assert_eq!(command::<KeysDisable>(&id, &Nothing {}), Some(format!("keywright keys disable {id}")));
        assert_eq!(command::<MeShow>(&(), &Nothing {}), None);
    }

    #[test]
    fn each_field_is_a_flag() {
        let input = json!({
            "name": "Ada's", "description": "", "tags": ["night run", "ci"], "metadata": {"a": 1}, "env": "test",
            "expires_in_days": 90, "allowed_models": ["gpt-*"], "allowed_cidrs": ["10.0.0.0/8"],
            "rate_limits": {"requests_per_minute": null},
        });
        assert_eq!(
            line::<KeysCreate>(&(), input),
            r#"keywright keys create --name 'Ada'\''s' --env test --expires-in-days 90 --rpm none --model 'gpt-*' --cidr 10.0.0.0/8 --tag 'night run' --tag ci --metadata '{"a":1}'"#
        );
    }

    #[test]
    fn defaults_are_not_said_and_what_is_missing_is_named() {
        let input = json!({"name": "", "env": "live", "rate_limits": {"requests_per_minute": 100}});
        assert_eq!(line::<KeysCreate>(&(), input), "keywright keys create --name NAME");
        assert_eq!(
            command::<KeysCreate>(&(), &CreateKey::default()).unwrap(),
            "keywright keys create \\\n  --name NAME"
        );
    }

    #[test]
    fn a_value_is_never_taken_for_a_flag() {
        let query = KeyQuery { search: Some("-x".to_owned()), page_size: Some(5), ..KeyQuery::default() };
        let line = command::<KeysList>(&(), &query).unwrap().replace(" \\\n  ", " ");
        assert_eq!(line, "keywright keys list --page-size 5 --search=-x");
    }

    #[test]
    fn nothing_is_expanded_and_nothing_acts_on_a_terminal() {
        let line = |search: &str| {
            let query = KeyQuery { search: Some(search.to_owned()), ..KeyQuery::default() };
            command::<KeysList>(&(), &query).map(|line| line.replace(" \\\n  ", " "))
        };
        assert_eq!(line("~root").as_deref(), Some("keywright keys list --search '~root'"));
        assert_eq!(line("=ls").as_deref(), Some("keywright keys list --search '=ls'"));
        assert_eq!(line("x\u{3}\nid"), None);
        assert_eq!(line("x\u{1b}[201~"), None);
    }

    #[test]
    fn secrets_are_left_to_be_asked_for() {
        let id = UpstreamId::new(Timestamp(1), [1; 10]);
        let line = command::<UpstreamsSetSecret>(&id, &SetSecret { api_key: "sk-canary".to_owned() }).unwrap();
        assert_eq!(line, format!("keywright upstreams set-secret {id}"));
    }
}
