//! Upstream DTO tests: what is read, and what is refused.

use domain::{
    Scope,
    provider::{CredentialHeader, Quirks, Root},
};

use super::*;

fn catalog() -> Catalog {
    let provider = |id: &str, dialect: Dialect, base: Option<&str>, needs_secret: bool| Provider {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        roots: vec![Root { dialect, path: None, credential: CredentialHeader::of(dialect) }],
        base_url: base.map(|base| base.parse().unwrap()),
        key_format: None,
        key_min_length: 0,
        needs_secret,
        models: vec![],
        default_scopes: vec![Scope::Models],
        quirks: Quirks::default(),
    };
    Catalog::new([
        provider("openai", Dialect::Openai, Some("https://api.openai.com/v1"), true),
        provider("openai_compatible", Dialect::Openai, None, false),
        provider("echo", Dialect::Openai, Some("echo:"), false),
    ])
}

fn shape(provider: &str) -> CreateUpstream {
    CreateUpstream { provider: provider.to_owned(), ..CreateUpstream::default() }
}

fn wrong(shape: CreateUpstream) -> FieldErrors {
    shape.parse(&catalog()).err().unwrap()
}

#[test]
fn providers_bring_their_own_address() {
    let new = CreateUpstream { api_key: Some(" sk-abc ".into()), ..shape("openai") }.parse(&catalog()).ok().unwrap();
    assert_eq!((new.name.as_str(), new.base_url.as_str()), ("openai", "https://api.openai.com/v1"));
    assert_eq!(new.api_key.as_deref(), Some("sk-abc"));
    assert!(shape("echo").parse(&catalog()).ok().unwrap().base_url.is_echo());
}

#[test]
fn what_is_missing_is_named() {
    assert!(wrong(shape("openai")).get("api_key").is_some());
    assert!(wrong(shape("openai_compatible")).get("base_url").is_some());
    assert!(wrong(CreateUpstream { base_url: Some("echo:".into()), ..shape("openai") }).get("base_url").is_some());
    assert!(wrong(CreateUpstream { api_key: Some("a\nb".into()), ..shape("openai") }).get("api_key").is_some());
    let unknown = wrong(shape("acme"));
    assert!(unknown.get("provider").is_some_and(|text| text.contains("openai_compatible")));
}

#[test]
fn what_an_upstream_has_of_its_own_is_judged_field_by_field() {
    let mut settings = UpstreamSettings::default();
    let mut errors = FieldErrors::default();
    let own = |text: &str| UpstreamPatch::try_from(serde_json::from_str::<UpdateUpstream>(text).unwrap());
    let input = serde_json::from_str::<UpdateUpstream>(
        r#"{"timeouts":{"idle":0,"total":7},"headers":{"X-Team":"search","Authorization":"x"},"max_open_requests":0,"organization":" org "}"#,
    )
    .unwrap();
    let UpdateUpstream { timeouts, headers, organization, project, ca_pem, max_open_requests, .. } = input;
    let input = UpstreamSettingsInput { timeouts, headers, organization, project, ca_pem, max_open_requests };
    input.apply(&mut settings, &mut errors);
    for field in ["timeouts.idle", "headers", "max_open_requests"] {
        assert!(errors.get(field).is_some(), "{field}");
    }
    assert_eq!((settings.timeouts.total, settings.organization.as_deref()), (Some(7), Some("org")));
    assert_eq!(settings.headers.get("x-team").map(String::as_str), Some("search"));
    let none = own(r#"{"headers":null,"organization":null}"#).ok().unwrap();
    none.settings.apply(&mut settings, &mut FieldErrors::default());
    assert!(settings.headers.is_empty() && settings.organization.is_none() && settings.timeouts.total == Some(7));
}
