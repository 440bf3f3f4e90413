//! Keyring tests: sealing, wrong root keys, damaged rows.

use super::*;
use proptest::prelude::*;
use testkit_domain::CountedRandom;

const INSTALLATION: &str = "0123456789abcdef0123456789abcdef";
const AAD: Aad<'static> = Aad {
    table: "credential_versions",
    column: "sealed",
    row: "cred_1/1",
    upstream: "up_1",
    base_url: "https://api.openai.com/v1",
};

fn root(byte: u8) -> RootKey {
    RootKey::from_random([byte; 32])
}

fn seeded() -> (Keyring, Vec<KeyringRow>) {
    Keyring::seed(&root(1), INSTALLATION, Timestamp(5), &CountedRandom::seeded(1))
}

fn failure(root: &RootKey, installation: &str, rows: &[KeyringRow]) -> OpenError {
    Keyring::open(root, installation, rows).err().unwrap()
}

#[test]
fn rows_are_the_promised_ones() {
    let (ring, rows) = seeded();
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["dek-1", "pepper-1", "row_mac-1", "audit_mac-1", "fingerprint-1", "canary"]);
    assert!(rows.iter().all(|row| row.root_key_id == root(1).id() && row.created_at == Timestamp(5)));
    assert_eq!((ring.installation_id(), ring.root_key_id()), (INSTALLATION, root(1).id().as_str()));
}

#[test]
fn reopened_keyring_is_the_same_one() {
    let (ring, mut rows) = seeded();
    rows.reverse();
    let again = Keyring::open(&root(1), INSTALLATION, &rows).ok().unwrap();
    assert_eq!(again.lookup_hash("k"), ring.lookup_hash("k"));
    assert_eq!(again.row_mac("t", b"k"), ring.row_mac("t", b"k"));
    assert_eq!(again.audit_link(b"k"), ring.audit_link(b"k"));
    assert_eq!(again.fingerprint("k"), ring.fingerprint("k"));
    let blob = ring.seal(&AAD, b"sk-secret", [3; 12]).unwrap();
    assert_eq!(again.unseal(&AAD, &blob).unwrap().as_slice(), b"sk-secret");
}

#[test]
fn every_use_has_a_key_of_its_own() {
    let (ring, _) = seeded();
    let other = Keyring::seed(&root(1), INSTALLATION, Timestamp(5), &CountedRandom::seeded(1000)).0;
    let macs = [
        ring.row_mac("t", b"x"),
        ring.audit_link(b"x"),
        ring.fingerprint("x").try_into().unwrap(),
        other.row_mac("t", b"x"),
    ];
    for (at, mac) in macs.iter().enumerate() {
        assert!(!macs[..at].contains(mac));
    }
    assert_ne!(ring.lookup_hash("x"), other.lookup_hash("x"));
}

#[test]
fn lookup_hash_is_the_documented_one() {
    let (ring, _) = seeded();
    let digest: [u8; 32] = Sha256::digest(b"sk-auto-live-x").into();
    assert_eq!(ring.lookup_hash("sk-auto-live-x"), hmac_sha256(&ring.0.pepper, &digest));
}

#[test]
fn wrong_root_key_is_named() {
    let (_, rows) = seeded();
    let expected = OpenError::WrongRootKey { expected: root(1).id(), given: root(2).id() };
    assert_eq!(failure(&root(2), INSTALLATION, &rows), expected);
}

#[test]
fn rows_relabelled_for_another_root_key_do_not_open() {
    let (_, mut rows) = seeded();
    for row in &mut rows {
        row.root_key_id = root(2).id();
    }
    assert_eq!(failure(&root(2), INSTALLATION, &rows), OpenError::Damaged("canary".to_owned()));
}

