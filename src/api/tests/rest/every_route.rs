//! Route walk: calls every declared operation as every role; no route can be forgotten here.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use axum::{body::Body, http::Method};
use contract::{
    keys::KeysCreate,
    operation::{API_ROOT, Access, Declared, Operation, PathIds, Spec, Visit, VisitSpecial, path},
    operations,
};
use domain::{
    RequestLog, Role,
    permission_table::{Extent, Resource, Verb, permission},
};
use serde_json::{Value, json};

use crate::{
    fixture::{Call, ROLES, RestFixture},
    logs::row,
};

/// What is declared about an operation, and how the ids in its path look.
struct Collected(Vec<(Spec, &'static [&'static str])>);

impl<O: Operation> Visit<O> for Collected {
    fn visit(&mut self) {
        self.0.push((O::SPEC, O::Path::LOOKS));
    }
}

impl<O: Declared> VisitSpecial<O> for Collected {
    fn visit_special(&mut self) {
        self.0.push((O::SPEC, &[]));
    }
}

fn declared() -> Vec<(Spec, &'static [&'static str])> {
    let mut collected = Collected(Vec::new());
    operations::each(&mut collected);
    collected.0
}

/// An operation with ids in its path that lead somewhere and the least body that it takes.
struct Route {
    spec: Spec,
    name: &'static str,
    path: String,
}

impl Route {
    fn call<'a>(&self, fixture: &'a RestFixture) -> Call<'a> {
        let call = fixture.call(self.spec.method.as_str().parse().unwrap(), &self.path);
        if self.spec.example.is_empty() { call } else { call.text("application/json", self.spec.example) }
    }

    fn call_with<'a>(&self, fixture: &'a RestFixture, body: Body) -> Call<'a> {
        fixture.call(self.spec.method.as_str().parse().unwrap(), &self.path).text("application/json", body)
    }
}

/// The id of a thing made for the `n`-th operation.
async fn thing(fixture: &RestFixture, spec: &Spec, looks: &str, n: usize) -> String {
    let id = match looks {
        "key_…" => fixture.key(&format!("key {n}")).await["id"].clone(),
        "up_…" => {
            // Tests of an upstream must not leave the process.
            let tested = spec.access == Access::Needs(Resource::Upstream, Verb::Test);
            let wanted = json!({
                "name": format!("upstream {n}"), "provider": if tested { "echo" } else { "openai" },
                "api_key": "sk-provider-secret-0001",
            });
            fixture.upstream(&wanted).await["id"].clone()
        }
        "mdl_…" => {
            let upstream = fixture.upstream(&json!({ "name": format!("of route {n}"), "provider": "echo" })).await;
            let wanted = json!({
                "name": format!("route {n}"),
                "deployments": [{ "upstream": upstream["id"], "model": "echo" }],
            });
            fixture.post("/api/v1/models", &wanted).await.json()["id"].clone()
        }
        "req_…" => {
            let row = RequestLog { project_id: fixture.project.clone(), ..row(u8::try_from(n).unwrap(), 200) };
            fixture.store.insert_requests(std::slice::from_ref(&row)).await.unwrap();
            Value::from(row.id.as_str())
        }
        "a job's name" => Value::from("trim_changes"),
        "job_…" => {
            let at = domain::Timestamp(1);
            let id = domain::JobRunId::new(at, [u8::try_from(n).unwrap(); 10]);
            fixture.store.insert_job_run(&domain::JobRun::queued(id.clone(), "trim_changes", None, at)).await.unwrap();
            Value::from(id.as_str())
        }
        other => panic!("say how a thing with the id {other} is made"),
    };
    id.as_str().unwrap().to_owned()
}

/// Every operation that asks who is there, each over things of its own.
async fn guarded_routes(fixture: &RestFixture) -> Vec<Route> {
    let mut routes = Vec::new();
    // The example of a model route names it.
    let wanted = json!({ "name": "main", "provider": "openai", "api_key": "sk-provider-secret-0001" });
    fixture.upstream(&wanted).await;
    for (spec, looks) in declared() {
        if spec.access == Access::Public {
            assert_eq!(spec.id, "openapi_show", "only the document is open");
            continue;
        }
        let mut ids = Vec::new();
        for looks in looks {
            ids.push(thing(fixture, &spec, looks, routes.len()).await);
        }
        routes.push(Route { spec, name: spec.id, path: format!("{API_ROOT}{}", path::filled(spec.path, &ids)) });
    }
    routes
}

/// What answers and what is described are the same operations.
#[tokio::test]
async fn the_document_describes_every_operation_and_no_other() {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut described: Vec<(String, String, String)> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            described.push((method.to_uppercase(), path.clone(), id));
        }
    }
    let mut wanted: Vec<(String, String, String)> = declared()
        .into_iter()
        .map(|(spec, _)| (spec.method.as_str().to_owned(), format!("{API_ROOT}{}", spec.path), spec.id.to_owned()))
        .collect();
    described.sort();
    wanted.sort();
    assert_eq!(described, wanted);
}

