//! Row-level restriction: lists and figures hold what their caller may see, whatever the order, search or state.

use domain::{Actor, ErrorClass, KeySort, KeyState, RequestLog, Resource, Role, User, VirtualKey, Visible};
use store::{AuditFilter, KeyCounts, KeyFilter, RequestFilter, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, TestMacs, all_sound, failed, key, request, user, with_keys, with_project};

/// What someone of this role in the project may see.
fn of(role: Role, resource: Resource) -> Visible {
    Actor::User(User { role, ..user(1) }).principal().visible(resource).unwrap()
}

/// Keys 1 to 8; the even ones are someone's own, the last of them is over.
async fn with_owned_keys(store: &Store) {
    with_project(store).await;
    let mut tx = store.begin().await.unwrap();
    tx.insert_user(&TestMacs, &User { role: Role::Member, ..user(1) }, "no hash").await.unwrap();
    tx.commit().await.unwrap();
    let keys: Vec<_> = (1..=8)
        .map(|n| VirtualKey {
            owner_id: (n % 2 == 0).then(|| user(1).id),
            expires_at: (n > 5).then(|| NOON.plus(if n == 8 { 50 } else { 500 })),
            ..key(n)
        })
        .collect();
    let mut tx = store.begin().await.unwrap();
    for (n, key) in (1..).zip(&keys) {
        tx.insert_key(&TestMacs, key, &crate::builders::version(key, n)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn filter() -> KeyFilter {
    KeyFilter { now: NOON.plus(100), limit: 100, ..KeyFilter::default() }
}

/// The names that a walk in steps of one finds, with the count that goes with them.
async fn walked(store: &Store, visible: &Visible, filter: &KeyFilter) -> Vec<String> {
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let step = KeyFilter { limit: 1, after, ..filter.clone() };
        let listing = store.list_keys(visible, &step).await.unwrap();
        names.extend(all_sound(listing.keys).into_iter().map(|key| key.name));
        after = listing.next;
        if after.is_none() {
            break;
        }
    }
    let counted = store.count_listed_keys(visible, filter, 1_000).await.unwrap();
    assert_eq!(usize::try_from(counted).unwrap(), names.len(), "{filter:?}");
    names
}

both_engines! {
    async fn a_member_walks_its_own_keys_alone_in_every_order(db: TestDb) {
        with_owned_keys(&db.store).await;
        let member = of(Role::Member, Resource::Key);
        for (sort, search) in [
            (KeySort::Created, None),
            (KeySort::Created, Some("key")),
            (KeySort::Created, Some("ke")),
            (KeySort::Name, None),
            (KeySort::Name, Some("key")),
            (KeySort::Used, None),
            (KeySort::Used, Some("key")),
        ] {
            let wanted = KeyFilter { sort, search: search.map(str::to_owned), ..filter() };
            let mut names = walked(&db.store, &member, &wanted).await;
            names.sort();
            assert_eq!(names, ["key 2", "key 4", "key 6", "key 8"], "{sort:?} {search:?}");
            assert_eq!(walked(&db.store, &of(Role::Viewer, Resource::Key), &wanted).await.len(), 8);
        }
    }

    async fn states_and_ids_hold_within_what_may_be_seen(db: TestDb) {
        with_owned_keys(&db.store).await;
        let member = of(Role::Member, Resource::Key);
        for noted in [false, true] {
            for search in [None, Some("key".to_owned())] {
                let state = |state| KeyFilter { state: Some(state), search: search.clone(), ..filter() };
                let expired = walked(&db.store, &member, &state(KeyState::Expired)).await;
                assert_eq!(expired, ["key 8"], "noted: {noted}");
                let active = walked(&db.store, &member, &state(KeyState::Active)).await;
                assert_eq!(active, ["key 6", "key 4", "key 2"], "noted: {noted}");
            }
            let mut tx = db.store.begin().await.unwrap();
            tx.note_expired_keys(filter().now).await.unwrap();
            tx.commit().await.unwrap();
        }
        for (n, found) in [(2, 1), (3, 0)] {
            let by_id = KeyFilter { search: Some(key(n).id.to_string()), ..filter() };
            assert_eq!(walked(&db.store, &member, &by_id).await.len(), found);
        }
    }

    async fn counts_and_notices_are_of_what_may_be_seen(db: TestDb) {
        with_owned_keys(&db.store).await;
        let (member, viewer) = (of(Role::Member, Resource::Key), of(Role::Viewer, Resource::Key));
        let now = filter().now;
        assert_eq!(db.store.count_keys(&member, now).await.unwrap(), KeyCounts { active: 3, total: 4 });
        assert_eq!(db.store.count_keys(&viewer, now).await.unwrap(), KeyCounts { active: 7, total: 8 });
        assert_eq!(db.store.count_keys(&Visible::everything(), now).await.unwrap(), KeyCounts { active: 7, total: 8 });
        let soon = async |visible: &Visible| {
            let keys = db.store.expiring_keys(visible, now, NOON.plus(1_000), 10).await.unwrap();
            all_sound(keys).into_iter().map(|key| key.name).collect::<Vec<_>>()
        };
        assert_eq!(soon(&member).await, ["key 6"]);
        assert_eq!(soon(&viewer).await, ["key 6", "key 7"]);
    }

    async fn figures_are_of_rows_that_may_be_seen(db: TestDb) {
        with_owned_keys(&db.store).await;
        let of_key = |n: u8, row: RequestLog| RequestLog { key_id: key(n).id, ..row };
        let rows = [
            of_key(1, request(1)),
            of_key(2, request(2)),
            of_key(2, failed(3, 502, ErrorClass::UpstreamUnavailable)),
            of_key(3, failed(4, 504, ErrorClass::UpstreamTimeout)),
        ];
        db.store.insert_requests(&rows).await.unwrap();
        let everything = Visible::everything();
        let (member, viewer) = (of(Role::Member, Resource::Log), of(Role::Viewer, Resource::Log));
        for (visible, requests, errors) in [(&member, 2, 1), (&viewer, 4, 2), (&everything, 4, 2)] {
            let all = RequestFilter { limit: 10, ..RequestFilter::default() };
            let listed = db.store.list_requests(visible, &all).await.unwrap();
            assert_eq!(i64::try_from(listed.len()).unwrap(), requests);
            let totals = db.store.request_totals(visible, NOON).await.unwrap();
            assert_eq!((totals.requests, totals.errors), (requests, errors));
            assert!(totals.first_byte_p50_us.is_some());
            let hours = db.store.request_hours(visible, NOON, NOON.plus(10)).await.unwrap();
            assert_eq!(hours, [(NOON, requests, errors)]);
        }
        let figures = db.store.upstream_figures(&member, NOON).await.unwrap();
        assert_eq!(figures.iter().map(|one| (one.requests, one.errors)).collect::<Vec<_>>(), [(2, 1)]);
        assert_eq!(figures[0].last_error, Some(ErrorClass::UpstreamUnavailable.into()), "not a outsider's");
    }

    async fn someone_of_no_project_sees_nothing(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        db.store.insert_requests(&[request(0)]).await.unwrap();
        let outsider = domain::ProjectId::new(NOON, [9; 10]);
        let outsider = Actor::User(User { role: Role::Viewer, project_id: outsider, ..user(9) }).principal();
        let keys = outsider.visible(Resource::Key).unwrap();
        assert_eq!(walked(&db.store, &keys, &filter()).await, [""; 0]);
        let rows = outsider.visible(Resource::Log).unwrap();
        let all = RequestFilter { limit: 10, ..RequestFilter::default() };
        assert!(db.store.list_requests(&rows, &all).await.unwrap().is_empty());
        assert_eq!(db.store.request_totals(&rows, NOON).await.unwrap().requests, 0);
        assert!(outsider.visible(Resource::Audit).is_none(), "viewers see no audit record");
        let admin = Actor::User(User { role: Role::Admin, ..user(1) }).principal().visible(Resource::Audit).unwrap();
        assert!(db.store.list_audit(&admin, &AuditFilter { limit: 10, ..AuditFilter::default() }).await.unwrap().is_empty());
    }
}
