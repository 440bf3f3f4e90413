//! Status fidelity: statuses pass as they come: all but a 401 and redirects, which are not the client's to mend or to
//! follow.

use serde_json::Value;
use testkit::both_engines;

use super::exchange::{Answer, Body, FidelityFixture, Request};

/// Those that vendors answer, and some unknown ones.
const PASS: [u16; 35] = [
    200, 201, 202, 203, 206, 207, 226, 299, 300, 305, 306, 400, 402, 403, 404, 405, 406, 408, 409, 410, 411, 413, 415,
    418, 421, 422, 424, 429, 451, 500, 501, 502, 503, 504, 529,
];

fn chat() -> Request {
    Request::new("POST", "/v1/chat/completions").json(r#"{"model":"m","messages":[]}"#)
}

both_engines! {
    /// With their bodies and fields, for an endpoint that is metered and for one that is not.
    async fn pass_as_they_come(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for status in PASS {
            for request in [chat(), Request::new("GET", "/v1/files")] {
                // A good status with an error in its body is one that the row tells of.
                let member = if status < 400 { "note" } else { "error" };
                let body = format!("{{\"{member}\" : {{\"message\":\"{status}\",\"code\":null}} }}");
                fixture.pass(&request, &Answer::json(status, body)).await;
            }
        }
        // Without a Location there is nothing to follow.
        for status in [301, 302, 303, 307, 308] {
            fixture.pass(&chat(), &Answer::json(status, "{}")).await;
        }
        let rows = fixture.server.logs().await;
        assert_eq!(rows.len(), 2 * PASS.len() + 5, "a row for each");
        for row in rows {
            let (status, class) = (row["status"].as_u64().unwrap(), row["error_class"].as_str());
            assert_eq!(class, (status >= 400).then_some("upstream_error"), "{row}");
        }
    }

    /// Those without a body keep their fields.
    async fn without_a_body(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for request in [chat(), Request::new("GET", "/v1/files"), Request::new("DELETE", "/v1/files/file-1")] {
            for status in [204, 304] {
                let answer = Answer::new(status, "application/json", Body::Nothing);
                fixture.pass(&request, &answer).await;
            }
            fixture.pass(&request, &Answer::new(200, "application/json", Body::Whole(Vec::new()))).await;
            fixture.pass(&request, &Answer::new(200, "application/json", Body::Chunks(Vec::new()))).await;
        }
    }

    /// A 401 is about our secret, and a redirect leads away from our upstream: both become 502, with nothing of them shown.
    async fn two_kinds_become_502(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for (status, location, code) in [
            (401, None, "upstream_auth_failed"),
            (301, Some("https://elsewhere.example/v1/x"), "upstream_redirected"),
            (302, Some("/v1/x"), "upstream_redirected"),
            (303, Some("x"), "upstream_redirected"),
            (307, Some("//elsewhere.example"), "upstream_redirected"),
            (308, Some("https://elsewhere.example/"), "upstream_redirected"),
        ] {
            let mut answer = Answer::json(status, r#"{"error":{"message":"elsewhere.example"}}"#);
            if let Some(location) = location {
                answer = answer.with("Location", location);
            }
            fixture.recorder.answer(answer.script());
            let request = chat();
            let answered = fixture.ask(&request).await;
            request.assert_received(&fixture.received(&request), &fixture);
            assert_eq!(answered.head.status(), 502, "{status}");
            let body: Value = serde_json::from_slice(&answered.body).unwrap();
            assert_eq!(body["error"]["code"], code);
            let names: Vec<String> = answered.head.fields().into_iter().map(|(name, _)| name).collect();
            assert_eq!(answered.head.values("x-request-id"), answered.head.values("x-keywright-request-id"), "{status}");
            for name in ["location", "openai-version", "set-cookie"] {
                assert!(!names.iter().any(|found| found == name), "{status}: {names:?}");
            }
            assert!(!String::from_utf8_lossy(&answered.body).contains("elsewhere.example"), "{status}");
            assert_eq!(fixture.server.logs().await[0]["upstream_status"], status, "the row says what it was");
        }
    }
}
