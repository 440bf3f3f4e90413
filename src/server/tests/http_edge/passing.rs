//! Header tests: which fields are forwarded and which are dropped, in both directions.

use testkit::{Raw, both_engines, raw::shown};

use super::{
    case::{Plane, get},
    fixture::{EdgeFixture, UPSTREAM_SECRET},
};

/// The names of the fields of a head, lower case, in alphabetical order.
fn names(head: &str) -> Vec<String> {
    let mut names: Vec<String> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    names.sort();
    names
}

both_engines! {
    /// Credentials, cookies, forwarding fields, hop-by-hop fields and everything unknown are dropped.
    async fn only_listed_fields_reach_the_upstream(engine) {
        let fixture = EdgeFixture::start(engine, &[]).await;
        let fields = "X-Api-Key: <key>\r\nX-Goog-Api-Key: <key>\r\nApi-Key: <key>\r\nCookie: a=<key>\r\n\
            Proxy-Authorization: Basic dTpw\r\nProxy-Connection: keep-alive\r\nConnection: keep-alive, OpenAI-Beta, x-y\r\n\
            OpenAI-Beta: v1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\nTrailer: X-T\r\nUpgrade: websocket\r\nHTTP2-Settings: x\r\n\
            X-Forwarded-For: 10.9.8.7\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 10.9.8.7\r\n\
            Forwarded: for=10.9.8.7\r\nVia: 1.1 proxy\r\nX-HTTP-Method-Override: DELETE\r\nX-Original-URL: /admin\r\n\
            Origin: http://evil.example\r\nReferer: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n\
            X_Forwarded_For: 10.9.8.7\r\nx_api_key: <key>\r\nX-Keywright-Request-Id: forged\r\nX-Unknown: z\r\n\
            OpenAI-Organization: org\r\nUser-Agent: agent\r\nAccept: */*\r\nIdempotency-Key: i\r\n";
        let mut raw = Raw::connect(fixture.entry_points.gateway).await;
        // On a path of OpenAI's alone: elsewhere a header that belongs to a vendor says whose dialect it is.
        let head = format!("GET /v1/responses/r HTTP/1.1\r\nHost: <host>\r\n<auth>{fields}\r\n");
        let answer = raw.ask(&fixture.entry_points.fill(Plane::Gateway, head.as_bytes())).await.unwrap();
        assert_eq!(answer.status, 200, "an upgrade that is asked for is not made: {}", answer.text());
        let received = String::from_utf8(fixture.upstream.received().remove(0)).unwrap();
        let expected = ["accept", "authorization", "host", "idempotency-key", "openai-organization", "user-agent", "x-keywright-hop"];
        assert_eq!(names(&received), expected, "{received}");
        assert!(received.contains(&format!("Bearer {UPSTREAM_SECRET}")), "{received}");
        for text in [fixture.entry_points.key.as_str(), "10.9.8.7", "evil", "forged"] {
            assert!(!received.contains(text), "{received}");
        }
        assert!(received.to_ascii_lowercase().contains(&format!("host: {}", fixture.upstream.address())), "{received}");
        // There is no trusted proxy: the row has the address that the connection came from.
        assert_eq!(fixture.server.logs().await[0]["client_address"], "127.0.0.1");
    }

    /// Cookies, CORS, Server, Location and everything unknown of the upstream's are dropped too.
    async fn only_listed_fields_reach_the_client(engine) {
        let fixture = EdgeFixture::start(engine, &[]).await;
        fixture.upstream.say(
            "HTTP/1.1 201 Created\r\nSet-Cookie: a=b\r\nServer: upstream\r\nAccess-Control-Allow-Origin: *\r\n\
             Location: http://evil.example\r\nContent-Location: /x\r\nRefresh: 0\r\nLink: </x>\r\nAlt-Svc: h3\r\n\
             Strict-Transport-Security: max-age=1\r\nClear-Site-Data: \"*\"\r\nVia: 1.1 p\r\nConnection: keep-alive, x-ratelimit-y\r\n\
             X-RateLimit-Y: 1\r\nKeep-Alive: timeout=5\r\nTrailer: X\r\nUpgrade: h2c\r\nWWW-Authenticate: Basic\r\n\
             X-Powered-By: z\r\nCF-Ray: z\r\nX-Keywright-Request-Id: forged\r\nX-Request-Id: req_1\r\nOpenAI-Version: 1\r\n\
             Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        );
        let mut raw = Raw::connect(fixture.entry_points.gateway).await;
        let answer = raw.ask(&fixture.entry_points.fill(Plane::Gateway, &get(""))).await.unwrap();
        let expected =
            ["content-length", "content-type", "date", "openai-version", "x-content-type-options", "x-keywright-request-id", "x-request-id"];
        assert_eq!((answer.status, names(&answer.head)), (201, expected.map(str::to_owned).to_vec()), "{}", answer.head);
        assert!(answer.field("x-keywright-request-id").unwrap().starts_with("req_"));
    }

    /// Paths and queries reach the upstream raw, behind its base and never anywhere else.
    async fn paths_stay_behind_the_base(engine) {
        let fixture = EdgeFixture::start(engine, &[]).await;
        for target in ["/v1/models/ft:gpt%2F4:a::b", "/v1/x/...?a=//../%2e%2e&b=http://evil.example", "/v1/x;a=b/@evil.example", "/v1/~a/%25"] {
            let mut raw = Raw::connect(fixture.entry_points.gateway).await;
            let bytes = format!("GET {target} HTTP/1.1\r\nHost: evil.example:1\r\n<auth>\r\n");
            let answer = raw.ask(&fixture.entry_points.fill(Plane::Gateway, bytes.as_bytes())).await.unwrap();
            assert_eq!(answer.status, 200, "{target}: {}", answer.text());
            let received = fixture.upstream.received().pop().unwrap();
            assert!(received.starts_with(format!("GET {target} HTTP/1.1\r\n").as_bytes()), "{}", shown(&received));
        }
    }

    /// A browser that is refused gets a page, inert and with every header that a page of ours has.
    async fn browsers_get_a_page(engine) {
        let fixture = EdgeFixture::start(engine, &[]).await;
        for (line, fields, status) in [
            ("GET //keys HTTP/1.1", "", 400),
            ("GET /keys HTTP/1.1", "Expect: x\r\n", 417),
            ("TRACE /keys HTTP/1.1", "", 405),
            ("GET /keys HTTP/1.1", "Content-Encoding: gzip\r\n", 415),
        ] {
            let bytes = format!("{line}\r\nHost: <host>\r\nAccept: text/html\r\nCookie: keywright=x\r\n{fields}\r\n");
            let mut raw = Raw::connect(fixture.entry_points.admin).await;
            let answer = raw.ask(&fixture.entry_points.fill(Plane::Admin, bytes.as_bytes())).await.unwrap();
            assert_eq!((answer.status, answer.field("content-type")), (status, Some("text/html; charset=utf-8")), "{line}");
            assert!(answer.field("content-security-policy").unwrap().contains("default-src 'none'"));
            assert_eq!(answer.field("cache-control"), Some("no-store"));
            assert_eq!(answer.field("set-cookie"), None);
        }
    }

    /// Health answers both planes, and is no way around the framing of a request.
    async fn health_is_no_way_around(engine) {
        let fixture = EdgeFixture::start(engine, &[]).await;
        for plane in [Plane::Gateway, Plane::Admin] {
            for (method, fields, body, status) in [
                ("GET", "", "", 200),
                ("TRACE", "", "", 405),
                ("GET", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n", 400),
                ("GET", "Content-Length: 0\r\nContent-Length: 0\r\n", "", 400),
            ] {
                let bytes = format!("{method} /livez HTTP/1.1\r\nHost: <host>\r\n{fields}\r\n{body}");
                let mut raw = Raw::connect(fixture.entry_points.address(plane)).await;
                let answer = raw.ask(&fixture.entry_points.fill(plane, bytes.as_bytes())).await.unwrap();
                assert_eq!(answer.status, status, "{plane:?} {method} {fields}");
            }
        }
    }
}
