//! Store tests: key lists and search.

use domain::{KeySort, KeyState, Timestamp, VirtualKey, Visible};
use store::{KeyCounts, KeyFilter, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, TestMacs, all_sound, behind_its_back, key, version, with_keys, with_project};

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

/// What is listed, with the count that goes with it.
async fn listed(store: &Store, filter: &KeyFilter) -> Vec<VirtualKey> {
    let listing = store.list_keys(&Visible::everything(), filter).await.unwrap();
    let total = store.count_listed_keys(&Visible::everything(), filter, 10_000).await.unwrap();
    assert_eq!(usize::try_from(total).unwrap(), listing.keys.len(), "{filter:?}");
    assert_eq!(listing.next, None);
    all_sound(listing.keys)
}

async fn found(store: &Store, search: &str) -> Vec<String> {
    let keys = listed(store, &KeyFilter { search: Some(search.to_owned()), ..filter() }).await;
    keys.into_iter().map(|key| key.name).collect()
}

/// Every name of the list, two keys a page.
async fn walked(store: &Store, filter: &KeyFilter) -> Vec<String> {
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let filter = KeyFilter { limit: 2, after, ..filter.clone() };
        let listing = store.list_keys(&Visible::everything(), &filter).await.unwrap();
        assert!((1..=2).contains(&listing.keys.len()));
        names.extend(all_sound(listing.keys).into_iter().map(|key| key.name));
        after = listing.next.map(|next| next.to_string().parse().unwrap());
        if after.is_none() {
            return names;
        }
    }
}

