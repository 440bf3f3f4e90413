//! Fuzz target: the policy document.

use serde_json::Map;
use testkit_domain::fuzz::spell;

use super::*;

const WORDS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"{\"allowed_models\":[\"gpt-5*\",\"o3\"]",
    b"\"allowed_models\":",
    b"\"allowed_upstreams\":",
    b"\"up_00000000000000000000000000\"",
    b"\"allowed_cidrs\":",
    b"[\"10.0.0.0/8\",\"2001:db8::/32\"]",
    b"\"10.0.0.1/8\"",
    b"\"rate_limits\":{\"requests_per_minute\":60}",
    b"\"rate_limits\":{\"requests_per_minute\":null}",
    b"\"rate_limits\":{}",
    b"\"rate_limits\":{\"requests_per_day\":9,\"burst\":2,\"concurrency\":3}",
    b"\"permissions\":[\"read\"]",
    b"\"scopes\":[\"chat.completions\",\"all\"]",
    b"\"scopes\":[\"everything\"]",
    b"\"of_a_later_version\":1",
    b"[]",
    b"null",
    b"*",
    b"-1",
];

/// The names of every field, as a policy that says everything has them.
const FIELDS: [&str; 6] =
    ["allowed_cidrs", "allowed_models", "allowed_upstreams", "permissions", "rate_limits", "scopes"];

/// A document that is known to be read, field by field.
fn slowly(document: &Map<String, Value>) -> Policy {
    fn list<T>(document: &Map<String, Value>, name: &str, item: impl Fn(&str) -> T) -> Vec<T> {
        let items = document.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        items.iter().map(|value| item(value.as_str().unwrap())).collect()
    }
    let limit = |name: &str| {
        let number = document.get("rate_limits").and_then(|limits| limits.get(name)).and_then(Value::as_u64);
        number.map(|number| number.try_into().unwrap())
    };
    Policy {
        permissions: list(document, "permissions", |text| text.parse().unwrap()),
        scopes: list(document, "scopes", |text| text.parse().unwrap()),
        allowed_models: list(document, "allowed_models", |text| ModelPattern::try_from(text.to_owned()).unwrap()),
        allowed_upstreams: list(document, "allowed_upstreams", |text| text.parse().unwrap()),
        allowed_cidrs: list(document, "allowed_cidrs", |text| text.parse().unwrap()),
        rate_limits: RateLimits {
            requests_per_minute: limit("requests_per_minute"),
            requests_per_hour: limit("requests_per_hour"),
            requests_per_day: limit("requests_per_day"),
            concurrency: limit("concurrency"),
            burst: limit("burst"),
        },
    }
}

/// What is read is written to a document that is read as the same policy, and to the same document again. No document with
/// a field that is not known is read, whatever else it says: leaving a restriction out would widen.
#[test]
fn what_is_read_is_written_to_the_same_policy_and_nothing_unknown_is_read() {
    bolero::check!(name = "policy").with_max_len(60).for_each(|bytes| {
        let text = String::from_utf8_lossy(&spell(bytes, WORDS)).into_owned();
        let Ok(policy) = Policy::parse(&text) else { return };
        let written = policy.to_json();
        let again = Policy::parse(&written).unwrap();
        assert_eq!(again, policy, "{text}");
        assert_eq!(again.to_json(), written, "{text}");
        let read: Map<String, Value> = serde_json::from_str(&text).unwrap();
        assert!(read.keys().all(|name| FIELDS.contains(&name.as_str())), "{text}");
        assert_eq!(slowly(&read), policy, "{text}");
        for place in ["/of_a_later_version", "/rate_limits/of_a_later_version"] {
            let mut wider: Value = serde_json::from_str(&written).unwrap();
            let (parent, name) = place.rsplit_once('/').unwrap();
            if let Some(object) = wider.pointer_mut(parent).and_then(Value::as_object_mut) {
                object.insert(name.to_owned(), Value::Bool(true));
                assert!(Policy::parse(&wider.to_string()).is_err(), "{text}");
            }
        }
    });
}
