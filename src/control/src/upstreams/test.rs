//! Upstream connection test: address, TLS, secret, models; each step with its time, each failure with its fix (C7).

use std::time::Duration;

use bytes::Bytes;
use contract::{
    Nothing,
    upstreams::{NewUpstream, TestReport, TestStep, TestStepName, UpstreamsTest},
};
use dial::{DialError, Dialer, Outgoing};
use domain::{Act, BaseUrl, FieldChange, Resource, Target, Upstream, UpstreamId, Verb, audit::changed};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use keyring::CredentialPlace;
use secrecy::{ExposeSecret, SecretString};

use crate::{Cx, Error, Perform, Result};

/// A provider that has not listed its models by then is of no use.
const TIMEOUT: Duration = Duration::from_secs(15);
/// A models list of this size is none.
const MODELS_MAX: usize = 4 * 1024 * 1024;

/// Tests a stored upstream with its stored secret. One whose row does not verify is not called.
pub async fn test(cx: &Cx, id: &UpstreamId) -> Result<TestReport> {
    let row = cx.store().find_upstream(id).await?.ok_or(Error::NotFound("upstream"))?;
    let (tx, upstream) = cx.allowed(cx.store().begin().await?, Verb::Test, row).await?;
    drop(tx);
    let secret = match stored_secret(cx, &upstream).await? {
        Ok(secret) => secret,
        Err(detail) => {
            let report = finish(vec![step(TestStepName::Secret, false, detail, 0)]);
            return recorded(cx, Act::UpstreamTest(id.clone()), Vec::new(), report).await;
        }
    };
    let report = try_base(cx, &upstream.base_url, secret.as_ref()).await;
    recorded(cx, Act::UpstreamTest(id.clone()), Vec::new(), report).await
}

/// The secret that requests to `upstream` are sent with, or why there is none that could be.
async fn stored_secret(
    cx: &Cx,
    upstream: &Upstream,
) -> Result<std::result::Result<Option<SecretString>, &'static str>> {
    let Some(stored) = cx.store().find_credential(&upstream.id).await? else {
        return Ok(if upstream.has_secret { Err("the stored secret is missing; enter it again") } else { Ok(None) });
    };
    let sound = |row| cx.keyring().verify(row).ok();
    let (Some(credential), Some(version)) =
        (cx.keyring().verify(stored.credential).ok(), stored.version.and_then(sound))
    else {
        return Ok(Err("the stored secret is damaged; delete this upstream and add it again"));
    };
    let place = CredentialPlace {
        credential: &credential.id,
        version: version.version,
        upstream: &upstream.id,
        base_url: &upstream.base_url,
    };
    let opened = cx.keyring().open_credential(&place, &version.sealed).ok();
    Ok(match opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok()) {
        Some(text) => Ok(Some(SecretString::from(text))),
        None => Err("the stored secret cannot be opened with this root key; replace it"),
    })
}

/// Tests an upstream that is not stored yet. Only the audit log is written.
pub async fn try_out(cx: &Cx, new: NewUpstream) -> Result<TestReport> {
    cx.allow(Verb::Test, &Target::of(Resource::Upstream))?;
    let mut changes = vec![
        changed("provider", serde_json::Value::Null, new.provider.as_str()),
        changed("base_url", serde_json::Value::Null, new.base_url.as_str()),
    ];
    changes.extend(new.api_key.as_deref().map(|secret| cx.secret_change("api_key", None, Some(secret))));
    let secret = new.api_key.map(SecretString::from);
    let report = try_base(cx, &new.base_url, secret.as_ref()).await;
    recorded(cx, Act::UpstreamTryOut, changes, report).await
}

impl Perform for UpstreamsTest {
    async fn perform(cx: &Cx, id: UpstreamId, _: Nothing) -> Result<TestReport> {
        test(cx, &id).await
    }
}

/// Using a secret is an act of its own, so the audit log has it.
async fn recorded(cx: &Cx, act: Act, mut changes: Vec<FieldChange>, report: TestReport) -> Result<TestReport> {
    changes.extend(cx.changes(None::<&TestReport>, Some(&report))?);
    let mut tx = cx.store().begin().await?;
    cx.record_changes(&mut tx, act, changes).await?;
    tx.commit().await?;
    Ok(report)
}

