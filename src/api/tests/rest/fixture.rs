//! REST fixture: a control plane with a router, and what tests ask of it.

use std::sync::Arc;

use api::{ApiState, SessionActor};
use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header, request::Parts},
};
use domain::{Actor, ProjectId, Role, User};
use secrecy::SecretString;
use serde_json::Value;
use store::Store;
pub(crate) use testkit_control::ADMIN_TOKEN as TOKEN;
use testkit_control::ControlPlane;
use testkit_domain::{ManualClock, user};
use tower::ServiceExt as _;

/// What the listener would call the request.
pub(crate) const REQUEST_ID: &str = "req_01kaj1p2y9f3v8s7m5n4k6t2qd";

pub(crate) struct RestFixture {
    router: Router,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    /// The project of everyone.
    pub(crate) project: ProjectId,
    _plane: ControlPlane,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that this is a whole problem of this status and code; gives it back for more.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:keywright:problem:{code}"));
        assert_eq!(problem["request_id"], REQUEST_ID);
        assert!(!problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty());
        assert!(problem["errors"].is_array());
        problem
    }

    /// The complaint about `field`.
    #[track_caller]
    pub(crate) fn complaint(&self, field: &str) -> String {
        let problem = self.problem(422, "invalid");
        let errors = problem["errors"].as_array().unwrap();
        let found = errors.iter().find(|error| error["field"] == field);
        found.unwrap_or_else(|| panic!("no complaint about {field}: {problem}"))["message"].as_str().unwrap().to_owned()
    }
}

/// A request under construction.
pub(crate) struct Call<'a>(&'a RestFixture, axum::http::request::Builder, Body);

impl Call<'_> {
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0, self.1.header(name, value), self.2)
    }

    pub(crate) fn token(self) -> Self {
        self.header("authorization", &format!("Bearer {TOKEN}"))
    }

    /// Comes with the session of a user in this role: `viewer`, `admin`.
    pub(crate) fn session(self, role: &str) -> Self {
        self.header("cookie", role)
    }

    pub(crate) fn json(self, value: &Value) -> Self {
        self.text("application/json", value.to_string())
    }

    pub(crate) fn text(self, content_type: &str, body: impl Into<Body>) -> Self {
        Self(self.0, self.1.header(header::CONTENT_TYPE, content_type), body.into())
    }

    pub(crate) async fn send(self) -> Answer {
        let request = self.1.header("x-keywright-request-id", REQUEST_ID).body(self.2).unwrap();
        let (parts, body) = self.0.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }
}

impl RestFixture {
    pub(crate) async fn new() -> Self {
        let plane = ControlPlane::new().await;
        let (store, clock) = (plane.store.clone(), plane.clock.clone());
        let token = SecretString::from(TOKEN.to_owned());
        let project = store.first_project().await.unwrap().unwrap().verify(&plane.keyring).unwrap().id.clone();
        let people = ROLES.map(|role| person(role, &project));
        let mut tx = store.begin().await.unwrap();
        for person in &people {
            tx.insert_user(&plane.keyring, person, "no hash of a password").await.unwrap();
        }
        tx.commit().await.unwrap();
        let sessions = Arc::new(CookieRoles(people));
        let router = api::router(ApiState::new(plane.control.clone(), Some(&token), sessions));
        Self { router, store, clock, project, _plane: plane }
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call(self, Request::builder().method(method).uri(path), Body::empty())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).token().send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path).token().json(body).send().await
    }

    /// A key, as it was issued.
    pub(crate) async fn key(&self, name: &str) -> Value {
        let answer = self.post("/api/v1/keys", &serde_json::json!({ "name": name })).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }

    /// An upstream, as it was added.
    pub(crate) async fn upstream(&self, body: &Value) -> Value {
        let answer = self.post("/api/v1/upstreams", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }
}

/// Every role; someone has it.
pub(crate) const ROLES: [Role; 4] = [Role::Owner, Role::Admin, Role::Member, Role::Viewer];

/// Whoever has this role: `user1@example.org` is the admin.
fn person(role: Role, project: &ProjectId) -> User {
    let n = ROLES.iter().position(|one| *one == role).unwrap();
    User { role, project_id: project.clone(), ..user(u8::try_from(n).unwrap()) }
}

/// The cookie names the role: what sessions are is the server's affair.
struct CookieRoles([User; 4]);

#[async_trait]
impl SessionActor for CookieRoles {
    async fn actor(&self, parts: &Parts) -> control::Result<Option<Actor>> {
        let cookie = parts.headers.get(header::COOKIE).map(|value| value.to_str().unwrap());
        if cookie == Some("gone") {
            return Err(control::Error::Unavailable("the pool is closed: canary-of-the-cause".into()));
        }
        let found = self.0.iter().find(|person| Some(person.role.as_str()) == cookie);
        Ok(found.cloned().map(Actor::User))
    }
}
