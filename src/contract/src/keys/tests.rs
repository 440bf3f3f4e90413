//! Key DTO tests: what is read, and what is refused.

use super::*;

fn parse(json: &str) -> Result<NewKey, FieldErrors> {
    NewKey::try_from(serde_json::from_str::<CreateKey>(json).unwrap())
}

#[test]
fn defaults_apply_to_what_is_left_out() {
    let key = parse(r#"{"name": " ci "}"#).unwrap();
    assert_eq!((key.name.as_str(), key.enabled, key.env), ("ci", true, KeyEnv::Live));
    assert_eq!(key.policy.rate_limits.requests_per_minute, Some(100));
    assert_eq!(key.expires, Expiry::Never);
}

#[test]
fn null_means_no_limit() {
    let key = parse(r#"{"name": "ci", "rate_limits": {"requests_per_minute": null}}"#).unwrap();
    assert_eq!(key.policy.rate_limits.requests_per_minute, None);
    let key = parse(r#"{"name": "ci", "rate_limits": {}}"#).unwrap();
    assert_eq!(key.policy.rate_limits.requests_per_minute, Some(100));
}

#[test]
fn every_complaint_is_made_at_once_and_names_the_fix() {
    let errors =
        parse(r#"{"name": "", "env": "prod", "allowed_cidrs": ["10.0.0.0/33"], "expires_in_days": 0}"#).unwrap_err();
    assert_eq!(errors.get("name"), Some("use 1 to 100 characters"));
    assert_eq!(errors.get("env"), Some("use live or test"));
    assert!(errors.get("allowed_cidrs").unwrap().contains("Did you mean 10.0.0.0/24?"));
    assert!(errors.get("expires_in_days").is_some());
}

#[test]
fn names_are_measured_in_characters() {
    assert!(parse(&format!(r#"{{"name": "{}"}}"#, "ü".repeat(100))).is_ok());
    assert!(parse(&format!(r#"{{"name": "{}"}}"#, "ü".repeat(101))).is_err());
}

/// A name that reads as another one (F09).
#[test]
fn names_hold_nothing_invisible() {
    for c in ['\u{202e}', '\u{200b}', '\u{200d}', '\u{7}', '\u{9b}', '\u{feff}', '\u{2066}', '\u{2028}'] {
        let shape = CreateKey { name: format!("pay{c}roll"), ..CreateKey::default() };
        let errors = NewKey::try_from(shape).unwrap_err();
        assert!(errors.get("name").is_some_and(|sentence| sentence.contains("invisible")), "{c:?}");
    }
    for name in ["密钥 服务", "Prüfung № 1", "كشف الرواتب", "deploy 🚀"] {
        assert!(NewKey::try_from(CreateKey { name: name.to_owned(), ..CreateKey::default() }).is_ok(), "{name}");
    }
}

#[test]
fn unknown_fields_are_refused() {
    assert!(serde_json::from_str::<CreateKey>(r#"{"name": "x", "budgett": 1}"#).is_err());
}