async fn try_base(cx: &Cx, base: &BaseUrl, secret: Option<&SecretString>) -> TestReport {
    if base.is_echo() {
        return finish(vec![
            step(TestStepName::Address, true, "in process, offline", 0),
            step(TestStepName::Models, true, "1 found", 0),
        ]);
    }
    let mut steps: Vec<TestStep> = cx
        .dialer()
        .probe(base, cx.clock())
        .await
        .into_iter()
        .map(|found| {
            let name = if found.name == "tls" { TestStepName::Tls } else { TestStepName::Address };
            step(name, found.ok, &found.detail, found.ms)
        })
        .collect();
    if steps.iter().all(|step| step.ok) {
        let started = cx.monotonic_ns();
        let answer = tokio::time::timeout(TIMEOUT, models(cx.dialer(), base, secret)).await;
        let ms = i64::try_from(cx.monotonic_ns().saturating_sub(started) / 1_000_000).unwrap_or(i64::MAX);
        match answer {
            Ok(Ok((status, body))) => steps.extend(judge(status, &body, secret.is_some(), ms)),
            Ok(Err(error)) => steps.push(step(TestStepName::Secret, false, &error.to_string(), ms)),
            Err(_) => steps.push(step(
                TestStepName::Secret,
                false,
                "no answer within 15 seconds; is the server overloaded?",
                ms,
            )),
        }
    }
    finish(steps)
}

async fn models(
    dialer: &Dialer,
    base: &BaseUrl,
    secret: Option<&SecretString>,
) -> std::result::Result<(StatusCode, Bytes), DialError> {
    let uri = Dialer::target(base, "/models", None)?;
    let mut request =
        Request::get(uri).header(header::ACCEPT, "application/json").header(header::USER_AGENT, "keywright");
    if let Some(secret) = secret {
        let bearer = format!("Bearer {}", secret.expose_secret());
        if let Ok(mut value) = header::HeaderValue::from_str(&bearer) {
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
    }
    let request = request.body(Outgoing::whole(Bytes::new())).map_err(|_| DialError::OutOfBase)?;
    let answer = dialer.send(base, request).await?;
    let status = answer.status();
    // A body that breaks off or is endless still leaves the status to judge by.
    let body = Limited::new(answer.into_body(), MODELS_MAX).collect().await.map(http_body_util::Collected::to_bytes);
    Ok((status, body.unwrap_or_default()))
}

/// What the answer to `GET /models` says about the secret and the base URL.
fn judge(status: StatusCode, body: &[u8], has_secret: bool, ms: i64) -> Vec<TestStep> {
    let failed = |detail: &str| vec![step(TestStepName::Secret, false, detail, ms)];
    match status.as_u16() {
        200..=299 => {
            let word = if has_secret { "accepted" } else { "not needed" };
            let count = serde_json::from_slice::<serde_json::Value>(body)
                .ok()
                .and_then(|list| list.get("data").and_then(|data| data.as_array().map(Vec::len)));
            let models = match count {
                Some(n) => step(TestStepName::Models, true, &format!("{n} found"), 0),
                None => step(
                    TestStepName::Models,
                    false,
                    "the answer is no list of models; does the base URL end in /v1?",
                    0,
                ),
            };
            vec![step(TestStepName::Secret, true, word, ms), models]
        }
        401 if !has_secret => failed("401: the server asks for a secret, and none is stored"),
        401 => failed("401: the provider refuses this secret; paste a current one"),
        403 => failed("403: the secret is known but may not list models; check its permissions at the provider"),
        404 => failed("404: nothing there; the base URL should end in /v1"),
        429 => failed("429: the provider limits this secret right now; try again later"),
        300..=399 => failed("the server redirects; use the address it redirects to"),
        code => failed(&format!("{code}: the provider answers with an error; try again later")),
    }
}

fn step(name: TestStepName, ok: bool, detail: &str, ms: i64) -> TestStep {
    TestStep { step: name, ok, detail: detail.to_owned(), ms }
}

fn finish(steps: Vec<TestStep>) -> TestReport {
    TestReport { ok: steps.iter().all(|step| step.ok), total_ms: steps.iter().map(|step| step.ms).sum(), steps }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, body: &str) -> (bool, String) {
        let report = finish(judge(StatusCode::from_u16(status).unwrap(), body.as_bytes(), true, 3));
        (report.ok, report.steps.iter().map(|step| step.detail.clone()).collect::<Vec<_>>().join(" | "))
    }

    #[test]
    fn every_failure_names_its_fix() {
        assert_eq!(verdict(200, r#"{"data":[{},{}]}"#), (true, "accepted | 2 found".to_owned()));
        assert!(verdict(404, "").1.contains("should end in /v1"));
        assert!(verdict(401, "").1.contains("refuses this secret"));
        let (ok, text) = verdict(200, "<html>");
        assert!(!ok && text.contains("/v1"));
        assert!(!verdict(302, "").0 && !verdict(500, "").0 && !verdict(429, "").0);
    }
}
