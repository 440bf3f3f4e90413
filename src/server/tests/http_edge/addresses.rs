//! SSRF tests: every spelling of this machine, of private networks and of metadata services, and none of them is
//! dialled.

use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::{Raw, both_engines};

use super::{
    case::{EntryPoints, On, Plane, Row, json as posted},
    fixture::EdgeFixture,
};

const THEME: &str = "Addresses of upstreams, without `upstream_allowed_cidrs`";

/// Spellings that no base URL may have: refused when they are saved.
const ODD: [&str; 16] = [
    "127.1",
    "127.0.1",
    "0x7f000001",
    "0x7f.0.0.1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0",
    "0x0",
    "2852039166",
    "0xa9fea9fe",
    "0xa9.0xfe.0xa9.0xfe",
    "127.0.0.1.",
    "[fe80::1%25lo]",
    "[::ffff:127.1]",
    "127.0.0.1%2eexample",
];

/// Addresses in plain spellings: refused when they are saved, names of them when they are called.
const FORBIDDEN: [&str; 47] = [
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "localhost",
    "LOCALHOST",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::1]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "0.0.0.0",
    "0.1.2.3",
    "[::]",
    "[::ffff:0.0.0.0]",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::a00:1]",
    "[2002:c0a8:1::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.0.1",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "[fe80::1]",
    "[fe80::a9fe:a9fe]",
    "100.100.100.200",
    "[fd00:ec2::254]",
    "224.0.0.1",
    "255.255.255.255",
    "[ff02::1]",
];

fn is_name(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
}

pub fn rows() -> Vec<Row> {
    let row = |host: &&str, status, code, on| Row { theme: THEME, sent: format!("`{host}`"), on, status, code };
    let mut all: Vec<Row> = ODD.iter().map(|host| row(host, 422, "invalid", On::Admin)).collect();
    all.extend(FORBIDDEN.iter().filter(|host| !is_name(host)).map(|host| row(host, 422, "invalid", On::Admin)));
    all.extend(
        FORBIDDEN.iter().filter(|host| is_name(host)).map(|host| row(host, 502, "upstream_forbidden", On::Gateway)),
    );
    all
}

both_engines! {
    /// Each is refused when it is saved or when it is called, and its port is never connected to.
    async fn nothing_of_our_own_is_dialled(engine) {
        let fixture = EdgeFixture::start(engine, &[("upstream_allowed_cidrs", "")]).await;
        let port = fixture.upstream.address().port();
        let save = async |number: usize, host: &str| {
            let base_url = format!("http://{host}:{port}/v1");
            let body = json!({ "name": format!("number {number}"), "provider": "openai_compatible", "base_url": base_url });
            fixture.server.rest(Method::POST, "/upstreams", Some(body)).await
        };
        for (number, host) in ODD.into_iter().enumerate() {
            let (status, view) = save(number, host).await;
            assert_eq!((status, view["code"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("invalid")), "{host}: {view}");
        }
        for (number, host) in FORBIDDEN.into_iter().enumerate() {
            let (status, view) = save(number, host).await;
            if !is_name(host) {
                assert_eq!((status, view["errors"][0]["field"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("base_url")), "{host}: {view}");
                continue;
            }
            assert_eq!(status, StatusCode::CREATED, "{host}: {view}");
            let key = fixture.server.key(json!({ "allowed_upstreams": [view["id"]] })).await;
            let entry_points = EntryPoints { key: key.secret, ..fixture.entry_points.clone() };
            let mut raw = Raw::connect(entry_points.gateway).await;
            let body = json!({ "model": "m", "messages": [] }).to_string();
            let answer = raw.ask(&entry_points.fill(Plane::Gateway, &posted(&body))).await.unwrap();
            assert_eq!((answer.status, answer.code().as_str()), (502, "upstream_forbidden"), "{host}: {}", answer.text());
            assert!(!answer.text().contains(host.trim_matches(['[', ']'])), "clients do not learn where upstreams are");
            // Test, on the admin side, takes the same way out.
            let path = format!("/upstreams/{}/test", view["id"].as_str().unwrap());
            let (_, report) = fixture.server.rest(Method::POST, &path, None).await;
            assert!(!report.to_string().contains("\"ok\":true"), "{host}: {report}");
        }
        assert_eq!(fixture.upstream.counts(), (0, 0), "no connection was made");
        assert_eq!(fixture.server.logs().await.iter().filter(|row| row["error_class"] == "upstream_forbidden").count(), FORBIDDEN.iter().filter(|host| is_name(host)).count());
    }

    /// What a network list allows is called, and what it does not allow beside it is not: otherwise the table above
    /// would prove nothing.
    async fn a_listed_network_is_called(engine) {
        let fixture = EdgeFixture::start(engine, &[("upstream_allowed_cidrs", "127.0.0.1/32")]).await;
        fixture.entry_points.good(Plane::Gateway, &mut Raw::connect(fixture.entry_points.gateway).await, "nothing").await;
        assert_eq!(fixture.upstream.counts(), (1, 1));
    }
}
