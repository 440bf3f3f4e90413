//! A request's body on the admin plane, read whole: neither size nor time are left to the rooms behind.

use std::{pin::pin, time::Duration};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tokio::time::{sleep, timeout};

use super::head::Refused;

/// Largest body; forms and JSON of people.
const BODY_MAX: usize = 1024 * 1024;
/// Bytes per second that a body must bring on average.
const MIN_RATE: f64 = 1024.0;

/// How slow a body may be.
#[derive(Clone, Copy, Debug)]
pub struct BodyPace {
    /// It may be silent for so long.
    pub idle: Duration,
    /// For so long it may be slower than 1 KiB/s.
    pub grace: Duration,
}

/// All of `body`, if it is decent.
pub(super) async fn whole(body: Body, pace: BodyPace) -> Result<Bytes, Refused> {
    const TOO_LARGE: Refused = (StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", "send at most 1 MiB");
    const TOO_SLOW: Refused = (StatusCode::REQUEST_TIMEOUT, "request_timeout", "send the body at once, all of it");
    const BROKEN: Refused = (StatusCode::BAD_REQUEST, "invalid_framing", "the body is not what its framing says");
    if body.size_hint().lower() > BODY_MAX as u64 {
        return Err(TOO_LARGE);
    }
    let mut body = pin!(body);
    let mut all = BytesMut::new();
    // Whatever comes moves it on by the time that it was worth.
    let mut deadline = pin!(sleep(pace.grace));
    loop {
        let frame = tokio::select! {
            biased;
            frame = timeout(pace.idle, body.frame()) => frame.map_err(|_| TOO_SLOW)?,
            () = deadline.as_mut() => return Err(TOO_SLOW),
        };
        let Some(frame) = frame else { return Ok(all.freeze()) };
        // Trailers are for one hop.
        let Ok(data) = frame.map_err(|_| BROKEN)?.into_data() else { continue };
        if all.len() + data.len() > BODY_MAX {
            return Err(TOO_LARGE);
        }
        all.extend_from_slice(&data);
        let earned = Duration::from_secs_f64(f64::from(u32::try_from(data.len()).unwrap_or(u32::MAX)) / MIN_RATE);
        let until = deadline.deadline() + earned;
        deadline.as_mut().reset(until);
    }
}
