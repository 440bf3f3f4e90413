//! Preferences of a person: language and time zone.

use contract::session::UpdateMe;
use control::{Error, users};
use domain::{Actor, User};
use testkit_db::{TestDb, both_engines};
use testkit_domain::user;

use crate::fixture::Node;

fn asked(json: &str) -> UpdateMe {
    serde_json::from_str(json).unwrap()
}

async fn ada(node: &Node, db: &TestDb) -> User {
    let ada = User { project_id: node.first_project(db).await, ..user(1) };
    let mut tx = db.store.begin().await.unwrap();
    tx.insert_user(&node.keyring, &ada, "not a hash").await.unwrap();
    tx.commit().await.unwrap();
    ada
}

async fn stored(node: &Node, db: &TestDb, user: &User) -> User {
    let (account, member) = db.store.find_user(&user.id).await.unwrap().unwrap();
    User::of(&account.verify(&node.keyring).unwrap(), &member.unwrap().verify(&node.keyring).unwrap())
}

both_engines! {
    async fn a_person_chooses_and_goes_back(db: TestDb) {
        let node = Node::first(&db).await;
        let ada = ada(&node, &db).await;
        let cx = node.control.cx(Actor::User(ada.clone()), None);
        let me = users::update_me(&cx, asked(r#"{"locale": "it", "time_zone": "Europe/Rome"}"#)).await.unwrap();
        assert_eq!((me.locale.as_deref(), me.time_zone.as_deref()), (Some("it"), Some("Europe/Rome")));

        let now = stored(&node, &db, &ada).await;
        assert_eq!(now.preferences.time_zone.as_deref(), Some("Europe/Rome"));
        let cx = node.control.cx(Actor::User(now), None);
        let me = users::update_me(&cx, asked(r#"{"locale": null}"#)).await.unwrap();
        assert_eq!((me.locale, me.time_zone.as_deref()), (None, Some("Europe/Rome")), "what is left out stays");
        assert_eq!(stored(&node, &db, &ada).await.preferences.locale, None);

        let rows = control::audit::list(&node.cx(), contract::audit::AuditQuery::default().try_into().unwrap()).await.unwrap().items;
        let acts: Vec<_> = rows.iter().map(|row| (row.act.as_str(), row.changes.len())).collect();
        assert_eq!(acts, [("user.update", 1), ("user.update", 2)]);
        assert!(!format!("{rows:?}").contains("example.org"));
    }

    async fn what_there_is_not_is_refused_and_nothing_is_written(db: TestDb) {
        let node = Node::first(&db).await;
        let ada = ada(&node, &db).await;
        let cx = node.control.cx(Actor::User(ada.clone()), None);
        let wrong = asked(r#"{"locale": "eo", "time_zone": "Mars/Base"}"#);
        let Err(Error::Invalid(errors)) = users::update_me(&cx, wrong).await else { panic!("it was taken") };
        assert!(errors.get("locale").is_some() && errors.get("time_zone").is_some(), "{errors:?}");
        assert_eq!(stored(&node, &db, &ada).await.preferences, ada.preferences);
    }

    async fn the_admin_token_is_no_person(db: TestDb) {
        let node = Node::first(&db).await;
        assert!(users::update_me(&node.cx(), UpdateMe::default()).await.is_ok());
        let refused = users::update_me(&node.cx(), asked(r#"{"locale": "it"}"#)).await;
        assert!(matches!(refused, Err(Error::Denied)), "{refused:?}");
    }
}