both_engines! {
    async fn pages_are_newest_first_and_say_whether_more_follow(db: TestDb) {
        let keys: Vec<_> = (1..=5).map(key).collect();
        with_keys(&db.store, &keys).await;
        let page = async |limit, offset| {
            let listing = db.store.list_keys(&Visible::everything(), &KeyFilter { limit, offset, ..filter() }).await.unwrap();
            let more = listing.next.is_some();
            (all_sound(listing.keys), more)
        };
        assert_eq!(page(2, 0).await, (vec![key(5), key(4)], true));
        assert_eq!(page(3, 2).await, (vec![key(3), key(2), key(1)], false));
        assert_eq!(page(2, 6).await, (vec![], false));
        assert_eq!(db.store.count_listed_keys(&Visible::everything(), &filter(), 10_000).await.unwrap(), 5);
        assert_eq!(db.store.count_listed_keys(&Visible::everything(), &filter(), 3).await.unwrap(), 3);
    }

    async fn a_cursor_walks_every_key_once_in_every_order(db: TestDb) {
        let names = ["beta", "Alpha", "beta", "Épsilon", "alphabet"];
        let keys: Vec<_> = (1..).zip(names).map(|(n, name)| named(n, name, "m")).collect();
        with_keys(&db.store, &keys).await;
        let used = [(key(2).id, NOON.plus(60_000)), (key(5).id, NOON.plus(60_000)), (key(3).id, NOON.plus(90_000))];
        db.store.touch_keys(&used).await.unwrap();
        let walk = async |sort, search: Option<&str>| {
            walked(&db.store, &KeyFilter { sort, search: search.map(str::to_owned), ..filter() }).await
        };
        assert_eq!(walk(KeySort::Created, None).await, ["alphabet", "Épsilon", "beta", "Alpha", "beta"]);
        assert_eq!(walk(KeySort::Name, None).await, ["Alpha", "alphabet", "beta", "beta", "Épsilon"]);
        assert_eq!(walk(KeySort::Used, None).await, ["beta", "alphabet", "Alpha", "Épsilon", "beta"]);
        assert_eq!(walk(KeySort::Created, Some("alpha")).await, ["alphabet", "Alpha"]);
        assert_eq!(walk(KeySort::Name, Some("eta")).await, ["beta", "beta"]);
        assert_eq!(walk(KeySort::Used, Some("A")).await, ["alphabet", "Alpha"]);
    }

    async fn a_cursor_holds_when_its_row_is_gone(db: TestDb) {
        let keys: Vec<_> = (1..=3).map(key).collect();
        with_keys(&db.store, &keys).await;
        for sort in [KeySort::Created, KeySort::Name, KeySort::Used] {
            let first = db.store.list_keys(&Visible::everything(), &KeyFilter { sort, limit: 1, ..filter() }).await.unwrap();
            let rest = db.store.list_keys(&Visible::everything(), &KeyFilter { sort, after: first.next, ..filter() }).await.unwrap();
            assert_eq!(rest.keys.len(), 2, "{sort:?}");
        }
        let first = db.store.list_keys(&Visible::everything(), &KeyFilter { limit: 1, ..filter() }).await.unwrap();
        behind_its_back(&db, &format!("DELETE FROM keys WHERE id = '{}'", key(3).id)).await;
        let rest = db.store.list_keys(&Visible::everything(), &KeyFilter { after: first.next, ..filter() }).await.unwrap();
        assert_eq!(all_sound(rest.keys), [key(2), key(1)]);
        assert_eq!(found(&db.store, "key 3").await, Vec::<String>::new());
        assert_eq!(db.store.count_keys(&Visible::everything(), NOW).await.unwrap().total, 2);
    }

    async fn states_in_sql_are_those_of_the_domain_before_and_after_ends_are_noted(db: TestDb) {
        let mut keys = of_every_state();
        with_keys(&db.store, &keys).await;
        keys.reverse();
        for noted in [false, true] {
            for (now, search) in [NOW, NOW.plus(1)].into_iter().flat_map(|now| [(now, None), (now, Some("key"))]) {
                for state in [KeyState::Active, KeyState::Disabled, KeyState::Expired, KeyState::Revoked] {
                    let search = search.map(str::to_owned);
                    let listed = listed(&db.store, &KeyFilter { state: Some(state), now, search, ..filter() }).await;
                    let expected: Vec<_> = keys.iter().filter(|key| key.state(now) == state).cloned().collect();
                    assert_eq!(listed, expected, "{state:?}, noted: {noted}");
                }
            }
            let mut tx = db.store.begin().await.unwrap();
            assert_eq!(tx.note_expired_keys(NOW).await.unwrap(), u64::from(!noted));
            tx.commit().await.unwrap();
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

    async fn search_knows_letters_of_every_script_and_in_every_case(db: TestDb) {
        let keys = [named(1, "密钥服务", "m"), named(2, "STRASSE Nord", "m"), named(3, "İstanbul ＡＰＩ", "m")];
        with_keys(&db.store, &keys).await;
        for (search, name) in [
            ("密", "密钥服务"),
            ("密钥", "密钥服务"),
            ("钥服务", "密钥服务"),
            ("straße", "STRASSE Nord"),
            ("SS", ""),
            ("st", "STRASSE Nord"),
            ("api", "İstanbul ＡＰＩ"),
            ("服务", ""),
        ] {
            assert_eq!(found(&db.store, search).await.join(","), name, "{search}");
        }
    }

    async fn one_or_two_characters_are_a_beginning(db: TestDb) {
        let keys = [named(1, "ci", "m"), named(2, "c", "m"), named(3, "web ci", "m"), named(4, "Circle", "ci")];
        with_keys(&db.store, &keys).await;
        assert_eq!(found(&db.store, "C").await, ["Circle", "c", "ci"]);
        assert_eq!(found(&db.store, " ci ").await, ["Circle", "ci"]);
        assert_eq!(found(&db.store, "b c").await, ["web ci"]);
    }

    async fn search_takes_its_characters_literally(db: TestDb) {
        let keys = [named(1, "50%_off \\ sale", "m"), named(2, "plain", "m"), named(3, "O'Brien; \"-- NOT", "m")];
        with_keys(&db.store, &keys).await;
        for text in ["0%_o", "f \\ s", "%_off"] {
            assert_eq!(found(&db.store, text).await, ["50%_off \\ sale"], "{text}");
        }
        for text in ["o'brien; \"--", "\"--", " NOT", "n; \""] {
            assert_eq!(found(&db.store, text).await, ["O'Brien; \"-- NOT"], "{text}");
        }
        for text in ["%%%", "___", "*la", "pla*", "plain OR brien", "\u{1}", "\0", "pl\u{1}\u{1}n"] {
            assert_eq!(found(&db.store, text).await, Vec::<String>::new(), "{text:?}");
        }
        assert_eq!(found(&db.store, "pl\0ain").await, ["plain"]);
    }

    async fn search_follows_a_changed_name_and_state(db: TestDb) {
        with_keys(&db.store, &[key(1), key(2)]).await;
        let mut tx = db.store.begin().await.unwrap();
        let mut row = tx.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        "renamed".clone_into(&mut row.edit().name);
        row.edit().revoked_at = Some(NOON);
        tx.update_key(&TestMacs, row).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(&db.store, "key").await, ["key 2"]);
        assert_eq!(found(&db.store, "rena").await, ["renamed"]);
        let revoked = KeyFilter { state: Some(KeyState::Revoked), search: Some("rena".to_owned()), ..filter() };
        assert_eq!(listed(&db.store, &revoked).await.len(), 1);
        assert_eq!(db.store.count_keys(&Visible::everything(), NOW).await.unwrap(), KeyCounts { active: 1, total: 1 });
    }

    async fn search_and_state_hold_together(db: TestDb) {
        with_keys(&db.store, &of_every_state()).await;
        let search = KeyFilter { search: Some("key".to_owned()), state: Some(KeyState::Disabled), ..filter() };
        assert_eq!(listed(&db.store, &search).await.len(), 1);
        assert_eq!(listed(&db.store, &KeyFilter { search: Some("key 1".to_owned()), ..search }).await, []);
    }

    async fn keys_added_together_are_whole_and_in_their_order(db: TestDb) {
        let keys: Vec<_> = (1..=u8::MAX).map(key).collect();
        let versions: Vec<_> = keys.iter().zip(1..=u8::MAX).map(|(key, n)| version(key, n)).collect();
        with_project(&db.store).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_keys(&TestMacs, &keys.iter().zip(&versions).collect::<Vec<_>>()).await.unwrap();
        tx.commit().await.unwrap();
        let mut all = listed(&db.store, &KeyFilter { limit: 300, ..filter() }).await;
        all.reverse();
        assert_eq!(all, keys);
        assert_eq!(found(&db.store, "key 255").await, ["key 255"]);
        assert_eq!(db.store.count_keys(&Visible::everything(), NOW).await.unwrap(), KeyCounts { active: 255, total: 255 });
        let last = db.store.find_key_by_hash(&[255; 32]).await.unwrap().unwrap();
        assert_eq!(all_sound([last.version]), versions[254..]);
    }

    async fn keys_of_an_older_version_are_found_after_the_migration(db: TestDb) {
        let keys: Vec<_> = (1..=5).map(key).collect();
        with_keys(&db.store, &keys).await;
        behind_its_back(&db, "DELETE FROM key_search; DELETE FROM key_counts").await;
        assert!(db.store.list_keys(&Visible::everything(), &filter()).await.unwrap().keys.is_empty());
        db.store.migrate().await.unwrap();
        assert_eq!(found(&db.store, "key").await, ["key 5", "key 4", "key 3", "key 2", "key 1"]);
        assert_eq!(db.store.count_keys(&Visible::everything(), NOW).await.unwrap(), KeyCounts { active: 5, total: 5 });
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
            let keys = db.store.expiring_keys(&Visible::everything(), NOW, NOW.plus(30), limit).await.unwrap();
            all_sound(keys).into_iter().map(|key| key.name).collect::<Vec<_>>()
        };
        assert_eq!(names(10).await, ["key 2", "key 1", "key 3"]);
        assert_eq!(names(1).await, ["key 2"]);
    }

    async fn counts_leave_revoked_keys_out(db: TestDb) {
        assert_eq!(db.store.count_keys(&Visible::everything(), NOW).await.unwrap(), KeyCounts { active: 0, total: 0 });
        with_keys(&db.store, &of_every_state()).await;
        assert_eq!(db.store.count_keys(&Visible::everything(), NOW).await.unwrap(), KeyCounts { active: 2, total: 4 });
        assert_eq!(db.store.count_keys(&Visible::everything(), NOW.plus(1)).await.unwrap(), KeyCounts { active: 1, total: 4 });
    }
}
