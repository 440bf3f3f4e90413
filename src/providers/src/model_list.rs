//! Model lists (G13): what a key may use, in the shape of each dialect.

use domain::{Dialect, Timestamp};
use serde_json::{Value, json};

use crate::json as scan;

/// A model of our own in a list: the name of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedModel {
    /// The name that clients ask for.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An upstream's list with our own models in front, without those that `may_use` refuses; every other byte as it was.
/// `None` where the body is no list of the dialect.
pub fn filter_model_list(
    dialect: Dialect,
    body: &[u8],
    ours: &[ListedModel],
    may_use: impl Fn(&str) -> bool,
) -> Option<Vec<u8>> {
    let field: &[u8] = if dialect == Dialect::Gemini { b"models" } else { b"data" };
    let (mut list, mut first, mut final_id) = (None, None, None);
    scan::members(body, |member| match &body[member.name.clone()] {
        name if name == field => list = Some(member.value.clone()),
        b"first_id" => first = Some(member.value.clone()),
        b"last_id" => final_id = Some(member.value.clone()),
        _ => {}
    })
    .ok()?;
    let list = list.filter(|at| body[at.clone()].starts_with(b"["))?;
    let mut items: Vec<Vec<u8>> = ours.iter().map(|model| entry(dialect, model).to_string().into_bytes()).collect();
    let mut ids: Vec<String> = ours.iter().map(|model| model.name.clone()).collect();
    let text = &body[list.clone()];
    scan::items(text, |at| {
        let item = &text[at];
        let Some(id) = id(dialect, item) else { return };
        // A route takes the place of a model of its name.
        if may_use(&id) && !ours.iter().any(|model| model.name == id) {
            items.push(item.to_vec());
            ids.push(id);
        }
    })
    .ok()?;
    let quoted = |id: Option<&String>| id.map_or_else(|| "null".to_owned(), |id| Value::from(id.as_str()).to_string());
    let mut edits = vec![(list, [b"[", &items.join(&b","[..])[..], b"]"].concat())];
    edits.extend(first.map(|at| (at, quoted(ids.first()).into_bytes())));
    edits.extend(final_id.map(|at| (at, quoted(ids.last()).into_bytes())));
    edits.sort_by_key(|(at, _)| at.start);
    let (mut out, mut from) = (Vec::with_capacity(body.len()), 0);
    for (at, text) in edits {
        out.extend_from_slice(&body[from..at.start]);
        out.extend_from_slice(&text);
        from = at.end;
    }
    out.extend_from_slice(&body[from..]);
    Some(out)
}

/// A list of our own models alone, or (`one`) the entry of the first of them.
pub fn model_list(dialect: Dialect, ours: &[ListedModel], one: bool) -> Vec<u8> {
    let entries: Vec<Value> = ours.iter().map(|model| entry(dialect, model)).collect();
    let value = match (one, dialect) {
        (true, _) => entries.into_iter().next().unwrap_or_default(),
        (false, Dialect::Gemini) => json!({ "models": entries }),
        (false, Dialect::Anthropic) => json!({
            "data": entries,
            "has_more": false,
            "first_id": ours.first().map(|model| &model.name),
            "last_id": ours.last().map(|model| &model.name),
        }),
        (false, Dialect::Openai | Dialect::Azure) => json!({ "object": "list", "data": entries }),
    };
    value.to_string().into_bytes()
}

fn entry(dialect: Dialect, model: &ListedModel) -> Value {
    match dialect {
        Dialect::Openai | Dialect::Azure => json!({
            "id": model.name,
            "object": "model",
            "created": model.created_at.0.div_euclid(1000),
            "owned_by": "keywright",
        }),
        Dialect::Anthropic => json!({
            "type": "model",
            "id": model.name,
            "display_name": model.name,
            "created_at": crate::anthropic::whole_second(model.created_at.0),
        }),
        Dialect::Gemini => json!({
            "name": format!("models/{}", model.name),
            "displayName": model.name,
            "version": "1",
            "description": "",
            "inputTokenLimit": 1_048_576,
            "outputTokenLimit": 65_536,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        }),
    }
}

