//! Bulk key seeding for the list benchmark: signed rows, written as the product writes them.
//!
//!     seed-keys N
//!
//! Adds N keys, `key 0000001` and so on, to the installation that `KEYWRIGHT_DATA_DIR` and `DATABASE_URL` name and that
//! `keywright serve` has made the tables of. One in a hundred is disabled, one in ten thousand revoked, the others are
//! active. No one knows their secrets: lookup hashes are numbers.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // a tool of the benchmark: where something is missing it ends

use std::{env, path::PathBuf};

use domain::{KeyId, KeyVersion, Random, RevokeReason, VirtualKey};
use keyring::RootKey;
use store::Location;
use testkit_domain::{CountedRandom, NOON, key, version};

/// Keys of one transaction.
const CHUNK: usize = 5_000;

/// The `n`-th key, with its version.
fn nth(n: u32, random: &dyn Random, project: &domain::Project) -> (VirtualKey, KeyVersion) {
    let at = NOON.plus(i64::from(n));
    let visible = u32::from_be_bytes(random.bytes());
    let key = VirtualKey {
        id: KeyId::new(at, random.bytes()),
        project_id: project.id.clone(),
        name: format!("key {n:07}"),
        masked: format!("sk-auto-live-{:04x}…{:04x}", visible >> 16, visible & 0xffff),
        enabled: !n.is_multiple_of(100),
        revoked_at: n.is_multiple_of(10_000).then_some(at),
        revoke_reason: n.is_multiple_of(10_000).then_some(RevokeReason::Leaked),
        created_at: at,
        updated_at: at,
        ..key(1)
    };
    let mut lookup_hash = [0; 32];
    lookup_hash[..4].copy_from_slice(&n.to_be_bytes());
    let version = KeyVersion { lookup_hash, ..version(&key, 1) };
    (key, version)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let count: u32 = env::args().nth(1).and_then(|text| text.parse().ok()).unwrap();
    let dir: PathBuf = env::var_os("KEYWRIGHT_DATA_DIR").unwrap().into();
    let root = RootKey::parse(std::fs::read_to_string(dir.join("root.key")).unwrap().trim()).unwrap();
    let location = match env::var("DATABASE_URL") {
        Ok(url) => Location::Postgres { url },
        Err(_) => Location::Sqlite { dir },
    };
    let (store, keyring) = control::installation::open_unchanged(&location, &root).await.unwrap();
    let project = keyring.verify(store.first_project().await.unwrap().unwrap()).unwrap().into_inner();
    let random = CountedRandom::default();
    for first in (1..=count).step_by(CHUNK) {
        let keys: Vec<_> = (first..=count).take(CHUNK).map(|n| nth(n, &random, &project)).collect();
        let pairs: Vec<_> = keys.iter().map(|(key, version)| (key, version)).collect();
        let mut tx = store.begin().await.unwrap();
        tx.insert_keys(&keyring, &pairs).await.unwrap();
        tx.commit().await.unwrap();
    }
}