#[tokio::test]
async fn what_may_not_be_done_to_anything_is_refused_before_the_body_is_read() {
    let fixture = RestFixture::new().await;
    let broken = fixture.call(Method::POST, "/api/v1/upstreams").session("viewer").text("application/json", "{").send();
    broken.await.problem(403, "forbidden");
}

#[tokio::test]
async fn unknown_callers_are_refused_everywhere() {
    let fixture = RestFixture::new().await;
    for route in guarded_routes(&fixture).await {
        let answer = route.call(&fixture).send().await;
        answer.problem(401, "unauthenticated");
        assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="keywright""#, "{}", route.name);
    }
}

/// Nothing of a body is read for whoever is refused by the head alone.
#[tokio::test]
async fn no_body_of_an_unknown_caller_is_read_anywhere() {
    let fixture = RestFixture::new().await;
    let key = fixture.key("a client's").await;
    let key = format!("Bearer {}", key["secret"].as_str().unwrap());
    for route in guarded_routes(&fixture).await {
        for (credential, status) in [(None, 401), (Some("Bearer not-the-token"), 401), (Some(key.as_str()), 403)] {
            let read = Arc::new(AtomicBool::new(false));
            let seen = read.clone();
            let body = futures_util::stream::poll_fn(move |_| {
                seen.store(true, Ordering::SeqCst);
                Poll::Ready(Some(Ok::<_, std::io::Error>("{")))
            });
            let call = route.call_with(&fixture, Body::from_stream(body));
            let call = match credential {
                Some(credential) => call.header("authorization", credential),
                None => call,
            };
            assert_eq!(call.send().await.status.as_u16(), status, "{}", route.name);
            assert!(!read.load(Ordering::SeqCst), "{} reads the body of an unknown caller", route.name);
        }
    }
}

#[tokio::test]
async fn wrong_tokens_are_refused_everywhere() {
    let fixture = RestFixture::new().await;
    for route in guarded_routes(&fixture).await {
        let answer = route.call(&fixture).header("authorization", "Bearer not-the-token").send().await;
        answer.problem(401, "unauthenticated");
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{}", route.name);
    }
}

/// What a route must answer to a role, over a thing of its own or of someone else.
fn expected(spec: &Spec, role: Role, own: bool) -> &'static [u16] {
    const DONE: &[u16] = &[200, 201, 202, 204];
    let Access::Needs(resource, verb) = spec.access else { return DONE };
    let row = permission(resource, verb).unwrap();
    let on_a_thing = spec.path.contains('{');
    match row.of(role) {
        Extent::Never => &[403],
        Extent::Own if on_a_thing && !own => &[404],
        Extent::Own | Extent::Granted | Extent::Anywhere => DONE,
    }
}

#[tokio::test]
async fn every_route_answers_every_role_as_the_table_of_permissions_says() {
    for role in ROLES {
        let fixture = RestFixture::new().await;
        for route in guarded_routes(&fixture).await {
            let answer = route.call(&fixture).session(role.as_str()).send().await;
            let expected = expected(&route.spec, role, false);
            assert!(expected.contains(&answer.status.as_u16()), "{role:?} {}: {}", route.name, answer.text);
        }
    }
}

#[tokio::test]
async fn people_do_to_their_own_keys_what_the_table_of_permissions_says() {
    let fixture = RestFixture::new().await;
    for role in ROLES {
        for (spec, looks) in declared().into_iter().filter(|(_, looks)| looks == &["key_…"]) {
            let made =
                fixture.call(Method::POST, "/api/v1/keys").session(role.as_str()).json(&json!({ "name": "own" }));
            let made = made.send().await;
            if expected(&KeysCreate::SPEC, role, true) == [403] {
                made.problem(403, "forbidden");
                continue;
            }
            let id = made.json()["id"].as_str().unwrap().to_owned();
            let route = Route { spec, name: spec.id, path: format!("{API_ROOT}{}", path::filled(spec.path, &[id])) };
            let answer = route.call(&fixture).session(role.as_str()).send().await;
            let expected = expected(&spec, role, true);
            assert!(expected.contains(&answer.status.as_u16()), "{role:?} {} {looks:?}: {}", spec.id, answer.text);
        }
    }
}

/// Lists show what look-ups show.
#[tokio::test]
async fn a_member_lists_its_own_keys_and_rows_and_counts_nothing_else() {
    let fixture = RestFixture::new().await;
    let other = fixture.key("somebody else's").await["id"].as_str().unwrap().to_owned();
    let made =
        fixture.call(Method::POST, "/api/v1/keys").session("member").json(&json!({ "name": "own" })).send().await;
    let own = made.json()["id"].as_str().unwrap().to_owned();
    for (n, key) in [(1, &other), (2, &own), (3, &own)] {
        let row = RequestLog { key_id: key.parse().unwrap(), project_id: fixture.project.clone(), ..row(n, 200) };
        fixture.store.insert_requests(&[row]).await.unwrap();
    }
    let seen = async |role: &str, path: &str| fixture.call(Method::GET, path).session(role).send().await.json();
    let keys = seen("member", "/api/v1/keys").await;
    assert_eq!((keys["total"].as_i64(), keys["items"][0]["id"].as_str()), (Some(1), Some(own.as_str())));
    assert_eq!(seen("viewer", "/api/v1/keys").await["total"], 2);
    assert_eq!(seen("admin", "/api/v1/keys").await["total"], 2);
    assert_eq!(seen("member", "/api/v1/logs").await["items"].as_array().unwrap().len(), 2);
    assert_eq!(seen("viewer", "/api/v1/logs").await["items"].as_array().unwrap().len(), 3);
    assert_eq!(seen("member", &format!("/api/v1/logs?key_id={other}")).await["items"], json!([]));
    let overview = seen("member", "/api/v1/overview").await;
    assert_eq!((overview["keys"].as_i64(), overview["active_keys"].as_i64()), (Some(1), Some(1)));
    assert_eq!(seen("viewer", "/api/v1/overview").await["keys"], 2);
}

