//! Admin plane tests against overload and guessing: bodies of unknown senders, connection shares, health probes,
//! throttles.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{Method, StatusCode};
use serde_json::json;
use server::http::{Limits, Listeners, Plane, accept};
use testkit::{ADMIN_TOKEN, Raw, TestServer, both_engines};
use tokio::net::TcpListener;

const PASSWORD: &str = "quiet otters count bridges";

/// A user who signs in from `address` with what their browser keeps.
fn at(server: &TestServer, address: [u8; 4]) -> control::Cx {
    server.parts().control.cx(domain::Actor::Anonymous, Some(address.into()))
}

fn form(password: &str) -> contract::session::Login {
    contract::session::Login { email: "ada@example.org".to_owned(), password: password.to_owned() }
}

/// Makes the first administrator and returns what their browser is known by.
async fn set_up(server: &TestServer) -> control::users::SignedIn {
    let cx = at(server, [10, 0, 0, 1]);
    let token = control::users::setup_token(&cx).await.unwrap().unwrap();
    let token = secrecy::ExposeSecret::expose_secret(&token).to_owned();
    let asked = contract::session::Setup { token, email: "ada@example.org".to_owned(), password: PASSWORD.to_owned() };
    control::users::setup(&cx, asked, None).await.unwrap()
}

fn token_of(signed_in: &control::users::SignedIn) -> String {
    secrecy::ExposeSecret::expose_secret(&signed_in.device).to_owned()
}

/// The code of a sign-in's outcome.
async fn try_in(cx: &control::Cx, password: &str, browser: Option<&str>) -> &'static str {
    match control::users::login(cx, form(password), browser).await {
        Ok(_) => "in",
        Err(error) => error.code(),
    }
}

/// A plane on a listener of its own, for so many connections in all.
async fn listen(plane: Plane, listeners: &Arc<Listeners>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    listeners.tasks.spawn(accept(listener, plane, listeners.clone()));
    address
}

fn listeners(server: &TestServer, total: usize) -> Arc<Listeners> {
    let limits = Limits {
        header_timeout: Duration::from_mins(1),
        idle_timeout: Duration::from_mins(1),
        write_stall: Duration::from_mins(1),
        per_address: 1000,
        total,
        trusted_proxies: Vec::new(),
    };
    Listeners::new(limits, server.parts().readiness.clone(), ("http://gateway.example", "http://admin.example"))
}

/// Opens connections until no more are taken, and returns those that are served.
async fn open_connections(address: SocketAddr, secret: &str) -> Vec<Raw> {
    let mut open = Vec::new();
    loop {
        let mut raw = Raw::connect(address).await;
        let bytes = format!("GET /v1/models HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {secret}\r\n\r\n");
        match raw.ask(bytes.as_bytes()).await {
            Some(answer) if !(answer.status == 503 && answer.body.is_empty()) => open.push(raw),
            _ => return open,
        }
        assert!(open.len() < 1000, "there is no limit");
    }
}

/// Revokes over the admin API at `address`, under the name of the server's own listener.
async fn revoke_at(server: &TestServer, address: SocketAddr, key: &testkit::Key) -> u16 {
    let host = server.admin_address();
    let bytes = format!(
        "POST /api/v1/keys/{}/revoke HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\nContent-Length: 0\r\n\r\n",
        key.id
    );
    let answer = Raw::connect(address).await.ask(bytes.as_bytes()).await;
    answer.map_or(0, |answer| answer.status)
}

