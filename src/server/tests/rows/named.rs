//! Regression tests: faults that were shown on the first version, each as it was done.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{FakeUpstream, Key, TestServer, both_engines};
use testkit_db::Intruder;

use crate::admin::{Browser, location};

/// Older than this, what the gateway remembers is read again.
const UNTIL_READ_AGAIN: Duration = Duration::from_secs(61);

async fn refused(server: &TestServer, key: &Key, model: &str) -> (u16, String) {
    let answer = server.chat(key, model, "hello").await;
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

/// Acts that the audit log has, oldest first.
async fn acts(server: &TestServer) -> Vec<String> {
    let store = store::Store::open(&server.location()).await.unwrap();
    let acts = store.audit_after(0, 100).await.unwrap().into_iter().map(|record| record.act).collect();
    store.close().await;
    acts
}

both_engines! {
    /// F01: a key widened in the database is not signed by disabling and enabling it.
    async fn a_widened_key_does_not_become_valid_by_a_verb(engine) {
        let server = TestServer::start(engine).await;
        let key = server.key(json!({ "allowed_models": ["gpt-*"] })).await;
        let mut intruder = Intruder::connect(&server.location()).await;
        intruder.execute("keys", "UPDATE keys SET policy = '{}'").await;
        server.clock().advance(UNTIL_READ_AGAIN);
        assert_eq!(refused(&server, &key, "echo").await, (401, "invalid_api_key".to_owned()));
        for verb in ["disable", "enable"] {
            let (status, problem) = server.rest(Method::POST, &format!("/keys/{}/{verb}", key.id), Some(json!({}))).await;
            assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("row_tampered")), "{problem}");
        }
        assert_eq!(refused(&server, &key, "echo").await, (401, "invalid_api_key".to_owned()));
        let (_, list) = server.rest(Method::GET, "/keys", None).await;
        assert_eq!((&list["total"], &list["items"][0]["state"]), (&json!(1), &json!("damaged")));
        assert!(list["items"][0]["damage"].as_str().unwrap().contains("changed by something other"));
        let (status, view) = server.rest(Method::POST, &format!("/keys/{}/revoke", key.id), Some(json!({}))).await;
        assert_eq!((status.as_u16(), &view["state"]), (200, &json!("damaged")), "{view}");
        assert!(view["revoked_at"].is_string());
        assert!(acts(&server).await.iter().any(|act| act == "row.damaged"), "the finding is written down");
    }

    /// F02: a key revoked as leaked does not come back by a change in the database.
    async fn a_revoked_key_does_not_come_back(engine) {
        let server = TestServer::start(engine).await;
        let key = server.key(json!({})).await;
        server.rest(Method::POST, &format!("/keys/{}/revoke", key.id), Some(json!({ "reason": "leaked" }))).await;
        let mut intruder = Intruder::connect(&server.location()).await;
        intruder.execute("keys", "UPDATE keys SET revoked_at = NULL, revoke_reason = NULL, enabled = FALSE").await;
        let (status, problem) = server.rest(Method::POST, &format!("/keys/{}/enable", key.id), Some(json!({}))).await;
        assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("row_tampered")), "{problem}");
        server.clock().advance(UNTIL_READ_AGAIN);
        assert_eq!(refused(&server, &key, "echo").await, (401, "invalid_api_key".to_owned()));
    }

    /// F02, replayed: the whole row as it was before the revocation.
    async fn a_row_from_before_the_revocation_is_refused_by_a_running_node(engine) {
        let server = TestServer::start(engine).await;
        let key = server.key(json!({})).await;
        assert_eq!(server.chat(&key, "echo", "hi").await.status(), 200);
        let mut intruder = Intruder::connect(&server.location()).await;
        intruder.keep("keys").await;
        server.revoke(&key).await;
        intruder.restore("keys").await;
        server.clock().advance(UNTIL_READ_AGAIN);
        assert_eq!(refused(&server, &key, "echo").await, (401, "invalid_api_key".to_owned()));
        let (_, view) = server.rest(Method::GET, &format!("/keys/{}", key.id), None).await;
        assert!(view["damage"].as_str().unwrap().contains("an older state"), "{view}");
    }

    /// F03: a session put into the database signs no one in.
    async fn a_planted_session_signs_no_one_in(engine) {
        let server = TestServer::start(engine).await;
        let mut owner = Browser::new(&server);
        owner.set_up().await;
        assert_eq!(owner.get("/keys").await.status(), 200);
        let mut intruder = Intruder::connect(&server.location()).await;
        // An id of the intruder's own: stored as a plain hash, as its cookie's bytes, and in place of the owner's.
        let cookie = "AAAAAAAAAAAAAAAAAAAAAA";
        let zeros = data_encoding::HEXLOWER.encode(&[0; 16]);
        let plain_hash = "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb";
        for id in [zeros.as_str(), plain_hash] {
            let id = intruder.bytes(id);
            let insert = format!(
                "INSERT INTO sessions (id_hash, user_id, data, created_at, touched_at, expires_at, epoch, mac) \
                 SELECT {id}, user_id, data, created_at, touched_at, expires_at, epoch, mac FROM sessions LIMIT 1"
            );
            intruder.execute("sessions", &insert).await;
            let mut thief = Browser::new(&server);
            thief.cookie = Some(format!("keywright={cookie}"));
            assert!(location(&thief.get("/keys").await).starts_with("/login"));
        }
        assert_eq!(owner.get("/keys").await.status(), 200, "the owner's own session is whole");
    }

    /// F03: a session of another user does not become the owner's.
    async fn a_session_that_was_changed_is_ended(engine) {
        let server = TestServer::start(engine).await;
        let mut owner = Browser::new(&server);
        owner.set_up().await;
        let cookie = owner.cookie.clone();
        let mut intruder = Intruder::connect(&server.location()).await;
        for change in ["expires_at = expires_at + 1", "data = data || ' '", "user_id = NULL", "mac = NULL"] {
            intruder.keep("sessions").await;
            intruder.execute("sessions", &format!("UPDATE sessions SET {change}")).await;
            assert!(location(&owner.get("/keys").await).starts_with("/login"), "{change}");
            intruder.restore("sessions").await;
            owner.cookie.clone_from(&cookie);
            assert_eq!(owner.get("/keys").await.status(), 200, "as it was before");
        }
    }

    /// F04: a changed address gets no prompt, with the credential deleted as well.
    async fn a_changed_upstream_is_out_of_order(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        assert_eq!(server.chat(&key, "gpt-5", "hello").await.status(), 200);
        let elsewhere = FakeUpstream::start().await;
        let mut intruder = Intruder::connect(&server.location()).await;
        intruder.execute("upstreams", &format!("UPDATE upstreams SET base_url = '{}'", elsewhere.base_url())).await;
        intruder.execute("credentials", "DELETE FROM credential_versions").await;
        intruder.execute("credentials", "DELETE FROM credentials").await;
        server.clock().advance(UNTIL_READ_AGAIN);
        assert_eq!(refused(&server, &key, "gpt-5").await, (503, "upstream_damaged".to_owned()));
        assert_eq!(elsewhere.calls(), 0, "neither prompt nor secret went there");
        assert_eq!(server.chat(&key, "echo", "hi").await.status(), 200, "everything else goes on");
        let (_, list) = server.rest(Method::GET, "/upstreams", None).await;
        assert_eq!(list["items"][0]["state"], "damaged", "{list}");
    }

    /// F04: a secret that was taken away is no reason to call without one.
    async fn an_upstream_whose_secret_was_deleted_is_not_called_anonymously(engine) {
        let server = TestServer::start(engine).await;
        let body = json!({ "name": "local", "provider": "openai_compatible", "base_url": server.upstream().base_url(), "api_key": "sk-fake-upstream-0001" });
        assert_eq!(server.rest(Method::POST, "/upstreams", Some(body)).await.0, 201);
        let key = server.key(json!({})).await;
        let mut intruder = Intruder::connect(&server.location()).await;
        intruder.execute("credentials", "DELETE FROM credentials").await;
        server.clock().advance(UNTIL_READ_AGAIN);
        assert_eq!(refused(&server, &key, "gpt-5").await, (503, "credential_unreadable".to_owned()));
        assert_eq!(server.upstream().calls(), 0);
    }

    /// F05: no user is led to send a secret to a changed address; the upstream can be deleted and made anew.
    async fn a_changed_upstream_takes_no_secret(engine) {
        let server = TestServer::start(engine).await;
        let id = server.connect_upstream().await;
        let elsewhere = FakeUpstream::start().await;
        let mut intruder = Intruder::connect(&server.location()).await;
        intruder.execute("upstreams", &format!("UPDATE upstreams SET base_url = '{}'", elsewhere.base_url())).await;
        for (path, body) in [("secret", json!({ "api_key": "sk-entered-again-0001" })), ("default", json!({})), ("test", json!({}))] {
            let (status, problem) = server.rest(Method::POST, &format!("/upstreams/{id}/{path}"), Some(body)).await;
            assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("row_tampered")), "{path}: {problem}");
        }
        assert_eq!(elsewhere.calls(), 0);
        assert_eq!(server.rest(Method::DELETE, &format!("/upstreams/{id}"), None).await.0, 204);
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        assert_eq!(server.chat(&key, "gpt-5", "hello").await.status(), 200);
    }

    /// F12: one row with a provider that this version does not know takes down nothing but itself.
    async fn an_upstream_of_a_newer_version_is_out_of_order_alone(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        let good = server.connect_upstream().await;
        let body = json!({ "name": "newer", "provider": "openai_compatible", "base_url": server.upstream().base_url() });
        let (_, newer) = server.rest(Method::POST, "/upstreams", Some(body)).await;
        let newer = newer["id"].as_str().unwrap().to_owned();
        let any = server.key(json!({})).await;
        let bound = server.key(json!({ "allowed_upstreams": [newer] })).await;
        let mut intruder = Intruder::connect(&server.location()).await;
        intruder.execute("upstreams", &format!("UPDATE upstreams SET provider = 'acme' WHERE id = '{newer}'")).await;
        server.clock().advance(UNTIL_READ_AGAIN);
        assert_eq!(server.chat(&any, "gpt-5", "hello").await.status(), 200);
        assert_eq!(refused(&server, &bound, "gpt-5").await, (503, "upstream_damaged".to_owned()));
        for path in ["/", "/upstreams", "/keys", "/keys/new", "/logs"] {
            assert_eq!(browser.get(path).await.status(), 200, "{path}");
        }
        let (_, list) = server.rest(Method::GET, "/upstreams", None).await;
        let items = list["items"].as_array().unwrap();
        let of = |id: &str| items.iter().find(|one| one["id"] == id).unwrap();
        assert_eq!((items.len(), &of(&newer)["state"], &of(&good)["state"]), (2, &json!("damaged"), &json!("active")));
        assert!(of(&newer)["damage"].as_str().unwrap().contains("acme"), "{list}");
    }

    /// A person whose row was changed cannot sign in, and no other user is locked out by it.
    async fn a_changed_person_is_kept_out_by_a_code_of_its_own(engine) {
        let server = TestServer::start(engine).await;
        let mut browser = Browser::new(&server);
        browser.set_up().await;
        let mut intruder = Intruder::connect(&server.location()).await;
        intruder.execute("members", "UPDATE members SET role = 'viewer'").await;
        let url = format!("{}/api/v1/me", server.admin_url());
        let answer = server.http().get(&url).header("cookie", browser.cookie.clone().unwrap()).send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "account_damaged");
        assert_eq!(server.rest(Method::GET, "/me", None).await.0, 200);
    }
}