#[test]
fn missing_doubled_and_changed_rows_are_named() {
    let (_, rows) = seeded();
    for row in &rows {
        let others: Vec<_> = rows.iter().filter(|other| other.id != row.id).cloned().collect();
        assert_eq!(failure(&root(1), INSTALLATION, &others), OpenError::Damaged(row.kind.clone()));

        let mut changed = rows.clone();
        changed.iter_mut().filter(|other| other.id == row.id).for_each(|row| *row.wrapped.last_mut().unwrap() ^= 1);
        assert_eq!(failure(&root(1), INSTALLATION, &changed), OpenError::Damaged(row.id.clone()));
    }
    let mut doubled = rows.clone();
    doubled.push(KeyringRow { id: "pepper-2".to_owned(), ..rows[1].clone() });
    assert_eq!(failure(&root(1), INSTALLATION, &doubled), OpenError::Damaged("pepper".to_owned()));
    assert_eq!(failure(&root(1), INSTALLATION, &[]), OpenError::Damaged("canary".to_owned()));
}

#[test]
fn rows_of_another_installation_or_place_do_not_open() {
    let (_, rows) = seeded();
    assert_eq!(failure(&root(1), "another", &rows), OpenError::Damaged("canary".to_owned()));
    let mut swapped = rows;
    let pepper = swapped[1].wrapped.clone();
    swapped[2].wrapped = pepper;
    assert_eq!(failure(&root(1), INSTALLATION, &swapped), OpenError::Damaged("row_mac-1".to_owned()));
}

#[test]
fn new_values_use_the_newest_data_key_and_old_ones_still_open() {
    let (ring, mut rows) = seeded();
    let old = ring.seal(&AAD, b"old", [1; 12]).unwrap();
    let random = CountedRandom::seeded(500);
    let mut wrap = Wrap {
        kek: root(1).kek(INSTALLATION),
        installation_id: INSTALLATION,
        root_key_id: root(1).id(),
        now: Timestamp(9),
        random: &random,
    };
    rows.push(wrap.row("dek-10", DEK, &[8; 32]));
    let rotated = Keyring::open(&root(1), INSTALLATION, &rows).ok().unwrap();
    let new = rotated.seal(&AAD, b"new", [2; 12]).unwrap();
    assert_eq!(rotated.unseal(&AAD, &old).unwrap().as_slice(), b"old");
    assert_eq!(rotated.unseal(&AAD, &new).unwrap().as_slice(), b"new");
    assert_eq!(ring.unseal(&AAD, &new).err(), Some(SealError::UnknownKey(10)));
    rows.push(wrap.row("dek-x", DEK, &[8; 32]));
    assert_eq!(failure(&root(1), INSTALLATION, &rows), OpenError::Damaged("dek-x".to_owned()));
}

#[test]
fn sealed_value_opens_only_in_its_place() {
    let (ring, _) = seeded();
    let blob = ring.seal(&AAD, b"sk-secret", [3; 12]).unwrap();
    for place in [
        Aad { table: "x", ..AAD },
        Aad { column: "x", ..AAD },
        Aad { row: "cred_1/2", ..AAD },
        Aad { upstream: "up_2", ..AAD },
        Aad { base_url: "https://evil.example", ..AAD },
        Aad { base_url: "https://api.openai.com/v2", ..AAD },
        Aad { base_url: "", ..AAD },
    ] {
        assert_eq!(ring.unseal(&place, &blob).err(), Some(SealError::NotAuthentic), "{place:?}");
    }
    let (foreign, _) = Keyring::seed(&root(1), "another", Timestamp(5), &CountedRandom::seeded(1));
    assert_eq!(foreign.unseal(&AAD, &blob).err(), Some(SealError::NotAuthentic));
}

