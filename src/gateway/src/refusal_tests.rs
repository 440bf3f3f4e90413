//! Refusal tests: a snapshot of every answer, in the vendor's format.

use domain::{Timestamp, Window};
use http_body_util::BodyExt as _;

use super::*;

fn every() -> Vec<Refusal> {
    let spent = |rule, retry_after_ns| Refusal::RateLimitExceeded(ExhaustedLimit { rule, retry_after_ns });
    vec![
        Refusal::InvalidFraming,
        Refusal::BodyBroke,
        Refusal::InvalidHost,
        Refusal::InvalidTarget,
        Refusal::TargetTooLong,
        Refusal::MethodNotAllowed,
        Refusal::ExpectationFailed,
        Refusal::MissingApiKey,
        Refusal::InvalidApiKey(None),
        Refusal::RevokedMidStream,
        Refusal::AmbiguousCredentials,
        Refusal::KeyInUrl,
        Refusal::IpNotAllowed,
        Refusal::ModelNotAllowed(Some("gpt-5\n".to_owned())),
        Refusal::ModelNotAllowed(None),
        Refusal::ModelNotFound("o3-pro".to_owned()),
        Refusal::ScopeNotAllowed(Scope::ChatCompletions),
        Refusal::PermissionNotAllowed(Permission::Write),
        Refusal::OriginNotAllowed,
        Refusal::UpgradeRequired,
        Refusal::LoopDetected,
        Refusal::UpstreamNotAllowed,
        spent(Rule::Requests(Window::Minute, 100), 599_000_001),
        spent(Rule::Requests(Window::Day, 1000), 3_600_000_000_000),
        spent(Rule::Burst(domain::Gcra::per_minute(5)), 599_000_001),
        spent(Rule::Concurrency(3), 0),
        Refusal::UpstreamOverloaded(7),
        Refusal::TooManyFields,
        Refusal::InvalidForm,
        Refusal::KeyOverloaded,
        Refusal::InvalidJson,
        Refusal::JsonTooDeep,
        Refusal::DuplicateField("model".to_owned()),
        Refusal::RequestTooLarge(33_554_432),
        Refusal::UnsupportedEncoding,
        Refusal::RequestTimeout,
        Refusal::Overloaded,
        Refusal::NotFound,
        Refusal::StoreUnavailable,
        Refusal::NoUpstream(Dialect::Anthropic),
        Refusal::CredentialUnreadable,
        Refusal::UpstreamDamaged,
        Refusal::UpstreamUnavailable,
        Refusal::UpstreamForbidden,
        Refusal::UpstreamTimeout,
        Refusal::UpstreamAuthFailed,
        Refusal::UpstreamRedirected(302),
        Refusal::UpstreamInvalidResponse,
        Refusal::Internal,
    ]
}

async fn text(refusal: &Refusal, close: bool) -> String {
    text_in(Dialect::Openai, refusal, close).await
}

async fn text_in(dialect: Dialect, refusal: &Refusal, close: bool) -> String {
    let answer = refusal.answer(&RequestId::new(Timestamp(1), [0; 10]), dialect, close);
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let mut fields: Vec<String> =
        parts.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    fields.sort();
    format!("{}\n{}\n{}\n", parts.status, fields.join("\n"), String::from_utf8(body.to_vec()).unwrap())
}

/// What clients and their SDKs see. A change here is a change of the interface.
#[tokio::test]
async fn answers() {
    let mut out = String::new();
    for refusal in every() {
        out.push_str(&text(&refusal, false).await);
        out.push('\n');
    }
    insta::assert_snapshot!(out);
}

/// The same in the other dialects: each refusal in the words of its vendor.
#[tokio::test]
async fn answers_of_other_dialects() {
    for dialect in [Dialect::Anthropic, Dialect::Gemini] {
        let mut out = String::new();
        for refusal in every() {
            out.push_str(&text_in(dialect, &refusal, false).await);
            out.push('\n');
        }
        insta::assert_snapshot!(format!("answers_{dialect}"), out);
    }
    for refusal in every() {
        assert_eq!(text_in(Dialect::Azure, &refusal, false).await, text(&refusal, false).await);
    }
}

#[tokio::test]
async fn keys_that_are_not_active_get_the_answer_of_unknown_ones() {
    let unknown = text(&Refusal::InvalidApiKey(None), false).await;
    for state in [KeyState::Disabled, KeyState::Expired, KeyState::Revoked] {
        let refusal = Refusal::InvalidApiKey(Some(state));
        assert_eq!(text(&refusal, false).await, unknown);
        assert_ne!(refusal.class(), ErrorClass::BadRequest);
    }
    assert_eq!(text(&Refusal::RevokedMidStream, false).await, unknown);
}

#[tokio::test]
async fn an_unread_request_ends_its_connection() {
    assert!(text(&Refusal::RequestTooLarge(1), true).await.contains("connection: close"));
    assert!(!text(&Refusal::RequestTooLarge(1), false).await.contains("connection"));
}
