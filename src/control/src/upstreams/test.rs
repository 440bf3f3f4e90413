//! Upstream connection test: address, TLS, secret, models; each step with its time, each failure with its fix (C7).

use std::time::Duration;

use bytes::Bytes;
use contract::{
    Nothing,
    upstreams::{NewUpstream, TestReport, TestStep, TestStepName, UpstreamsTest},
};
use dial::{DialError, Dialer, Outgoing};
use domain::{
    Act, BaseUrl, Dialect, FieldChange, Provider, Resource, Target, Upstream, UpstreamId, UpstreamSettings, Verb,
    audit::changed, provider::Root,
};
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
    let Some(provider) = cx.control().catalog().get(&upstream.provider).cloned() else {
        let detail =
            format!("no provider file has the id {}; put it back, or add the upstream again", upstream.provider);
        let report = finish(vec![step(TestStepName::Address, false, &detail, 0)]);
        return recorded(cx, Act::UpstreamTest(id.clone()), Vec::new(), report).await;
    };
    let report = try_base(cx, &provider, &upstream.base_url, &upstream.settings, secret.as_ref()).await;
    recorded(cx, Act::UpstreamTest(id.clone()), Vec::new(), report).await
}

/// The secret that requests to `upstream` are sent with, or why there is none that could be.
pub(crate) async fn stored_secret(
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
    super::own_certificates(cx, &new.settings)?;
    let secret = new.api_key.map(SecretString::from);
    let provider = cx.control().catalog().get(&new.provider).cloned().ok_or(Error::NotFound("provider"))?;
    let report = try_base(cx, &provider, &new.base_url, &new.settings, secret.as_ref()).await;
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

async fn try_base(
    cx: &Cx,
    provider: &Provider,
    base: &BaseUrl,
    settings: &UpstreamSettings,
    secret: Option<&SecretString>,
) -> TestReport {
    if base.is_echo() {
        return finish(vec![
            step(TestStepName::Address, true, "in process, offline", 0),
            step(TestStepName::Models, true, "1 found", 0),
        ]);
    }
    let dialer = match settings.ca_pem.as_deref() {
        None => cx.dialer().clone(),
        pem => match cx.dialer().trusting_also(pem, None) {
            Ok(dialer) => dialer,
            Err(error) => return finish(vec![step(TestStepName::Tls, false, &error.to_string(), 0)]),
        },
    };
    let mut steps: Vec<TestStep> = dialer
        .probe(base, cx.clock())
        .await
        .into_iter()
        .map(|found| {
            let name = if found.name == "tls" { TestStepName::Tls } else { TestStepName::Address };
            step(name, found.ok, &found.detail, found.ms)
        })
        .collect();
    let several = provider.roots.len() > 1;
    for root in &provider.roots {
        if !steps.iter().all(|step| step.ok) {
            break;
        }
        let Some(place) = provider.root(root.dialect, base) else { continue };
        let started = cx.monotonic_ns();
        let answer = tokio::time::timeout(TIMEOUT, models(&dialer, root, &place, settings, secret)).await;
        let ms = i64::try_from(cx.monotonic_ns().saturating_sub(started) / 1_000_000).unwrap_or(i64::MAX);
        let mut found = match answer {
            Ok(Ok((status, body))) => judge(status, &body, secret.is_some(), ms, root.dialect),
            Ok(Err(error)) => vec![step(TestStepName::Secret, false, &error.to_string(), ms)],
            Err(_) => {
                vec![step(TestStepName::Secret, false, "no answer within 15 seconds; is the server overloaded?", ms)]
            }
        };
        if several {
            for step in &mut found {
                step.detail = format!("{}: {}", root.dialect.label(), step.detail);
            }
            // Beside the main one a dialect without a list of models is no fault: messages may be all that it serves.
            if root.dialect != provider.dialect() && found.iter().any(|step| !step.ok) {
                for step in &mut found {
                    step.ok = true;
                    step.detail.push_str(" (no list of models in this dialect; not tested further)");
                }
                found.truncate(1);
            }
        }
        steps.extend(found);
    }
    finish(steps)
}

/// The ids that an upstream lists in its main dialect, or why there is no list.
pub(crate) async fn called_models(
    cx: &Cx,
    upstream: &Upstream,
    secret: Option<&SecretString>,
) -> std::result::Result<Vec<String>, String> {
    let Some(provider) = cx.control().catalog().get(&upstream.provider).cloned() else {
        return Err(format!("no provider file has the id {}", upstream.provider));
    };
    let Some(root) = provider.roots.first() else { return Err("its provider speaks nothing".to_owned()) };
    if upstream.base_url.is_echo() {
        return Ok(vec![domain::plan::ECHO_MODEL.to_owned()]);
    }
    let place = provider.root(root.dialect, &upstream.base_url).ok_or("its address cannot be read")?;
    let pem = upstream.settings.ca_pem.as_deref();
    let dialer = cx.dialer().trusting_also(pem, None).map_err(|error| error.to_string())?;
    let call = models(&dialer, root, &place, &upstream.settings, secret);
    match tokio::time::timeout(TIMEOUT, call).await {
        Err(_) => Err("no answer within 15 seconds".to_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok((status, _))) if !status.is_success() => {
            Err(format!("{}: the provider does not list its models", status.as_u16()))
        }
        Ok(Ok((_, body))) => listed(&body, root.dialect).ok_or_else(|| "the answer is no list of models".to_owned()),
    }
}

async fn models(
    dialer: &Dialer,
    root: &Root,
    base: &BaseUrl,
    settings: &UpstreamSettings,
    secret: Option<&SecretString>,
) -> std::result::Result<(StatusCode, Bytes), DialError> {
    // Lists come in pages where a dialect has them; the largest page holds every vendor's models today.
    let (tail, query) = match root.dialect {
        Dialect::Openai => ("/models", None),
        Dialect::Anthropic => ("/v1/models", Some("limit=1000")),
        Dialect::Gemini => ("/v1beta/models", Some("pageSize=1000")),
        Dialect::Azure => ("/openai/v1/models", None),
    };
    let uri = Dialer::target(base, tail, query)?;
    let mut request =
        Request::get(uri).header(header::ACCEPT, "application/json").header(header::USER_AGENT, "keywright");
    if root.dialect == Dialect::Anthropic {
        request = request.header("anthropic-version", "2023-06-01");
    }
    for (name, value) in &settings.headers {
        request = request.header(name, value);
    }
    if let Some(secret) = secret {
        let value = format!("{}{}", root.credential.prefix, secret.expose_secret());
        if let Ok(mut value) = header::HeaderValue::from_str(&value) {
            value.set_sensitive(true);
            request = request.header(root.credential.name.as_str(), value);
        }
    }
    let request = request.body(Outgoing::whole(Bytes::new())).map_err(|_| DialError::OutOfBase)?;
    let answer = dialer.send(base, request).await?;
    let status = answer.status();
    // A body that breaks off or is endless still leaves the status to judge by.
    let body = Limited::new(answer.into_body(), MODELS_MAX).collect().await.map(http_body_util::Collected::to_bytes);
    Ok((status, body.unwrap_or_default()))
}

/// The ids in a list of models.
fn listed(body: &[u8], dialect: Dialect) -> Option<Vec<String>> {
    let list = serde_json::from_slice::<serde_json::Value>(body).ok()?;
    let (field, id) = if dialect == Dialect::Gemini { ("models", "name") } else { ("data", "id") };
    let items = list.get(field)?.as_array()?;
    let name = |item: &serde_json::Value| {
        let text = item.get(id)?.as_str()?;
        Some(text.strip_prefix("models/").unwrap_or(text).to_owned())
    };
    Some(items.iter().filter_map(name).collect())
}

/// What the answer to `GET /models` says about the secret and the base URL.
fn judge(status: StatusCode, body: &[u8], has_secret: bool, ms: i64, dialect: Dialect) -> Vec<TestStep> {
    let version = match dialect {
        Dialect::Openai => "the base URL should end in /v1",
        Dialect::Anthropic | Dialect::Gemini | Dialect::Azure => "the base URL should be the host alone",
    };
    let failed = |detail: &str| vec![step(TestStepName::Secret, false, detail, ms)];
    match status.as_u16() {
        200..=299 => {
            let word = if has_secret { "accepted" } else { "not needed" };
            let models = if let Some(models) = listed(body, dialect) {
                step(TestStepName::Models, true, &format!("{} found", models.len()), 0)
            } else {
                let detail = format!("the answer is no list of models; {version}");
                step(TestStepName::Models, false, &detail, 0)
            };
            vec![step(TestStepName::Secret, true, word, ms), models]
        }
        401 if !has_secret => failed("401: the server asks for a secret, and none is stored"),
        401 => failed("401: the provider refuses this secret; paste a current one"),
        403 => failed("403: the secret is known but may not list models; check its permissions at the provider"),
        404 => failed(&format!("404: nothing there; {version}")),
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
        let report = finish(judge(StatusCode::from_u16(status).unwrap(), body.as_bytes(), true, 3, Dialect::Openai));
        (report.ok, report.steps.iter().map(|step| step.detail.clone()).collect::<Vec<_>>().join(" | "))
    }

    #[test]
    fn every_failure_names_its_fix() {
        assert_eq!(verdict(200, r#"{"data":[{"id":"a"},{"id":"b"}]}"#), (true, "accepted | 2 found".to_owned()));
        assert!(verdict(404, "").1.contains("should end in /v1"));
        assert!(verdict(401, "").1.contains("refuses this secret"));
        let (ok, text) = verdict(200, "<html>");
        assert!(!ok && text.contains("/v1"));
        assert!(!verdict(302, "").0 && !verdict(500, "").0 && !verdict(429, "").0);
    }
}
