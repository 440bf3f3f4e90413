//! Incoming request: its head, and what is refused by the head alone.

use std::net::IpAddr;

use axum::body::Body;
use domain::{Dialect, RequestId, Timestamp};
use http::{HeaderMap, HeaderName, Method, Uri, Version, header};
use http_body::Body as _;

use crate::{
    framing::framing_is_plain,
    host::host_is_sound,
    refusal::Refusal,
    target::{self, BadTarget, Target},
};

/// Carries the marks of the installations that a request has come through.
pub(crate) const HOP: HeaderName = HeaderName::from_static("x-keywright-hop");

/// A request whose head has been read.
pub(crate) struct IncomingRequest {
    /// Its id.
    pub id: RequestId,
    /// When its head was whole.
    pub started_at: Timestamp,
    /// The same instant on the monotonic axis.
    pub started_ns: u64,
    /// The dialect that it speaks.
    pub dialect: Dialect,
    /// The client's address, proxies seen through.
    pub address: IpAddr,
    /// The method.
    pub method: Method,
    /// The target, unchecked.
    pub uri: Uri,
    /// The protocol.
    pub version: Version,
    /// The fields.
    pub headers: HeaderMap,
    /// The body, unread.
    pub body: Body,
}

impl IncomingRequest {
    /// Checks framing, host, expectation, method and target: whatever can be said before the caller is authenticated. `hop` is
    /// the mark of this installation.
    pub(crate) fn check(&self, hop: &str) -> Result<Target, Refusal> {
        if !framing_is_plain(&self.headers, self.version) {
            return Err(Refusal::InvalidFraming);
        }
        if !host_is_sound(&self.headers) {
            return Err(Refusal::InvalidHost);
        }
        let target = target::check(&self.method, &self.uri, self.dialect).map_err(|bad| match bad {
            BadTarget::Method => Refusal::MethodNotAllowed,
            BadTarget::TooLong => Refusal::TargetTooLong,
            BadTarget::Malformed => Refusal::InvalidTarget,
            BadTarget::NotFound => Refusal::NotFound,
        })?;
        let can_be_met =
            |value: &header::HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"100-continue");
        if !self.headers.get_all(header::EXPECT).iter().all(can_be_met) {
            return Err(Refusal::ExpectationFailed);
        }
        if self.asks_for_websocket() {
            return Err(Refusal::UpgradeRequired);
        }
        let marks = self.headers.get_all(HOP).iter().filter_map(|value| value.to_str().ok());
        if !hop.is_empty() && marks.flat_map(|value| value.split(',')).any(|mark| mark.trim() == hop) {
            return Err(Refusal::LoopDetected);
        }
        Ok(target)
    }

    /// Whether it wants to go on as a WebSocket. Clients that do fall back to HTTP when they hear so.
    fn asks_for_websocket(&self) -> bool {
        let lists = |name, wanted: &[u8]| {
            let values = self.headers.get_all(name).iter();
            values
                .flat_map(|value| value.as_bytes().split(|b| *b == b','))
                .any(|word| word.trim_ascii().eq_ignore_ascii_case(wanted))
        };
        lists(header::UPGRADE, b"websocket") && lists(header::CONNECTION, b"upgrade")
    }

    /// Whether part of the body is still on the wire, so that the connection cannot be used again.
    pub(crate) fn has_unread_body(&self) -> bool {
        !self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn verdict(version: Version, fields: &[(&str, &str)]) -> Result<(), Refusal> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let incoming = IncomingRequest {
            id: RequestId::new(Timestamp(1), [0; 10]),
            started_at: Timestamp(1),
            started_ns: 1,
            dialect: Dialect::Openai,
            address: [127, 0, 0, 1].into(),
            method: Method::POST,
            uri: "/v1/models".parse().unwrap(),
            version,
            headers,
            body: Body::empty(),
        };
        incoming.check("me").map(|_| ())
    }

    #[test]
    fn framing_host_and_expectation() {
        let ok = [("host", "h:1"), ("transfer-encoding", "Chunked"), ("expect", "100-Continue")];
        assert_eq!(verdict(Version::HTTP_11, &ok), Ok(()));
        assert_eq!(verdict(Version::HTTP_10, &[("host", "h")]), Ok(()));
        assert_eq!(verdict(Version::HTTP_11, &[("host", "h"), ("x-keywright-hop", "other")]), Ok(()));
        assert_eq!(verdict(Version::HTTP_11, &[("host", "h"), ("upgrade", "h2c"), ("connection", "upgrade")]), Ok(()));
        for (version, fields, why) in [
            (Version::HTTP_10, &ok[..2], Refusal::InvalidFraming),
            (Version::HTTP_11, &[("host", "h"), ("transfer-encoding", "gzip, chunked")], Refusal::InvalidFraming),
            (Version::HTTP_11, &[("host", "h"), ("transfer-encoding", "identity")], Refusal::InvalidFraming),
            (
                Version::HTTP_11,
                &[("host", "h"), ("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
                Refusal::InvalidFraming,
            ),
            (Version::HTTP_11, &[], Refusal::InvalidHost),
            (Version::HTTP_11, &[("host", "a"), ("host", "a")], Refusal::InvalidHost),
            (Version::HTTP_11, &[("host", "")], Refusal::InvalidHost),
            (Version::HTTP_11, &[("host", "a b")], Refusal::InvalidHost),
            (Version::HTTP_11, &[("host", "u@a")], Refusal::InvalidHost),
            (Version::HTTP_11, &[("host", "a/b")], Refusal::InvalidHost),
            (Version::HTTP_11, &[("host", "h"), ("expect", "200-ok")], Refusal::ExpectationFailed),
            (
                Version::HTTP_11,
                &[("host", "h"), ("upgrade", "WebSocket"), ("connection", "keep-alive, Upgrade")],
                Refusal::UpgradeRequired,
            ),
            (Version::HTTP_11, &[("host", "h"), ("x-keywright-hop", "other, me")], Refusal::LoopDetected),
        ] {
            assert_eq!(verdict(version, fields), Err(why), "{fields:?}");
        }
    }
}
