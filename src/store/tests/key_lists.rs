use domain::{KeyState, Timestamp, VirtualKey};
use store::{KeyCounts, KeyFilter, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, all_sound, key, with_keys};

const NOW: Timestamp = NOON.plus(1_000);

fn named(n: u8, name: &str, masked: &str) -> VirtualKey {
    VirtualKey { name: name.to_owned(), masked: masked.to_owned(), ..key(n) }
}

/// One key of each state; the sixth is revoked, expired and disabled at once.
fn of_every_state() -> Vec<VirtualKey> {
    vec![
        key(1),
        VirtualKey { expires_at: Some(NOW.plus(1)), ..key(2) },
        VirtualKey { enabled: false, ..key(3) },
        VirtualKey { expires_at: Some(NOW), enabled: false, ..key(4) },
        VirtualKey { revoked_at: Some(NOON), ..key(5) },
        VirtualKey { revoked_at: Some(NOON), expires_at: Some(NOON), enabled: false, ..key(6) },
    ]
}

fn filter() -> KeyFilter {
    KeyFilter { now: NOW, limit: 100, ..KeyFilter::default() }
}

async fn found(store: &Store, search: &str) -> Vec<String> {
    let (keys, total) = store.list_keys(&KeyFilter { search: Some(search.to_owned()), ..filter() }).await.unwrap();
    assert_eq!(usize::try_from(total).unwrap(), keys.len());
    all_sound(keys).into_iter().map(|key| key.name).collect()
}

both_engines! {
    async fn pages_are_newest_first_and_count_everything(db: TestDb) {
        let keys: Vec<_> = (1..=5).map(key).collect();
        with_keys(&db.store, &keys).await;
        let page = async |limit, offset| {
            let (keys, total) = db.store.list_keys(&KeyFilter { limit, offset, ..filter() }).await.unwrap();
            assert_eq!(total, 5);
            all_sound(keys)
        };
        assert_eq!(page(2, 0).await, [key(5), key(4)]);
        assert_eq!(page(2, 4).await, [key(1)]);
        assert_eq!(page(2, 6).await, []);
    }

    async fn states_in_sql_are_those_of_the_domain(db: TestDb) {
        let mut keys = of_every_state();
        with_keys(&db.store, &keys).await;
        keys.reverse();
        for state in [KeyState::Active, KeyState::Disabled, KeyState::Expired, KeyState::Revoked] {
            let (listed, total) = db.store.list_keys(&KeyFilter { state: Some(state), ..filter() }).await.unwrap();
            let expected: Vec<_> = keys.iter().filter(|key| key.state(NOW) == state).cloned().collect();
            let listed = all_sound(listed);
            assert_eq!((usize::try_from(total).unwrap(), &listed), (expected.len(), &expected), "{state:?}");
            assert!(!expected.is_empty(), "{state:?} is among the examples");
        }
    }

    async fn search_finds_parts_of_names_and_masks_and_whole_ids(db: TestDb) {
        let keys = [
            named(1, "Checkout CI", "sk-auto-live-AbCd…1234"),
            named(2, "50%_off \\ sale", "sk-auto-live-9fQ2…Lk7a"),
            named(3, "50 off", "sk-auto-test-zzzz…zzzz"),
        ];
        with_keys(&db.store, &keys).await;
        assert_eq!(found(&db.store, "OUT c").await, ["Checkout CI"]);
        assert_eq!(found(&db.store, "abcd…12").await, ["Checkout CI"]);
        assert_eq!(found(&db.store, "-test-").await, ["50 off"]);
        assert_eq!(found(&db.store, "off").await, ["50 off", "50%_off \\ sale"]);
        assert_eq!(found(&db.store, keys[1].id.as_str()).await, ["50%_off \\ sale"]);
        assert_eq!(found(&db.store, &keys[1].id.as_str()[..20]).await, Vec::<String>::new());
    }

    async fn search_takes_its_characters_literally(db: TestDb) {
        let keys = [named(1, "50%_off \\ sale", "m"), named(2, "plain", "m"), named(3, "O'Brien; --", "m")];
        with_keys(&db.store, &keys).await;
        for text in ["%", "_", "\\", "0%_o"] {
            assert_eq!(found(&db.store, text).await, ["50%_off \\ sale"], "{text}");
        }
        assert_eq!(found(&db.store, "o'brien; --").await, ["O'Brien; --"]);
        assert_eq!(found(&db.store, "pl\0in").await, Vec::<String>::new());
    }

    async fn search_and_state_hold_together(db: TestDb) {
        with_keys(&db.store, &of_every_state()).await;
        let search = KeyFilter { search: Some("key".to_owned()), state: Some(KeyState::Disabled), ..filter() };
        let (keys, total) = db.store.list_keys(&search).await.unwrap();
        assert_eq!((keys.len(), total), (1, 1));
        let (keys, total) = db.store.list_keys(&KeyFilter { search: Some("key 1".to_owned()), ..search }).await.unwrap();
        assert_eq!((keys.len(), total), (0, 0));
    }

    async fn expiring_keys_are_active_and_the_next_comes_first(db: TestDb) {
        let ends = |n, at| VirtualKey { expires_at: Some(at), ..key(n) };
        let keys = [
            ends(1, NOW.plus(20)),
            ends(2, NOW.plus(10)),
            ends(3, NOW.plus(30)),
            ends(4, NOW.plus(31)),
            ends(5, NOW),
            VirtualKey { enabled: false, ..ends(6, NOW.plus(10)) },
            VirtualKey { revoked_at: Some(NOON), ..ends(7, NOW.plus(10)) },
            key(8),
        ];
        with_keys(&db.store, &keys).await;
        let names = async |limit| {
            let keys = db.store.expiring_keys(NOW, NOW.plus(30), limit).await.unwrap();
            all_sound(keys).into_iter().map(|key| key.name).collect::<Vec<_>>()
        };
        assert_eq!(names(10).await, ["key 2", "key 1", "key 3"]);
        assert_eq!(names(1).await, ["key 2"]);
    }

    async fn counts_leave_revoked_keys_out(db: TestDb) {
        assert_eq!(db.store.count_keys(NOW).await.unwrap(), KeyCounts { active: 0, total: 0 });
        with_keys(&db.store, &of_every_state()).await;
        assert_eq!(db.store.count_keys(NOW).await.unwrap(), KeyCounts { active: 2, total: 4 });
        assert_eq!(db.store.count_keys(NOW.plus(1)).await.unwrap(), KeyCounts { active: 1, total: 4 });
    }
}
