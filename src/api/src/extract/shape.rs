//! JSON syntax check: malformed bodies, nesting depth, duplicate members.

use std::{collections::HashSet, fmt};

use serde::{
    Deserializer as _,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// Deepest nesting.
const DEPTH_MAX: usize = 64;

/// Why a body is refused before its content is read.
#[derive(Debug)]
pub(super) enum MalformedBody {
    /// It is not JSON.
    Broken(serde_json::Error),
    /// It nests deeper than 64 levels.
    Deep,
    /// This top-level field stands twice: another reader may take the other one.
    Twice(String),
}

/// Looks at all of `bytes`. Names are compared as JSON reads them, so that `\u0061` is `a`.
pub(super) fn check(bytes: &[u8]) -> Result<(), MalformedBody> {
    // First of all, so that no reader ever goes down there.
    if depth(bytes) > DEPTH_MAX {
        return Err(MalformedBody::Deep);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let found = deserializer.deserialize_any(Names).map_err(MalformedBody::Broken)?;
    deserializer.end().map_err(MalformedBody::Broken)?;
    found.repeated.map_or(Ok(()), |name| Err(MalformedBody::Twice(name)))
}

/// How deep objects and lists nest; exact for JSON, and some number for what is none.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = bytes.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => drop(bytes.next()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}

/// Reads any value and keeps of it which of an object's own names comes again.
struct Names;

#[derive(Default)]
struct Found {
    repeated: Option<String>,
}

impl<'de> Visitor<'de> for Names {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let mut names = HashSet::new();
        let mut found = Found::default();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            if let Some(name) = names.replace(name) {
                found.repeated.get_or_insert(name);
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Found, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Found::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_bodies_pass() {
        let deep = format!("{}1{}", "[".repeat(64), "]".repeat(64));
        for body in [
            "{}",
            "null",
            "true",
            "-1",
            "1.5",
            "7",
            r#""text""#,
            r#"["[[[", {"a":1,"a":2}]"#,
            r#"{"a":{"b":1,"b":2},"A":"\"{[\\"}"#,
            &deep,
        ] {
            assert!(check(body.as_bytes()).is_ok(), "{body}");
        }
    }

    #[test]
    fn others_do_not() {
        let deep = format!("{}1{}", "[".repeat(65), "]".repeat(65));
        let deeper = format!("{{\"a\":{}}}", "[".repeat(100_000));
        for body in [&deep, &deeper] {
            assert!(matches!(check(body.as_bytes()), Err(MalformedBody::Deep)));
        }
        for body in ["", "{", "{\"a\":}", "{}{}", "{'a':1}", "\u{feff}{}", "NaN", r#"{"a":1,"a":2"#, r#"{"a":"\x"}"#] {
            assert!(matches!(check(body.as_bytes()), Err(MalformedBody::Broken(_))), "{body}");
        }
        for body in [r#"{"name":1,"x":2,"name":3}"#, r#"{"name":1,"n\u0061me":2}"#] {
            assert!(matches!(check(body.as_bytes()), Err(MalformedBody::Twice(name)) if name == "name"), "{body}");
        }
    }
}
