//! Audit log tests: aggregation, listing, and the anchored head.

use contract::{
    audit::{AuditQuery, AuditRow},
    session::Login,
    upstreams::{CreateUpstream, SetSecret},
};
use control::{Error, audit, keys, upstreams, users};
use domain::{Actor, RevokeReason};
use serde_json::{Value, json};
use testkit_db::{TestDb, both_engines};
use testkit_domain::NOON;

use crate::fixture::{MINUTE, Node};

async fn rows(node: &Node) -> Vec<AuditRow> {
    let query = AuditQuery { limit: Some(500), ..AuditQuery::default() };
    audit::list(&node.cx(), query.try_into().unwrap()).await.unwrap().items
}

fn change<'a>(row: &'a AuditRow, field: &str) -> (&'a Value, &'a Value) {
    let found = row.changes.iter().find(|change| change.field == field);
    let found = found.unwrap_or_else(|| panic!("{field} is not among {:?}", row.changes));
    (&found.old, &found.new)
}

async fn sign_in(node: &Node, email: &str) -> Result<(), Error> {
    let cx = node.control.cx(Actor::Anonymous, Some("192.0.2.9".parse().unwrap()));
    let form = Login { email: email.to_owned(), password: "a wrong password".to_owned() };
    users::login(&cx, form, None).await.map(drop)
}

