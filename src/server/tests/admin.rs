//! Admin plane tests: the admin plane as a browser without JavaScript meets it: setup, sign-in, forms, sessions, and
//! what it refuses.

use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode, redirect::Policy};
use serde_json::json;
use testkit::{TestServer, both_engines};

pub(crate) const PASSWORD: &str = "quiet otters count bridges";

/// A browser: keeps cookies, sends Origin, follows nothing by itself.
pub(crate) struct Browser<'a> {
    server: &'a TestServer,
    http: Client,
    pub(crate) cookie: Option<String>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(server: &'a TestServer) -> Self {
        Self { server, http: Client::builder().redirect(Policy::none()).build().unwrap(), cookie: None }
    }

    async fn send(&mut self, method: Method, path: &str, form: Option<&[(&str, &str)]>) -> Response {
        let url = self.server.admin_url();
        let mut request = self.http.request(method.clone(), format!("{url}{path}")).header("accept", "text/html");
        if method != Method::GET {
            request = request.header("origin", &url);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(form) = form {
            let body = form.iter().map(|(k, v)| format!("{k}={}", encode(v))).collect::<Vec<_>>().join("&");
            request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        }
        let answer = request.send().await.unwrap();
        for value in answer.headers().get_all("set-cookie") {
            let value = value.to_str().unwrap();
            if value.starts_with("keywright=;") {
                self.cookie = None;
            } else if value.starts_with("keywright=") {
                assert!(value.contains("HttpOnly") && value.contains("SameSite=Lax"), "{value}");
                self.cookie = Some(value.split(';').next().unwrap().to_owned());
            }
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        self.send(Method::POST, path, Some(form)).await
    }

    pub(crate) async fn set_up(&mut self) {
        let cx = self.server.parts().control.cx(domain::Actor::System, None);
        let token = control::users::setup_token(&cx).await.unwrap().unwrap();
        let token = secrecy::ExposeSecret::expose_secret(&token).to_owned();
        let answer =
            self.post("/setup", &[("token", &token), ("email", "Ada@example.org"), ("password", PASSWORD)]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Closes the database's pool as soon as a key is committed, before whoever made it goes on.
fn fail_after_a_key(server: &TestServer) {
    let store = server.parts().store.clone();
    let closing = store.clone();
    store.subscribe(std::sync::Arc::new(move |change| {
        if change.kind == domain::ChangeKind::Key {
            let closing = closing.clone();
            let mut closed = Box::pin(async move { closing.close().await });
            // Its first step closes the pool that reads come from; the rest is not waited for.
            let _ = closed.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        }
    }));
}

fn holds_a_secret(text: &str) -> bool {
    let length = |at: usize| text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').count();
    text.match_indices("sk-auto-live-").any(|(at, _)| length(at) == "sk-auto-live-".len() + 46)
}

pub(crate) fn location(answer: &Response) -> &str {
    answer.headers()["location"].to_str().unwrap()
}

both_engines! {
    /// Setup once with the token, sign-in, key with the secret in the answer itself, sign-out (A1, A7).
    async fn first_run_without_javascript(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        assert_eq!(location(&browser.get("/keys").await), "/setup");
        let wrong = browser.post("/setup", &[("token", "0000-0000-0000-0000"), ("email", "ada@example.org"), ("password", PASSWORD)]).await;
        assert_eq!(wrong.status(), 422);
        let page = wrong.text().await.unwrap();
        assert!(page.contains("ada@example.org") && !page.contains(PASSWORD), "input is kept, the password is not");
        browser.set_up().await;
        assert!(!server.dir().join("setup-token").exists());
        assert_eq!(browser.get("/").await.status(), 200);
        assert_eq!(Browser::new(&server).get("/setup").await.status(), 404);

        let page = browser.get("/keys/new").await;
        let csp = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(csp.contains("default-src 'none'") && csp.contains("script-src 'nonce-") && !csp.contains("unsafe-inline"), "{csp}");
        let made = browser.post("/keys/new", &[("name", "checkout"), ("expires_in_days", "90"), ("requests_per_minute", "100")]).await;
        assert_eq!(made.status(), 200);
        assert_eq!(made.headers()["cache-control"], "no-store");
        let text = made.text().await.unwrap();
        let secret = text
            .match_indices("sk-auto-live-")
            .map(|(at, _)| text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>())
            .find(|found| found.len() == "sk-auto-live-".len() + 46)
            .expect("the whole secret is in the answer");
        let key = testkit::Key { id: String::new(), secret: secret.clone() };
        assert_eq!(server.chat(&key, "echo", "hi").await.status(), 200);
        for path in ["/keys", "/", "/keys/new", "/logs"] {
            let page = browser.get(path).await.text().await.unwrap();
            assert!(!page.contains(&secret), "{path} shows the secret again");
        }

        let signed_in = browser.cookie.clone();
        assert_eq!(browser.post("/logout", &[]).await.status(), StatusCode::SEE_OTHER);
        assert_ne!(browser.cookie, signed_in, "a new id at any change of rights");
        let mut thief = Browser::new(&server);
        thief.cookie = signed_in;
        assert!(location(&thief.get("/keys").await).starts_with("/login"));
        assert!(location(&browser.get("/keys").await).starts_with("/login"));
        let wrong = browser.post("/login", &[("email", "ada@example.org"), ("password", "wrong password here")]).await;
        assert_eq!(wrong.status(), 422);
        let right = browser.post("/login", &[("email", "ada@example.org"), ("password", PASSWORD)]).await;
        assert_eq!(right.status(), StatusCode::SEE_OTHER);
        assert_eq!(browser.get("/keys").await.status(), 200);
    }

    /// A form with errors comes back whole: 422, the fix beside the field, the input kept.
    async fn errors_keep_the_input(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        let answer = browser.post("/keys/new", &[("name", "kept-name"), ("expires_in_days", "90"), ("requests_per_minute", "100"), ("allowed_cidrs", "10.0.0.0/33")]).await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        assert!(page.contains("kept-name") && page.contains("10.0.0.0/33") && page.contains("/0 to /32"), "{page}");
    }

    /// What was typed into a field of several lines stays in it (F14).
    async fn text_does_not_break_out_of_its_field(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        let models = "</textarea><h1>mine</h1>";
        let answer = browser.post("/keys/new", &[("name", ""), ("expires_in_days", "90"), ("allowed_models", models)]).await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        assert!(!page.contains("<h1>mine") && page.contains("&lt;/textarea&gt;&lt;h1&gt;mine"), "{page}");
    }

    /// From the commit on the page asks nothing of the database any more: the secret is in it (F20).
    async fn a_secret_is_shown_when_the_database_fails_right_after_its_key_was_made(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        fail_after_a_key(&server);
        let form = [("name", "kept"), ("expires_in_days", "90"), ("requests_per_minute", "100")];
        let made = browser.post("/keys/new", &form).await;
        assert_eq!(made.status(), 200);
        assert!(holds_a_secret(&made.text().await.unwrap()));
        assert!(server.parts().store.list_upstreams().await.is_err(), "the database was gone by then");
    }

    /// The same over REST.
    async fn a_secret_is_answered_when_the_database_fails_right_after_its_key_was_made(engine) {
        let server = TestServer::start(engine).await;
        fail_after_a_key(&server);
        let (status, view) = server.rest(Method::POST, "/keys", Some(json!({ "name": "kept" }))).await;
        assert_eq!(status, StatusCode::CREATED, "{view}");
        assert!(holds_a_secret(view["secret"].as_str().unwrap()));
        assert!(server.parts().store.list_upstreams().await.is_err(), "the database was gone by then");
    }

    /// Half an hour without a request, or twelve hours in all, end a session.
    async fn sessions_end(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        server.clock().advance(Duration::from_mins(29));
        assert_eq!(browser.get("/").await.status(), 200);
        server.clock().advance(Duration::from_mins(31));
        assert!(location(&browser.get("/").await).starts_with("/login"));
        assert_eq!(browser.post("/login", &[("email", "ada@example.org"), ("password", PASSWORD)]).await.status(), StatusCode::SEE_OTHER);
        for _ in 0..23 {
            assert_eq!(browser.get("/").await.status(), 200);
            server.clock().advance(Duration::from_mins(29));
        }
        server.clock().advance(Duration::from_hours(1));
        assert!(location(&browser.get("/").await).starts_with("/login"));
    }

    /// Ten wrong passwords, and sign-in is throttled for a while; time opens it.
    async fn guessing_is_throttled(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        let mut guesser = Browser::new(&server);
        for _ in 0..10 {
            assert_eq!(guesser.post("/login", &[("email", "ada@example.org"), ("password", "not the password")]).await.status(), 422);
        }
        let shut = guesser.post("/login", &[("email", "ada@example.org"), ("password", PASSWORD)]).await;
        assert_eq!(shut.status(), 429);
        server.clock().advance(Duration::from_mins(16));
        assert_eq!(guesser.post("/login", &[("email", "ada@example.org"), ("password", PASSWORD)]).await.status(), StatusCode::SEE_OTHER);
    }

    /// Tries that come at once do not pass the check together.
    async fn parallel_guesses_are_throttled(engine) {
        let server = TestServer::start(engine).await;
        Browser::new(&server).set_up().await;
        let guesses = (0..15).map(|_| async {
            let mut guesser = Browser::new(&server);
            guesser.post("/login", &[("email", "ada@example.org"), ("password", "not the password")]).await.status().as_u16()
        });
        let statuses = futures_util::future::join_all(guesses).await;
        assert!(statuses.iter().filter(|status| **status == 422).count() <= 10, "{statuses:?}");
        assert!(statuses.contains(&429), "{statuses:?}");
    }

    /// The cookie that makes a browser a known one: given at sign-in, kept at sign-out, and enough to get past what
    /// other clients have failed at (F15).
    async fn a_browser_that_signed_in_before_is_known(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        let login = [("email", "ada@example.org"), ("password", PASSWORD)];
        let answer = browser.post("/login", &login).await;
        let device = answer.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).find(|value| value.starts_with("keywright-browser=")).unwrap().to_owned();
        assert!(device.contains("; HttpOnly; SameSite=Lax") && device.contains("Max-Age=34560000"), "{device}");
        let signed_out = browser.post("/logout", &[]).await;
        assert!(signed_out.headers().get_all("set-cookie").iter().all(|value| !value.to_str().unwrap().starts_with("keywright-browser")));
        let mut other_browser = Browser::new(&server);
        for _ in 0..10 {
            assert_eq!(other_browser.post("/login", &[("email", "ada@example.org"), ("password", "not the password")]).await.status(), 422);
        }
        assert_eq!(other_browser.post("/login", &login).await.status(), 429);
        let mut known = Browser::new(&server);
        known.cookie = Some(device.split(';').next().unwrap().to_owned());
        assert_eq!(known.post("/login", &login).await.status(), StatusCode::SEE_OTHER);
    }

    /// Signing out without being signed in leaves nothing behind.
    async fn stray_sign_outs_make_no_session(engine) {
        let server = TestServer::start(engine).await;
        Browser::new(&server).set_up().await;
        let mut other_browser = Browser::new(&server);
        assert_eq!(other_browser.post("/logout", &[]).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(other_browser.cookie, None);
    }

    /// Other sites and other names get nothing, and no cookie.
    async fn foreign_pages_are_refused(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        let cookie = browser.cookie.clone().unwrap();
        let url = server.admin_url();
        for headers in [vec![], vec![("origin", "http://evil.example")], vec![("sec-fetch-site", "cross-site")], vec![("sec-fetch-site", "same-site"), ("origin", url.as_str())]] {
            for path in ["/keys/new", "/login", "/logout", "/api/v1/keys", "/_fn/keys/first_request"] {
                let mut request = server.http().post(format!("{url}{path}")).header("cookie", &cookie).body("name=x");
                for (name, value) in &headers {
                    request = request.header(*name, *value);
                }
                let answer = request.send().await.unwrap();
                assert_eq!(answer.status(), 403, "{path} {headers:?}");
                assert!(!answer.headers().contains_key("set-cookie"));
            }
        }
        assert_eq!(server.rest(Method::GET, "/keys", None).await.1["total"], 0);
        let rebound = server.http().get(format!("{url}/login")).header("host", "evil.example").send().await.unwrap();
        assert_eq!(rebound.status(), 421);
        assert!(!rebound.headers().contains_key("set-cookie"));
    }

    /// Session and token at once are ambiguous; a virtual key is no admin.
    async fn api_callers(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        let url = format!("{}/api/v1/keys", server.admin_url());
        let http = server.http();
        let cookie = browser.cookie.clone().unwrap();
        assert_eq!(http.get(&url).header("cookie", &cookie).send().await.unwrap().status(), 200);
        assert_eq!(http.get(&url).send().await.unwrap().status(), 401);
        assert_eq!(http.get(&url).bearer_auth("wrong").send().await.unwrap().status(), 401);
        let both = http.get(&url).header("cookie", &cookie).bearer_auth(testkit::ADMIN_TOKEN).send().await.unwrap();
        assert_eq!(both.status(), 400);
        let key = server.key(json!({})).await;
        assert_eq!(http.get(&url).bearer_auth(&key.secret).send().await.unwrap().status(), 403);
    }

    /// A password reset at the machine ends every session.
    async fn password_reset_ends_sessions(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        let cx = server.parts().control.cx(domain::Actor::Local { uid: 0 }, None);
        let fresh = "seven green bridges hum";
        control::users::reset_password(&cx, "ada@example.org", secrecy::SecretString::from(fresh)).await.unwrap();
        assert!(location(&browser.get("/").await).starts_with("/login"));
        assert_eq!(browser.post("/login", &[("email", "ada@example.org"), ("password", fresh)]).await.status(), StatusCode::SEE_OTHER);
        let online = server.parts().control.cx(domain::Actor::AdminToken, None);
        assert!(control::users::reset_password(&online, "ada@example.org", secrecy::SecretString::from(fresh)).await.is_err());
    }
}
