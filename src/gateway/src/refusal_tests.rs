//! Refusal tests: a snapshot of every answer, in the vendor's format.

use domain::Timestamp;
use http_body_util::BodyExt as _;

use super::*;

fn every() -> Vec<Refusal> {
    let exhausted = ExhaustedLimit { limit: 100, retry_after_ns: 599_000_001, reset_ns: 59_400_000_000 };
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
        Refusal::ModelNotAllowed("gpt-5\n".to_owned()),
        Refusal::UpstreamNotAllowed,
        Refusal::RateLimitExceeded(exhausted),
        Refusal::InvalidJson,
        Refusal::JsonTooDeep,
        Refusal::DuplicateField("model".to_owned()),
        Refusal::RequestTooLarge(33_554_432),
        Refusal::UnsupportedEncoding,
        Refusal::RequestTimeout,
        Refusal::Overloaded,
        Refusal::NotFound,
        Refusal::StoreUnavailable,
        Refusal::NoUpstream,
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
    let answer = refusal.answer(&RequestId::new(Timestamp(1), [0; 10]), close);
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

#[test]
fn durations_as_the_vendor_writes_them() {
    let shown = [1, 250_000_000, 999_999_999, 1_000_000_001, 59_000_000_000, 60_000_000_000, 361_000_000_000];
    assert_eq!(shown.map(vendor_duration), ["1ms", "250ms", "1s", "2s", "59s", "1m0s", "6m1s"]);
}