#[tokio::test]
async fn virtual_keys_open_nothing_here() {
    let fixture = RestFixture::new().await;
    let key = fixture.key("a client's").await;
    let bearer = format!("Bearer {}", key["secret"].as_str().unwrap());
    for route in guarded_routes(&fixture).await {
        let answer = route.call(&fixture).header("authorization", &bearer).send().await;
        answer.problem(403, "virtual_key_not_accepted");
    }
}

#[tokio::test]
async fn two_credentials_at_once_are_refused_everywhere() {
    let fixture = RestFixture::new().await;
    for route in guarded_routes(&fixture).await {
        route.call(&fixture).token().session("admin").send().await.problem(400, "ambiguous_credentials");
        // A wrong bearer must not make a session pass by the checks that bearers are exempt from.
        let wrong = route.call(&fixture).header("authorization", "Basic eA==").session("admin").send().await;
        wrong.problem(400, "ambiguous_credentials");
    }
}

/// The answer of every route has exactly the fields that the document promises.
#[tokio::test]
async fn good_answers_have_the_documented_shape() {
    let fixture = RestFixture::new().await;
    let document = serde_json::to_value(api::openapi()).unwrap();
    for route in guarded_routes(&fixture).await {
        let answer = route.call(&fixture).token().send().await;
        let item = format!("/paths/{}/{}", format!("{API_ROOT}{}", route.spec.path).replace('/', "~1"), {
            route.spec.method.as_str().to_lowercase()
        });
        let good = document.pointer(&item).unwrap()["responses"]
            .as_object()
            .unwrap()
            .iter()
            .find(|(status, _)| status.starts_with('2'));
        let (status, response) = good.unwrap();
        assert_eq!(answer.status.as_str(), status, "{}: {}", route.name, answer.text);
        assert_eq!(answer.header("cache-control"), "no-store", "{}", route.name);
        match &response["content"]["application/json"]["schema"] {
            Value::Null => assert_eq!(answer.text, "", "{}", route.name),
            schema => fits(&document, schema, &answer.json(), route.name),
        }
    }
}

#[tokio::test]
async fn parameters_that_mean_nothing_are_refused_everywhere() {
    let fixture = RestFixture::new().await;
    for mut route in guarded_routes(&fixture).await {
        route.path.push_str("?dry_run=true");
        route.call(&fixture).token().send().await.problem(422, "invalid");
    }
}

/// Checks `value` against `schema`: types, required fields, and no field beyond the documented ones.
fn fits(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(document, document.pointer(reference.trim_start_matches('#')).unwrap(), value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        // A value or null.
        let value_schema = choices.iter().find(|choice| choice["type"] != "null").unwrap();
        return fits(document, value_schema, value, at);
    }
    if schema.get("type").is_none() && schema.get("allOf").is_none() {
        // Anything, such as the value that a field of any kind had.
        return;
    }
    let mut parts = Vec::new();
    gather(document, schema, &mut parts);
    if let Some(object) = value.as_object() {
        for part in &parts {
            for field in part["required"].as_array().into_iter().flatten() {
                assert!(object.contains_key(field.as_str().unwrap()), "{at}: {field} is missing from {value}");
            }
        }
        for (field, inner) in object {
            let described = parts.iter().find_map(|part| part["properties"].get(field));
            let described = described.unwrap_or_else(|| panic!("{at}: {field} is not documented"));
            if !inner.is_null() {
                fits(document, described, inner, &format!("{at}.{field}"));
            }
        }
    } else if let Some(items) = value.as_array() {
        for item in items {
            fits(document, &schema["items"], item, &format!("{at}[]"));
        }
    } else {
        let kind = match value {
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            _ => "integer",
        };
        let types = &schema["type"];
        let named = types == kind || types.as_array().is_some_and(|types| types.iter().any(|one| one == kind));
        assert!(named, "{at}: {value} is no {types}");
    }
}

fn gather(document: &Value, schema: &Value, parts: &mut Vec<Value>) {
    if let Some(reference) = schema["$ref"].as_str() {
        gather(document, document.pointer(reference.trim_start_matches('#')).unwrap(), parts);
    } else if let Some(all) = schema["allOf"].as_array() {
        for part in all {
            gather(document, part, parts);
        }
    } else {
        parts.push(schema.clone());
    }
}