both_engines! {
    /// Whoever sends a body without saying who they are, or wrongly, is refused while the body is still on its way.
    async fn no_body_is_read_before_it_is_known_who_asks(engine) {
        let server = TestServer::with(engine, &[("body_idle_timeout", "600"), ("body_grace", "600")]).await;
        set_up(&server).await;
        let key = server.key(json!({})).await;
        let (address, origin) = (server.admin_address(), "Sec-Fetch-Site: same-origin\r\n");
        let json = "Content-Type: application/json\r\n";
        for (path, fields, status) in [
            ("/api/v1/keys", json.to_owned(), 401),
            ("/api/v1/keys", format!("{json}Authorization: Bearer wrong\r\n"), 401),
            ("/api/v1/keys", format!("{json}Authorization: Basic eA==\r\n"), 401),
            ("/api/v1/keys", format!("{json}Authorization: Bearer {}\r\n", key.secret), 403),
            ("/api/v1/keys", format!("{json}Cookie: keywright=AAAAAAAAAAAAAAAAAAAAAA\r\n{origin}"), 401),
            ("/api/v1/upstreams", format!("{json}{origin}"), 401),
            ("/api/v1/nothing", format!("{json}{origin}"), 404),
            ("/keys/new", origin.to_owned(), 303),
            ("/upstreams/new", origin.to_owned(), 303),
            ("/logout", origin.to_owned(), 303),
            ("/_fn/keys/first_request", origin.to_owned(), 401),
            ("/_fn/nothing", origin.to_owned(), 401),
        ] {
            for framing in ["Content-Length: 500000", "Transfer-Encoding: chunked"] {
                let fields = if path.starts_with("/api/") && !fields.contains("Authorization") && !fields.contains("Sec-") {
                    format!("{fields}{origin}")
                } else {
                    fields.clone()
                };
                let bytes = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\n{fields}{framing}\r\n\r\n");
                let mut raw = Raw::connect(address).await;
                let answer = raw.ask(bytes.as_bytes()).await.unwrap_or_else(|| panic!("{path} {framing}: no answer"));
                assert_eq!(answer.status, status, "{path} {fields} {framing}: {}", answer.text());
                assert_eq!(answer.field("connection"), Some("close"), "{path} {framing}");
                raw.rest().await;
            }
        }
    }

    /// Sign-in and setup take 16 KiB from any caller; a known one may send a MiB.
    async fn forms_of_unauthenticated_callers_are_small(engine) {
        let server = TestServer::start(engine).await;
        set_up(&server).await;
        let url = server.admin_url();
        for path in ["/login", "/setup", "/theme"] {
            for (length, large) in [(16 * 1024, false), (16 * 1024 + 1, true)] {
                let body = format!("theme=dark&x={}", "x".repeat(length - 13));
                assert_eq!(body.len(), length);
                let form = |body| server.http().post(format!("{url}{path}")).header("origin", &url).header("content-type", "application/x-www-form-urlencoded").body(body);
                let whole = form(reqwest::Body::from(body.clone())).send().await.unwrap();
                assert_eq!(whole.status() == StatusCode::PAYLOAD_TOO_LARGE, large, "{path} {length}: {}", whole.status());
                let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(body)]);
                let chunked = form(reqwest::Body::wrap_stream(stream)).send().await.unwrap();
                assert_eq!(chunked.status() == StatusCode::PAYLOAD_TOO_LARGE, large, "{path} {length}: {}", chunked.status());
            }
        }
        let known = json!({ "name": "n", "description": "x".repeat(500_000) });
        assert_eq!(server.rest(Method::POST, "/keys", Some(known)).await.0, 422);
    }

    /// However many connections the gateway has, an administrator gets one, and a revoke through it holds (R3).
    async fn overload_of_the_gateway_does_not_lock_the_administrator_out(engine) {
        let server = TestServer::start(engine).await;
        let (key, other) = (server.key(json!({})).await, server.key(json!({})).await);
        let (gateway, admin) = (server.parts().gateway.clone(), server.parts().admin.clone());
        let apart = listeners(&server, 16);
        let at_gateway = listen(Plane::Gateway(gateway.clone()), &apart).await;
        let at_admin = listen(Plane::Admin(admin.clone()), &apart).await;
        let mut open = open_connections(at_gateway, &key.secret).await;
        assert_eq!(open.len(), 14);
        assert_eq!(revoke_at(&server, at_admin, &key).await, 200);
        let ask = format!("GET /v1/models HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n\r\n", key.secret);
        assert_eq!(open[0].ask(ask.as_bytes()).await.unwrap().status, 401);

        // One port for both: beyond the gateway's share its requests are turned away, an administrator's are not.
        let merged = listeners(&server, 16);
        let both = listen(Plane::Merged(gateway, admin), &merged).await;
        let open = open_connections(both, &other.secret).await;
        assert_eq!(open.len(), 14);
        assert_eq!(revoke_at(&server, both, &other).await, 200);
    }

    /// Probes on both listeners, with and without the details (F10).
    async fn health_probes_answer_on_both_listeners(engine) {
        let server = TestServer::start(engine).await;
        // The audit log of a fresh installation ends before its first record.
        let parts = format!("[+]shutdown ok\n[+]ledger ok\n[+]database ok\n[+]audit_head 0 {}\n", "0".repeat(64));
        for url in [server.gateway_url(), server.admin_url()] {
            for (path, expected) in [
                ("/livez", "ok\n"),
                ("/readyz", "ok\n"),
                ("/healthz", "ok\n"),
                ("/livez?verbose", "[+]process ok\nlivez check passed\n"),
                ("/readyz?verbose", &format!("{parts}readyz check passed\n")),
                ("/healthz?verbose", &format!("{parts}healthz check passed\n")),
                ("/healthz?verbose=1&x=y", &format!("{parts}healthz check passed\n")),
            ] {
                let answer = server.http().get(format!("{url}{path}")).send().await.unwrap();
                assert_eq!(answer.status(), 200, "{url}{path}");
                assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
                assert_eq!(answer.text().await.unwrap(), expected, "{path}");
            }
            let posted = server.http().post(format!("{url}/healthz")).send().await.unwrap();
            assert_eq!(posted.status(), 405);
        }
        server.parts().readiness.leave();
        let answer = server.http().get(format!("{}/readyz?verbose", server.admin_url())).send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert!(answer.text().await.unwrap().starts_with("[-]shutdown failed: shutting down\n"));
        let alive = server.http().get(format!("{}/livez", server.admin_url())).send().await.unwrap();
        assert_eq!(alive.status(), 200);
    }

    /// Wrong bearers are slowed per address; the right one passes all the while, and time makes good.
    async fn wrong_bearers_are_slowed(engine) {
        let server = TestServer::start(engine).await;
        let url = format!("{}/api/v1/keys", server.admin_url());
        for (n, wrong) in ["Bearer wrong", "Basic eA==", "Bearer sk-auto-live-x"].into_iter().cycle().take(60).enumerate() {
            let answer = server.http().get(&url).header("authorization", wrong).send().await.unwrap();
            assert_eq!(answer.status(), 401, "{n}");
        }
        let slowed = server.http().get(&url).bearer_auth("wrong").send().await.unwrap();
        assert_eq!(slowed.status(), 429);
        assert_eq!(slowed.headers()["retry-after"], "1");
        assert_eq!(slowed.json::<serde_json::Value>().await.unwrap()["code"], "throttled");
        assert_eq!(server.rest(Method::GET, "/keys", None).await.0, 200);
        assert_eq!(server.http().get(&url).send().await.unwrap().status(), 401, "nothing was guessed here");
        server.clock().advance(Duration::from_secs(1));
        assert_eq!(server.http().get(&url).bearer_auth("wrong").send().await.unwrap().status(), 401);
        assert_eq!(server.http().get(&url).bearer_auth("wrong").send().await.unwrap().status(), 429);
    }

    /// No browser guesses at what an answer is.
    async fn every_answer_forbids_sniffing(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let (gateway, admin) = (server.gateway_url(), server.admin_url());
        let many = (0..70).map(|n| (format!("x-{n}"), "y")).collect::<Vec<_>>();
        for url in [format!("{gateway}/v1/models"), format!("{gateway}/nothing"), format!("{gateway}/livez"), format!("{admin}/login"), format!("{admin}/"), format!("{admin}/nothing"), format!("{admin}/api/v1/keys"), format!("{admin}/api/v1/openapi.json"), format!("{admin}/readyz")] {
            let plain = server.http().get(&url);
            let with_many_fields = many.iter().fold(server.http().get(&url), |request, (name, value)| request.header(name, *value));
            for (request, status) in [(plain, None), (with_many_fields, Some(431))] {
                let answer = request.send().await.unwrap();
                assert!(status.is_none_or(|status| status == answer.status()), "{url}: {}", answer.status());
                assert_eq!(answer.headers().get("x-content-type-options").map(reqwest::header::HeaderValue::as_bytes), Some(&b"nosniff"[..]), "{url} {}", answer.status());
            }
        }
        for model in ["m", "echo", "fail-500", "unauthorized"] {
            let answer = server.chat(&key, model, "x").await;
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{model}");
        }
    }

    /// A browser that signed in before has an allowance of its own: what others fail at does not lock it out (F15).
    async fn other_clients_do_not_lock_an_administrator_out(engine) {
        let server = TestServer::start(engine).await;
        let known = token_of(&set_up(&server).await);
        let here = at(&server, [10, 0, 0, 1]);
        for _ in 0..10 {
            assert_eq!(try_in(&here, "not the password", None).await, "unauthenticated");
        }
        // From the same address even: an unknown caller is throttled, with a forged or a foreign token as well.
        let mut forged = known.clone();
        forged.replace_range(4..5, if &known[4..5] == "0" { "1" } else { "0" });
        for other in [None, Some("v1.x"), Some(forged.as_str()), Some("")] {
            assert_eq!(try_in(&here, PASSWORD, other).await, "throttled", "{other:?}");
        }
        assert_eq!(try_in(&here, PASSWORD, Some(&known)).await, "in");
        // Its own allowance has an end too, and its token one day.
        for _ in 0..10 {
            assert_eq!(try_in(&here, "not the password", Some(&known)).await, "unauthenticated");
        }
        assert_eq!(try_in(&here, PASSWORD, Some(&known)).await, "throttled");
        let fresh = at(&server, [10, 0, 0, 9]);
        assert_eq!(try_in(&fresh, PASSWORD, None).await, "in");
        server.clock().advance(Duration::from_millis(control::users::DEVICE_LIFETIME_MS.unsigned_abs()));
        for _ in 0..10 {
            assert_eq!(try_in(&here, "not the password", None).await, "unauthenticated");
        }
        assert_eq!(try_in(&here, PASSWORD, Some(&known)).await, "throttled", "no device is known for ever");
    }

    /// A reset ends sign-ins that had verified the old password already, wherever they stand.
    async fn a_password_reset_ends_a_sign_in_that_is_under_way(engine) {
        let server = TestServer::start(engine).await;
        let before = set_up(&server).await;
        let cx = at(&server, [10, 0, 0, 1]);
        let under_way = control::users::login(&cx, form(PASSWORD), None).await.unwrap();
        let of = |signed_in: control::users::SignedIn| {
            let cx = cx.clone();
            async move { control::users::of_session(&cx, &signed_in.user.id, &signed_in.password).await.unwrap() }
        };
        assert_eq!(of(under_way.clone()).await, Some(under_way.user.clone()));
        let local = server.parts().control.cx(domain::Actor::Local { uid: 0 }, None);
        let fresh = "seven green bridges hum";
        // Some verify the old password while it is being replaced: whoever got in with it is out again at the end.
        let racing = futures_util::future::join_all((2..6).map(|n| {
            let cx = at(&server, [10, 0, 0, n]);
            async move { control::users::login(&cx, form(PASSWORD), None).await }
        }));
        let reset = control::users::reset_password(&local, "ada@example.org", secrecy::SecretString::from(fresh));
        let (raced, reset) = tokio::join!(racing, reset);
        reset.unwrap();
        for signed_in in raced.into_iter().flatten().chain([before, under_way]) {
            assert_eq!(of(signed_in).await, None);
        }
        let after = control::users::login(&cx, form(fresh), None).await.unwrap();
        assert_eq!(of(after.clone()).await, Some(after.user));
    }

    /// Nodes of one installation name the same setup token, and none makes another's worthless.
    async fn nodes_share_their_setup_token(engine) {
        let server = TestServer::start(engine.clone()).await;
        let here = server.parts().control.cx(domain::Actor::System, None);
        let file = server.dir().join("setup-token");
        let first = std::fs::read_to_string(&file).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        // On SQLite the other node is this one after it lost its file.
        let dir = if engine.database_url().is_some() { elsewhere.path() } else { server.dir() };
        if engine.database_url().is_none() {
            std::fs::remove_file(&file).unwrap();
        }
        let mut values = vec![("data_dir", dir.display().to_string())];
        values.extend(engine.database_url().map(|url| ("database_url", url.to_owned())));
        let flags = server::config::Flags { config: None, values };
        let config = server::config::Config::from_resolved(&server::config::resolve(&flags, &|_| None).unwrap()).unwrap();
        let sources = server::wire::Sources { clock: Arc::new(server::sources::SystemClock), random: Arc::new(server::sources::SystemRandom) };
        let opened = server::wire::open(&config, &keyring::RootKey::from_random([42; 32]), &sources).await.unwrap();
        let urls = server::wire::Urls { gateway: server.gateway_url(), admin: server.admin_url() };
        let other = server::wire::control(&config, &opened, &sources, urls).unwrap();
        let second = control::users::setup_token(&other.cx(domain::Actor::System, None)).await.unwrap().unwrap();
        assert_eq!(first.trim(), secrecy::ExposeSecret::expose_secret(&second));
        assert_eq!(std::fs::read_to_string(dir.join("setup-token")).unwrap(), first);
        set_up(&server).await;
        assert!(control::users::setup_token(&here).await.unwrap().is_none());
        assert!(control::users::setup_token(&other.cx(domain::Actor::System, None)).await.unwrap().is_none());
    }
}

