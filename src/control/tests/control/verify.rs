//! Audit verification tests: tampered, removed and reordered records are named.

use contract::audit::{AuditProblem, AuditVerdict};
use control::{audit, keys};
use domain::{AuditRecord, RevokeReason};
use testkit_db::{TestDb, both_engines, execute};
use testkit_domain::NOON;

use crate::fixture::{Node, hex};

/// A node with `n` records.
async fn with_records(db: &TestDb, n: usize) -> Node {
    let node = Node::first(db).await;
    for at in 0..n {
        node.key(&format!("key {at}")).await;
    }
    node
}

async fn verdict(node: &Node) -> AuditVerdict {
    audit::verify(&node.cx()).await.unwrap()
}

async fn first_bad(node: &Node) -> (i64, AuditProblem) {
    let verdict = verdict(node).await;
    assert!(!verdict.ok);
    let bad = verdict.first_bad.unwrap();
    (bad.seq, bad.problem)
}

both_engines! {
    async fn a_whole_log_verifies_and_names_its_head(db: TestDb) {
        let node = with_records(&db, 0).await;
        let empty = verdict(&node).await;
        assert!(empty.ok && empty.records == 0 && empty.head.as_ref().unwrap().seq == 0, "{empty:?}");
        node.key("one").await;
        node.key("two").await;
        let whole = verdict(&node).await;
        assert!(whole.ok && whole.records == 2, "{whole:?}");
        let newest = db.store.audit_after(1, 1).await.unwrap().remove(0);
        let link = hex(&newest.link);
        assert_eq!(whole.head.map(|head| (head.seq, head.link)), Some((2, link)));
    }

    async fn an_edit_of_any_column_is_named(db: TestDb) {
        let node = with_records(&db, 3).await;
        for (set, back) in [
            ("actor = 'system'", "actor = 'admin_token'"),
            ("action = 'key.enable'", "action = 'key.create'"),
            ("created_at = created_at + 1", "created_at = created_at - 1"),
            ("address = NULL", "address = '192.0.2.7'"),
            ("request_id = 'req_2'", "request_id = 'req_1'"),
            ("target_kind = NULL", "target_kind = 'key'"),
            ("before_json = '{}'", "before_json = NULL"),
            ("after_json = ''", "after_json = NULL"),
            ("changes = changes || ' '", "changes = SUBSTR(changes, 1, LENGTH(changes) - 1)"),
            ("encoding = 1", "encoding = 2"),
        ] {
            execute(&db.location, &format!("UPDATE audit SET {set} WHERE seq = 2")).await;
            assert_eq!(first_bad(&node).await, (2, AuditProblem::Edited), "{set}");
            execute(&db.location, &format!("UPDATE audit SET {back} WHERE seq = 2")).await;
            assert!(verdict(&node).await.ok, "{back}");
        }
        execute(&db.location, "UPDATE audit SET encoding = 9 WHERE seq = 2").await;
        assert_eq!(first_bad(&node).await, (2, AuditProblem::UnknownEncoding));
    }

    async fn a_removed_record_is_named(db: TestDb) {
        let node = with_records(&db, 4).await;
        execute(&db.location, "DELETE FROM audit WHERE seq IN (2, 3)").await;
        assert_eq!(first_bad(&node).await, (2, AuditProblem::Removed));
    }

    async fn records_in_another_order_are_named(db: TestDb) {
        let node = with_records(&db, 4).await;
        for (from, to) in [(2, 99), (3, 2), (99, 3)] {
            execute(&db.location, &format!("UPDATE audit SET seq = {to} WHERE seq = {from}")).await;
        }
        assert_eq!(first_bad(&node).await, (2, AuditProblem::Reordered));
    }

    async fn a_removed_record_is_not_hidden_by_moving_the_others_up(db: TestDb) {
        let node = with_records(&db, 3).await;
        execute(&db.location, "DELETE FROM audit WHERE seq = 2").await;
        execute(&db.location, "UPDATE audit SET seq = 2 WHERE seq = 3").await;
        assert_eq!(first_bad(&node).await, (2, AuditProblem::Reordered));
    }

    async fn a_cut_tail_is_named_also_after_more_was_written(db: TestDb) {
        let node = with_records(&db, 4).await;
        execute(&db.location, "DELETE FROM audit WHERE seq > 2").await;
        assert_eq!(first_bad(&node).await, (3, AuditProblem::Cut));
        node.key("later").await;
        assert_eq!(first_bad(&node).await, (3, AuditProblem::Removed));
    }

    async fn a_log_that_was_emptied_shows(db: TestDb) {
        let node = with_records(&db, 2).await;
        execute(&db.location, "DELETE FROM audit").await;
        assert_eq!(first_bad(&node).await, (1, AuditProblem::Cut));
    }

    async fn a_changed_or_removed_head_is_named_and_stays_so(db: TestDb) {
        let node = with_records(&db, 2).await;
        execute(&db.location, "UPDATE audit_head SET seq = 1").await;
        assert_eq!(first_bad(&node).await, (1, AuditProblem::HeadDamaged));
        execute(&db.location, "DELETE FROM audit_head").await;
        assert_eq!(first_bad(&node).await, (3, AuditProblem::HeadMissing));
        // Another start does not make it good again, and neither does the next record.
        let other = node.beside(&db).await;
        assert_eq!(first_bad(&other).await, (3, AuditProblem::HeadMissing));
        other.key("later").await;
        assert_eq!(first_bad(&other).await, (3, AuditProblem::Removed));
    }

    async fn a_key_that_is_live_after_its_last_act_ended_it_is_named(db: TestDb) {
        let node = with_records(&db, 0).await;
        let ((revoked, _), (disabled, _), (again, _)) =
            (node.key("revoked").await, node.key("disabled").await, node.key("again").await);
        keys::revoke(&node.cx(), revoked.id.known().unwrap(), RevokeReason::Leaked).await.unwrap();
        keys::disable(&node.cx(), disabled.id.known().unwrap()).await.unwrap();
        keys::disable(&node.cx(), again.id.known().unwrap()).await.unwrap();
        keys::enable(&node.cx(), again.id.known().unwrap()).await.unwrap();
        assert!(verdict(&node).await.ok);
        execute(&db.location, "UPDATE keys SET revoked_at = NULL, enabled = (1 = 1)").await;
        let found = verdict(&node).await;
        assert!(!found.ok && found.first_bad.is_none());
        let mut live: Vec<_> = found.live_keys.iter().map(|key| (key.name.as_str(), key.act.as_str(), key.seq)).collect();
        live.sort_unstable();
        assert_eq!(live, [("disabled", "key.disable", 5), ("revoked", "key.revoke", 4)]);
    }

    async fn the_head_is_what_the_log_and_readiness_show(db: TestDb) {
        let node = with_records(&db, 1).await;
        let head = audit::head(&node.control).await.unwrap().unwrap();
        assert!(head.seq == 1 && head.holds && head.link.len() == 64, "{head:?}");
        execute(&db.location, "UPDATE audit_head SET seq = 2").await;
        assert!(!audit::head(&node.control).await.unwrap().unwrap().holds);
    }

    async fn records_of_the_first_version_verify_are_anchored_and_shown_without_addresses_of_people(db: TestDb) {
        Node::first(&db).await;
        let store::Inspection::Seeded { installation, keyring: rows } = store::inspect(&db.location).await.unwrap() else {
            panic!("the database is seeded");
        };
        let root = keyring::RootKey::from_random([42; 32]);
        let keyring = keyring::Keyring::open(&root, &installation.id, &rows).unwrap();
        // As the first version wrote them: two views, a link over encoding 1, no head.
        let mut previous = vec![0; 32];
        for (seq, act, before, after) in [
            (1, "setup.claim", None, Some(r#"{"email":"ada@example.org","role":"owner"}"#)),
            (2, "key.disable", Some(r#"{"enabled":true,"name":"ci"}"#), Some(r#"{"enabled":false,"name":"ci"}"#)),
        ] {
            let record = old_record(seq, act, before, after, previous);
            let link = keyring.audit_link(&record.chain_bytes().unwrap()).to_vec();
            insert(&db, &record, &link).await;
            previous = link;
        }
        execute(&db.location, "DELETE FROM audit_head").await;
        let node = Node::first(&db).await;
        let found = verdict(&node).await;
        assert!(found.ok && found.records == 2, "{found:?}");
        assert_eq!(found.head.unwrap().seq, 2);
        node.key("new").await;
        assert!(verdict(&node).await.ok, "old and new records are one chain");
        let query = contract::audit::AuditQuery::default();
        let listed = audit::list(&node.cx(), query.try_into().unwrap()).await.unwrap().items;
        let fields = |at: usize| listed[at].changes.iter().map(|change| change.field.as_str()).collect::<Vec<_>>();
        assert_eq!((fields(1), fields(2)), (vec!["enabled"], vec!["role"]));
        assert_eq!((listed[1].target_kind.as_str(), listed[2].target_kind.as_str()), ("key", "user"));
        execute(&db.location, "UPDATE audit SET user_agent = 'x' WHERE seq = 1").await;
        assert_eq!(first_bad(&node).await, (1, AuditProblem::Edited), "a column that its link does not cover");
    }
}

fn old_record(seq: i64, act: &str, before: Option<&str>, after: Option<&str>, previous: Vec<u8>) -> AuditRecord {
    AuditRecord {
        seq,
        encoding: 1,
        id: format!("evt_{seq}"),
        at: NOON,
        actor: "system".to_owned(),
        act: act.to_owned(),
        target_kind: None,
        target: "key_1".to_owned(),
        project_id: None,
        address: None,
        user_agent: None,
        request_id: None,
        changes: None,
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        previous,
        link: Vec::new(),
    }
}

async fn insert(db: &TestDb, record: &AuditRecord, link: &[u8]) {
    let bytes = |bytes: &[u8]| {
        let hex = hex(bytes);
        match db.location {
            store::Location::Postgres { .. } => format!("'\\x{hex}'"),
            _ => format!("X'{hex}'"),
        }
    };
    let text = |text: &Option<String>| text.as_ref().map_or("NULL".to_owned(), |text| format!("'{text}'"));
    let (previous, link) = (bytes(&record.previous), bytes(link));
    let sql = format!(
        "INSERT INTO audit (seq, id, created_at, actor, action, target, before_json, after_json, previous, link) \
         VALUES ({}, '{}', {}, 'system', '{}', '{}', {}, {}, {previous}, {link})",
        record.seq,
        record.id,
        record.at.0,
        record.act,
        record.target,
        text(&record.before),
        text(&record.after)
    );
    execute(&db.location, &sql).await;
}