proptest! {
    #[test]
    fn a_row_mac_holds_for_its_bytes_alone(one in any::<Vec<u8>>(), other in any::<Vec<u8>>(), cut in 0_usize..32) {
        let (ring, _) = seeded();
        let mac = ring.row_mac("t", &one);
        prop_assert!(ring.row_mac_holds("t", &one, &mac));
        prop_assert!(!ring.row_mac_holds("u", &one, &mac));
        prop_assert_eq!(ring.row_mac_holds("t", &other, &mac), one == other);
        prop_assert!(!ring.row_mac_holds("t", &one, &mac[..cut]));
    }

    #[test]
    fn odd_blobs_never_open(blob in any::<Vec<u8>>()) {
        prop_assert!(seeded().0.unseal(&AAD, &blob).is_err());
    }
}

#[test]
fn the_canary_says_whether_rows_are_signed() {
    let (ring, mut rows) = seeded();
    assert!(ring.rows_are_signed());
    let random = CountedRandom::seeded(700);
    let mut wrap = Wrap {
        kek: root(1).kek(INSTALLATION),
        installation_id: INSTALLATION,
        root_key_id: root(1).id(),
        now: Timestamp(5),
        random: &random,
    };
    *rows.last_mut().unwrap() = wrap.row(CANARY, CANARY, CANARY_UNSIGNED);
    let before = Keyring::open(&root(1), INSTALLATION, &rows).ok().unwrap();
    assert!(!before.rows_are_signed());
    *rows.last_mut().unwrap() = Keyring::signed_canary(&root(1), INSTALLATION, Timestamp(6), &random);
    assert!(Keyring::open(&root(1), INSTALLATION, &rows).ok().unwrap().rows_are_signed());
    *rows.last_mut().unwrap() = wrap.row(CANARY, CANARY, b"keywright canary v3");
    assert_eq!(failure(&root(1), INSTALLATION, &rows), OpenError::Damaged("canary".to_owned()));
}

#[test]
fn token_hashes_are_bound_to_their_use_and_installation() {
    let ring = seeded().0;
    let other = Keyring::seed(&root(1), "another", Timestamp(5), &CountedRandom::seeded(1)).0;
    assert_eq!(ring.token_hash("session-id", b"A"), ring.token_hash("session-id", b"A"));
    assert_ne!(ring.token_hash("session-id", b"A"), ring.token_hash("setup-token", b"A"));
    assert_ne!(ring.token_hash("ab", b"c"), ring.token_hash("a", b"bc"));
    assert_ne!(ring.token_hash("session-id", b"A"), other.token_hash("session-id", b"A"));
}

#[test]
fn a_credential_opens_for_its_whole_base_url_and_the_first_versions_for_the_upgrade() {
    let ring = seeded().0;
    let (credential, upstream) =
        (domain::CredentialId::new(Timestamp(1), [1; 10]), domain::UpstreamId::new(Timestamp(1), [2; 10]));
    let (base, path) = ("https://x.example/a/v1".parse().unwrap(), "https://x.example/b/v1".parse().unwrap());
    let place = crate::CredentialPlace { credential: &credential, version: 2, upstream: &upstream, base_url: &base };
    let blob = ring.seal_credential(&place, b"sk-secret", [3; 12]).unwrap();
    assert_eq!(ring.open_credential(&place, &blob).unwrap().as_slice(), b"sk-secret");
    for elsewhere in
        [crate::CredentialPlace { base_url: &path, ..place }, crate::CredentialPlace { version: 1, ..place }]
    {
        assert_eq!(ring.open_credential(&elsewhere, &blob).err(), Some(SealError::NotAuthentic));
    }
    let row = format!("{credential}/2");
    let parts = [INSTALLATION, "credential_versions", "sealed", &row, "https://x.example"];
    let (number, dek) = ring.0.deks.last_key_value().unwrap();
    let old = envelope::seal(dek, *number, &parts, b"sk-old", [4; 12]).unwrap();
    assert_eq!(ring.open_credential_v1(&place, &old).unwrap().as_slice(), b"sk-old");
    assert_eq!(ring.open_credential(&place, &old).err(), Some(SealError::NotAuthentic));
}
