//! Job `settle_answers`: asks for the end of background answers that no client has come back for, so that their usage counts.

use bytes::Bytes;
use dial::{Dialer, Outgoing};
use domain::{CostSource, Dialect, OpenEnum, RequestId, RequestLog, Schedule, Timestamp};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use providers::{BodyMeter, Facts, Grammar};
use secrecy::ExposeSecret as _;
use store::OpenAnswer;

use super::{Job, Progress};
use crate::{Cx, Result, upstreams::stored_secret};

/// Clients that poll come back within this time.
const PATIENCE: i64 = 10 * 60 * Timestamp::SECOND;
/// Providers forget answers after thirty days.
const KEPT: i64 = 31 * Timestamp::DAY;
/// Answers that are asked for in one run.
const AT_ONCE: i64 = 100;
/// Larger answers are none.
const ANSWER_MAX: usize = 64 << 20;
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// See the module.
pub(super) struct SettleAnswers;

impl Job for SettleAnswers {
    const NAME: &'static str = "settle_answers";
    const DESCRIPTION: &'static str = "Counts the usage of background answers that no client came back for.";
    const SCHEDULE: Schedule = Schedule::minutes(10);

    async fn run(&self, cx: &Cx, progress: &mut Progress) -> Result<String> {
        let now = cx.now();
        let open = cx.store().list_open_answers(now.plus(-PATIENCE), AT_ONCE).await?;
        let (mut settled, mut waiting) = (0, 0);
        for answer in &open {
            match ask(cx, answer).await? {
                Found::Ended(facts) => {
                    settle(cx, answer, *facts).await?;
                    settled += 1;
                }
                Found::Gone => cx.store().give_up_answer(answer).await?,
                Found::NotYet => waiting += 1,
            }
            progress.advance(1, None).await?;
        }
        cx.store().prune_answers(now.plus(-KEPT)).await?;
        Ok(format!("{settled} settled, {waiting} still under way"))
    }
}

/// What an upstream says of an answer.
enum Found {
    Ended(Box<Facts>),
    NotYet,
    /// It does not know it any more, or never will tell.
    Gone,
}

async fn ask(cx: &Cx, answer: &OpenAnswer) -> Result<Found> {
    let Some(row) = cx.store().find_upstream(&answer.upstream_id).await? else { return Ok(Found::Gone) };
    let Ok(upstream) = cx.keyring().verify(row) else { return Ok(Found::NotYet) };
    let Some(provider) = cx.control().catalog().get(&upstream.provider).cloned() else { return Ok(Found::NotYet) };
    let (Some(base), Some(root)) =
        (provider.root(Dialect::Openai, &upstream.base_url), provider.speaks(Dialect::Openai))
    else {
        return Ok(Found::Gone);
    };
    let Ok(secret) = stored_secret(cx, &upstream).await? else { return Ok(Found::NotYet) };
    let Ok(uri) = Dialer::target(&base, &format!("/responses/{}", answer.answer_id), None) else {
        return Ok(Found::Gone);
    };
    let mut request = Request::get(uri).header(header::USER_AGENT, "keywright");
    if let Some(secret) = secret {
        let value = format!("{}{}", root.credential.prefix, secret.expose_secret());
        if let Ok(mut value) = header::HeaderValue::from_str(&value) {
            value.set_sensitive(true);
            request = request.header(root.credential.name.as_str(), value);
        }
    }
    let Ok(request) = request.body(Outgoing::whole(Bytes::new())) else { return Ok(Found::Gone) };
    let Ok(dialer) = cx.dialer().trusting_also(upstream.settings.ca_pem.as_deref(), None) else {
        return Ok(Found::NotYet);
    };
    let asked = tokio::time::timeout(TIMEOUT, async {
        let answer = dialer.send(&base, request).await.ok()?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_MAX).collect().await.ok()?.to_bytes();
        Some((status, body))
    });
    let Ok(Some((status, body))) = asked.await else { return Ok(Found::NotYet) };
    if matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE) {
        return Ok(Found::Gone);
    }
    if !status.is_success() {
        return Ok(Found::NotYet);
    }
    let mut meter = BodyMeter::new(Grammar::Responses);
    meter.feed(&body);
    let facts = meter.finish();
    Ok(match (facts.unfinished, facts.usage.is_empty()) {
        (true, _) => Found::NotYet,
        (false, true) => Found::Gone,
        (false, false) => Found::Ended(Box::new(facts)),
    })
}

/// Writes the row that tells the end, in the name of the key that asked. If a client came back meanwhile, its row counts
/// and this one says nothing.
async fn settle(cx: &Cx, answer: &OpenAnswer, facts: Facts) -> Result<()> {
    let Some(Ok(asked)) = cx.store().find_request(&answer.request_id).await? else {
        return Ok(cx.store().give_up_answer(answer).await?);
    };
    let now = cx.now();
    let row = RequestLog {
        id: RequestId::new(now, cx.random().bytes()),
        started_at: now,
        method: "GET".to_owned(),
        endpoint: format!("/v1/responses/{}", answer.answer_id),
        streamed: false,
        model_served: facts.model,
        status: 200,
        upstream_status: None,
        usage: facts.usage,
        usage_raw: facts.raw,
        service_tier: facts.service_tier,
        price_nano: facts.cost_nano,
        cost_source: facts.cost_nano.map(|_| OpenEnum::Known(CostSource::Reported)),
        latency_us: 0,
        first_byte_us: None,
        attempts: 1,
        client_address: String::new(),
        user_agent: Some("keywright".to_owned()),
        error_class: None,
        count: 1,
        attempts_detail: None,
        background: Some(answer.answer_id.clone()),
        ..asked
    };
    Ok(cx.store().insert_requests(&[row]).await?)
}
