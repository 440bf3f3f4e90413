//! Fake upstream behaviour: how a request is answered; the secret is checked, then the model's name, then the path.

use std::{io::Write as _, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use super::{
    Shared,
    answers::{self, Ask, FullAnswer},
    errors,
    record::Received,
    serve,
    stream::{self, DisconnectCounter, End},
};

/// Between the chunks of an endless stream.
const ENDLESS_EVERY: Duration = Duration::from_millis(10);

/// `round` is the round of releases in which the request came.
pub(super) async fn answer(shared: &Arc<Shared>, request: &Received, round: u64) -> Response {
    let wanted = format!("Bearer {}", *shared.secret.lock());
    let given = request.header("authorization");
    let mut answer =
        if given == Some(wanted.as_str()) { behave(shared, request, round).await } else { errors::unauthorized(given) };
    vendor_headers(&mut answer, shared.log.calls());
    answer
}

async fn behave(shared: &Arc<Shared>, request: &Received, round: u64) -> Response {
    let ask = match Ask::read(request) {
        Ok(ask) => ask,
        Err(no) => return *no,
    };
    match ask.model.as_str() {
        "fail-400" => errors::fail_400(),
        "fail-429" => errors::fail_429(),
        "fail-500" => errors::fail_500(),
        "missing-model" => errors::no_model(&ask.model),
        "unauthorized" => errors::unauthorized(request.header("authorization")),
        "redirect" => redirect(shared.port),
        "reset" => serve::reset(),
        "slow" => {
            let mut waited = DisconnectCounter::new(&shared.log);
            // The sender is in `shared`, so it cannot be gone.
            let _ = shared.released.subscribe().wait_for(|now| *now > round).await;
            waited.done();
            whole(shared, &ask, Duration::ZERO)
        }
        "endless" => {
            let mut pieces = answers::stream(&ask);
            pieces.truncate(5);
            stream::events(stream::body(&shared.log, pieces, ENDLESS_EVERY, End::Never))
        }
        "reset-mid-stream" if ask.stream => {
            let mut pieces = answers::stream(&ask);
            pieces.truncate(4);
            stream::events(stream::body(&shared.log, pieces, Duration::ZERO, End::Break))
        }
        "reset-mid-stream" => half(shared, &ask),
        "no-done" if ask.stream => {
            let mut pieces = answers::stream(&ask);
            pieces.pop();
            stream::events(stream::body(&shared.log, pieces, Duration::ZERO, End::Well))
        }
        "gzip" if request.header("accept-encoding").is_some_and(|codings| codings.contains("gzip")) => gzip(&ask),
        "big-headers" => with_headers(whole(shared, &ask, Duration::ZERO), 40, 2048),
        "many-headers" => with_headers(whole(shared, &ask, Duration::ZERO), 150, 8),
        name if name.starts_with("pause-after-") && ask.stream => {
            let mut pieces = answers::stream(&ask);
            pieces.truncate(name.trim_start_matches("pause-after-").parse().unwrap_or(0));
            stream::events(stream::body(&shared.log, pieces, Duration::ZERO, End::Silent))
        }
        name => {
            let every = match name.strip_prefix("slow-stream") {
                Some("") => shared.every,
                Some(rest) => rest.trim_start_matches('-').parse().map_or(shared.every, Duration::from_millis),
                None => Duration::ZERO,
            };
            whole(shared, &ask, every)
        }
    }
}

/// The usual answer, streamed if it was asked for so.
fn whole(shared: &Arc<Shared>, ask: &Ask, every: Duration) -> Response {
    match answers::whole(ask) {
        FullAnswer::Error(answer) => answer,
        FullAnswer::Json(_) if ask.stream => {
            stream::events(stream::body(&shared.log, answers::stream(ask), every, End::Well))
        }
        FullAnswer::Json(text) => answers::json_text(StatusCode::OK, text),
    }
}

/// A JSON answer that breaks off in its middle.
fn half(shared: &Arc<Shared>, ask: &Ask) -> Response {
    let text = match answers::whole(ask) {
        FullAnswer::Error(answer) => return answer,
        FullAnswer::Json(text) => Bytes::from(text),
    };
    let pieces = vec![text.slice(..text.len() / 2)];
    let mut answer = answers::json_text(StatusCode::OK, String::new());
    *answer.body_mut() = stream::body(&shared.log, pieces, Duration::ZERO, End::Break);
    answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    answer
}

fn gzip(ask: &Ask) -> Response {
    let text = match answers::whole(ask) {
        FullAnswer::Error(answer) => return answer,
        FullAnswer::Json(text) => text,
    };
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to a Vec cannot fail.
    let _ = packer.write_all(text.as_bytes());
    let mut answer = answers::json_text(StatusCode::OK, String::new());
    *answer.body_mut() = Body::from(packer.finish().unwrap_or_default());
    answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    answer
}

fn redirect(port: u16) -> Response {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::FOUND;
    if let Ok(place) = HeaderValue::try_from(format!("http://127.0.0.1:{port}/v1/redirected")) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    answer
}

fn with_headers(mut answer: Response, fields: usize, length: usize) -> Response {
    for number in 0..fields {
        let name = HeaderName::try_from(format!("x-filler-{number}"));
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from("f".repeat(length))) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

/// What the vendor puts on every answer; some of it is not for our clients.
fn vendor_headers(answer: &mut Response, number: usize) {
    let fixed = [
        ("openai-version", "2020-10-01"),
        ("openai-organization", "org-lighthouse"),
        ("openai-processing-ms", "42"),
        ("x-ratelimit-limit-requests", "10000"),
        ("x-ratelimit-remaining-requests", "9999"),
        ("server", "cloudflare"),
        ("set-cookie", "__cf_bm=upstream-cookie; path=/; HttpOnly; Secure"),
        ("access-control-expose-headers", "X-Request-ID"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains; preload"),
        ("cf-ray", "lighthouse-FRA"),
    ];
    for (name, value) in fixed {
        answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::try_from(format!("req_fake{number:08}")) {
        answer.headers_mut().insert("x-request-id", id);
    }
}