/// The name by which clients ask for the model of an entry.
fn id(dialect: Dialect, item: &[u8]) -> Option<String> {
    let field: &[u8] = if dialect == Dialect::Gemini { b"name" } else { b"id" };
    let mut found = None;
    let _ = scan::members(item, |member| {
        if &item[member.name.clone()] == field {
            found = scan::as_text(&item[member.value.clone()]).map(std::borrow::Cow::into_owned);
        }
    });
    let name = found?;
    Some(match name.strip_prefix("models/") {
        Some(rest) if dialect == Dialect::Gemini => rest.to_owned(),
        _ => name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(dialect: Dialect, body: &str, ours: &[&str], allowed: &[&str]) -> Option<String> {
        let ours: Vec<ListedModel> =
            ours.iter().map(|name| ListedModel { name: (*name).to_owned(), created_at: Timestamp(5000) }).collect();
        let out = filter_model_list(dialect, body.as_bytes(), &ours, |id| allowed.is_empty() || allowed.contains(&id))?;
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn each_dialect_keeps_its_shape() {
        let openai = r#"{"object":"list", "data": [{"id":"a","x":1}, {"id":"b"}],"z":0}"#;
        let found = filtered(Dialect::Openai, openai, &[], &["b"]);
        assert_eq!(found.as_deref(), Some(r#"{"object":"list", "data": [{"id":"b"}],"z":0}"#));
        let found = filtered(Dialect::Openai, openai, &["fast"], &["fast"]).unwrap();
        assert_eq!(
            found,
            r#"{"object":"list", "data": [{"created":5,"id":"fast","object":"model","owned_by":"keywright"}],"z":0}"#
        );
        let anthropic =
            r#"{"data":[{"type":"model","id":"a"},{"id":"b"}],"has_more":false,"first_id":"a","last_id":"b"}"#;
        let found = filtered(Dialect::Anthropic, anthropic, &[], &["b"]);
        assert_eq!(found.as_deref(), Some(r#"{"data":[{"id":"b"}],"has_more":false,"first_id":"b","last_id":"b"}"#));
        let found = filtered(Dialect::Anthropic, anthropic, &[], &["c"]);
        assert_eq!(found.as_deref(), Some(r#"{"data":[],"has_more":false,"first_id":null,"last_id":null}"#));
        let gemini = r#"{"models":[{"name":"models/a"},{"name":"models/b"}],"nextPageToken":"t"}"#;
        let found = filtered(Dialect::Gemini, gemini, &[], &["a"]);
        assert_eq!(found.as_deref(), Some(r#"{"models":[{"name":"models/a"}],"nextPageToken":"t"}"#));
    }

    #[test]
    fn a_route_takes_the_place_of_a_model_of_its_name() {
        let found = filtered(Dialect::Openai, r#"{"data":[{"id":"gpt"},{"id":"x"}]}"#, &["gpt"], &[]).unwrap();
        assert_eq!(found.matches("\"gpt\"").count(), 1);
        for text in ["", "[]", "{}", r#"{"data":{}}"#] {
            assert_eq!(filtered(Dialect::Openai, text, &[], &[]), None, "{text}");
        }
    }

    #[test]
    fn a_list_of_our_own() {
        let ours = [ListedModel { name: "our model/1".to_owned(), created_at: Timestamp(1_767_225_600_000) }];
        for dialect in Dialect::ALL {
            let list: Value = serde_json::from_slice(&model_list(*dialect, &ours, false)).unwrap();
            let one: Value = serde_json::from_slice(&model_list(*dialect, &ours, true)).unwrap();
            let field = if *dialect == Dialect::Gemini { "models" } else { "data" };
            assert_eq!(list[field][0], one);
        }
        let one: Value = serde_json::from_slice(&model_list(Dialect::Anthropic, &ours, true)).unwrap();
        assert_eq!(one["created_at"], "2026-01-01T00:00:00Z");
    }
}