/// What the hashing queue could not take was no failure of the caller.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_that_the_queue_could_not_judge_are_given_back() {
    let server = TestServer::start(testkit::Engine::sqlite()).await;
    set_up(&server).await;
    let tries = (0..40).map(|n| {
        let cx = at(&server, [10, 0, 1, n]);
        async move { (n, try_in(&cx, "not the password", None).await) }
    });
    let outcomes = futures_util::future::join_all(tries).await;
    let (unjudged, _) = outcomes.iter().find(|(_, code)| *code == "throttled").expect("a queue of sixteen is full");
    let cx = at(&server, [10, 0, 1, *unjudged]);
    for n in 0..10 {
        assert_eq!(try_in(&cx, "not the password", None).await, "unauthenticated", "{n}: ten tries are left");
    }
    assert_eq!(try_in(&cx, "not the password", None).await, "throttled");
}

/// Nor was what the database did not answer to. (SQLite's readers never wait.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_that_the_database_could_not_judge_are_given_back() {
    let Some(engine) = testkit::Engine::postgres().await else { return };
    let url = engine.database_url().unwrap().to_owned();
    let server = TestServer::start(engine).await;
    set_up(&server).await;
    let here = at(&server, [10, 0, 2, 1]);
    let lock = testkit_db::lock_postgres(&url).await;
    let tries = futures_util::future::join_all((0..10).map(|_| try_in(&here, "not the password", None))).await;
    lock.release().await;
    assert_eq!(tries, ["store_unavailable"; 10]);
    for n in 0..10 {
        assert_eq!(try_in(&here, "not the password", None).await, "unauthenticated", "{n}: ten tries are left");
    }
    assert_eq!(try_in(&here, "not the password", None).await, "throttled");
}