both_engines! {
    async fn a_record_says_who_did_what_to_what_from_where_and_what_changed(db: TestDb) {
        let node = Node::first(&db).await;
        let (key, secret) = node.key("ci").await;
        keys::disable(&node.cx(), &key.id.as_str().parse().unwrap()).await.unwrap();
        let rows = rows(&node).await;
        let [disabled, created] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((created.seq, created.act.as_str(), created.actor.as_str()), (1, "key.create", "admin_token"));
        assert_eq!((created.target_kind.as_str(), &created.target_id), ("key", &key.id.to_string()));
        assert_eq!(created.project_id.as_ref(), Some(&key.project_id.to_string()));
        assert_eq!(created.address.as_deref(), Some("192.0.2.7"));
        assert_eq!(created.request_id.as_deref(), Some("req_1"));
        assert_eq!(created.user_agent.as_deref(), Some("curl/8\u{fffd}"), "control characters are made visible");
        assert_eq!(created.at, NOON.to_rfc3339());
        assert_eq!(change(created, "name"), (&Value::Null, &json!("ci")));
        assert!(change(created, "secret").1.as_str().unwrap().starts_with("mac:"));
        assert_eq!(change(disabled, "enabled"), (&json!(true), &json!(false)));
        assert!(disabled.changes.iter().all(|change| change.field != "name"), "only what changed is listed");
        assert!(!format!("{rows:?}").contains(&secret));
    }

    async fn secrets_stand_as_macs_that_match_between_records(db: TestDb) {
        let node = Node::first(&db).await;
        let shape = json!({ "name": "up", "provider": "openai", "api_key": "sk-first-secret-0001" });
        let shape: CreateUpstream = serde_json::from_value(shape).unwrap();
        let view = upstreams::create(&node.cx(), shape.parse(node.control.catalog()).ok().unwrap()).await.unwrap();
        let id = view.id.as_str().parse().unwrap();
        let set = async |secret: &str| {
            let secret = SetSecret { api_key: secret.to_owned() }.parse().unwrap();
            upstreams::set_secret(&node.cx(), &id, secret).await.unwrap();
        };
        set("sk-second-secret-0002").await;
        set("sk-first-secret-0001").await;
        let rows = rows(&node).await;
        let (created, second, third) = (&rows[2], &rows[1], &rows[0]);
        assert_eq!(change(created, "api_key").1, change(second, "api_key").0);
        assert_eq!(change(second, "api_key").1, change(third, "api_key").0);
        assert_eq!(change(created, "api_key").1, change(third, "api_key").1, "the same secret, the same MAC");
        assert_ne!(change(created, "api_key").1, change(second, "api_key").1);
        assert!(!format!("{rows:?}").contains("secret-000"));
    }

    async fn refused_sign_ins_are_one_record_per_minute_and_cause_without_addresses_of_people(db: TestDb) {
        let node = Node::first(&db).await;
        for _ in 0..3 {
            assert!(matches!(sign_in(&node, "nobody@example.org").await, Err(Error::Unauthenticated(_))));
        }
        audit::flush(&node.control, false).await.unwrap();
        assert!(rows(&node).await.is_empty(), "the minute is not over");
        node.forward(MINUTE);
        assert!(sign_in(&node, "nobody@example.org").await.is_err());
        assert!(sign_in(&node, "somebody@example.org").await.is_err());
        audit::flush(&node.control, false).await.unwrap();
        audit::flush(&node.control, true).await.unwrap();
        audit::flush(&node.control, true).await.unwrap();
        let rows = rows(&node).await;
        let [second, first] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((first.act.as_str(), first.actor.as_str()), ("session.refuse", "anonymous"));
        assert_eq!((change(first, "count").1, change(second, "count").1), (&json!(3), &json!(2)));
        assert_eq!(change(first, "cause").1, "unknown_account");
        assert_eq!(change(first, "addresses").1, &json!(["192.0.2.9"]));
        assert_eq!(change(second, "accounts").1.as_array().unwrap().len(), 2);
        let mark = &change(first, "accounts").1[0];
        assert!(change(second, "accounts").1.as_array().unwrap().contains(mark), "the same account, the same MAC");
        assert!(!format!("{rows:?}").contains("example.org"));
    }

    async fn a_wrong_password_names_the_person_by_id_and_so_does_a_sign_out(db: TestDb) {
        let node = Node::first(&db).await;
        let user = domain::User {
            id: domain::UserId::new(NOON, [1; 10]),
            email: "ada@example.org".to_owned(),
            role: domain::Role::Owner,
            project_id: node.first_project(&db).await,
            preferences: domain::Preferences::default(),
            created_at: NOON,
        };
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&node.keyring, &user, "not a hash").await.unwrap();
        tx.commit().await.unwrap();
        assert!(sign_in(&node, "ada@example.org").await.is_err());
        let signed_in = node.control.cx(Actor::User(user.clone()), None);
        users::logout(&signed_in).await.unwrap();
        users::logout(&node.control.cx(Actor::Anonymous, None)).await.unwrap();
        audit::flush(&node.control, true).await.unwrap();
        let rows = rows(&node).await;
        let [refused, signed_out] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((signed_out.act.as_str(), &signed_out.target_id), ("session.end", &user.id.to_string()));
        assert_eq!(change(refused, "cause").1, "wrong_password");
        assert_eq!(change(refused, "accounts").1, &json!([user.id.as_str()]));
        assert!(!format!("{rows:?}").contains("example.org"));
    }

    async fn a_damaged_row_is_recorded_once_a_day(db: TestDb) {
        let node = Node::first(&db).await;
        for _ in 0..3 {
            audit::note_damaged_row(&node.cx(), "keys", "key_1");
            audit::flush(&node.control, false).await.unwrap();
        }
        let found = rows(&node).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].act.as_str(), found[0].target_id.as_str()), ("row.damaged", "keys/key_1"));
        node.forward(domain::Timestamp::DAY);
        audit::note_damaged_row(&node.cx(), "keys", "key_1");
        audit::flush(&node.control, false).await.unwrap();
        assert_eq!(rows(&node).await.len(), 2);
    }

    async fn a_try_out_is_recorded_without_its_secret(db: TestDb) {
        let node = Node::first(&db).await;
        let shape = json!({ "name": "x", "provider": "echo" });
        let shape: CreateUpstream = serde_json::from_value(shape).unwrap();
        upstreams::try_out(&node.cx(), shape.parse(node.control.catalog()).ok().unwrap()).await.unwrap();
        let rows = rows(&node).await;
        assert_eq!((rows[0].act.as_str(), rows[0].target_kind.as_str()), ("upstream.try_out", "upstream"));
        assert_eq!(change(&rows[0], "base_url").1, "echo:");
        assert_eq!(change(&rows[0], "ok").1, &json!(true));
    }

    async fn lists_go_page_by_page_and_filter_by_act_and_target(db: TestDb) {
        let node = Node::first(&db).await;
        let (key, _) = node.key("one").await;
        node.key("two").await;
        keys::revoke(&node.cx(), &key.id.as_str().parse().unwrap(), RevokeReason::Leaked).await.unwrap();
        let list = async |query: AuditQuery| audit::list(&node.cx(), query.try_into().unwrap()).await.unwrap();
        let first = list(AuditQuery { limit: Some(2), ..AuditQuery::default() }).await;
        assert_eq!(first.items.iter().map(|row| row.seq).collect::<Vec<_>>(), [3, 2]);
        assert!(first.has_more);
        let rest = list(AuditQuery { cursor: first.next_cursor, ..AuditQuery::default() }).await;
        assert_eq!(rest.items.iter().map(|row| row.seq).collect::<Vec<_>>(), [1]);
        assert!(!rest.has_more && rest.next_cursor.is_none());
        let of_key = list(AuditQuery { target_id: Some(key.id.to_string()), ..AuditQuery::default() }).await;
        assert_eq!(of_key.items.iter().map(|row| row.act.as_str()).collect::<Vec<_>>(), ["key.revoke", "key.create"]);
        let revoked = list(AuditQuery { act: Some("key.revoke".to_owned()), ..AuditQuery::default() }).await;
        assert_eq!(revoked.items.len(), 1);
    }

    async fn viewers_and_members_see_no_audit_log(db: TestDb) {
        let node = Node::first(&db).await;
        for role in [domain::Role::Viewer, domain::Role::Member] {
            let user = domain::User {
                id: domain::UserId::new(NOON, [1; 10]),
                email: String::new(),
                role,
                project_id: node.first_project(&db).await,
                preferences: domain::Preferences::default(),
                created_at: NOON,
            };
            let cx = node.control.cx(Actor::User(user), None);
            let listed = audit::list(&cx, AuditQuery::default().try_into().unwrap()).await;
            assert!(matches!(listed, Err(Error::Denied)));
            assert!(matches!(audit::verify(&cx).await, Err(Error::Denied)));
        }
    }
}

#[test]
fn wrong_filters_name_their_field() {
    for (query, field) in [
        (AuditQuery { act: Some("key.steal".to_owned()), ..AuditQuery::default() }, "act"),
        (AuditQuery { since: Some("yesterday".to_owned()), ..AuditQuery::default() }, "since"),
        (AuditQuery { limit: Some(501), ..AuditQuery::default() }, "limit"),
        (AuditQuery { cursor: Some("x".to_owned()), ..AuditQuery::default() }, "cursor"),
    ] {
        let errors = contract::audit::AuditFilter::try_from(query).unwrap_err();
        assert!(errors.get(field).is_some(), "{errors}");
    }
}
