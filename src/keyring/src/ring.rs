//! Keyring: the installation's keys, unwrapped, with which the product seals, hashes and signs.

use std::{collections::BTreeMap, sync::Arc};

use domain::{DamagedRow, KeyringRow, Random, RowMac, Timestamp, Unverified, Verified};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    Aad, RootKey, SealError, envelope,
    mac::{Key, derive, hmac_sha256},
    password,
};

/// Number of the key encryption key in an envelope's header; data keys count from 1.
const KEK: u32 = 0;
const CANARY: &str = "canary";
/// What the canary said before rows were signed.
const CANARY_UNSIGNED: &[u8] = b"keywright canary v1";
/// What it says since: every row that gives access has a MAC, and one without it is damaged.
const CANARY_SIGNED: &[u8] = b"keywright canary v2";
/// Kind of each key that is there exactly once, in the order of [`Inner`]'s fields.
const SINGLE: [&str; 4] = ["pepper", "row_mac", "audit_mac", "fingerprint"];
const DEK: &str = "dek";

/// The unwrapped keys of one installation. Cheap to clone; the keys are wiped when the last clone goes.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

struct Inner {
    installation_id: String,
    root_key_id: String,
    /// By number. New values are sealed under the highest.
    deks: BTreeMap<u32, Key>,
    pepper: Key,
    row_mac: Key,
    audit_mac: Key,
    fingerprint: Key,
    /// Derived from the pepper, one for each use.
    tokens: Key,
    passwords: Key,
    rows_are_signed: bool,
}

/// Why a keyring does not open. Nothing has been written when it is returned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The rows are wrapped under another root key.
    #[error("the database was sealed under root key {expected}, and {given} was supplied")]
    WrongRootKey {
        /// Id of the root key that the rows name.
        expected: String,
        /// Id of the one that was handed in.
        given: String,
    },
    /// A row is missing, twice there, or does not open although the root key is the right one.
    #[error("the keyring row {0} is missing or damaged")]
    Damaged(String),
}

impl Keyring {
    /// Makes the keys of a new installation, and the rows to store: `dek-1`, `pepper-1`, `row_mac-1`, `audit_mac-1`,
    /// `fingerprint-1` and `canary`.
    pub fn seed(root: &RootKey, installation_id: &str, now: Timestamp, random: &dyn Random) -> (Self, Vec<KeyringRow>) {
        let mut wrap = Wrap { kek: root.kek(installation_id), installation_id, root_key_id: root.id(), now, random };
        let mut rows = Vec::with_capacity(SINGLE.len() + 2);
        let mut fresh = |kind: &str| {
            let key: Key = Zeroizing::new(random.bytes());
            rows.push(wrap.row(&format!("{kind}-1"), kind, &*key));
            key
        };
        let deks = BTreeMap::from([(1, fresh(DEK))]);
        let [pepper, row_mac, audit_mac, fingerprint] = SINGLE.map(&mut fresh);
        rows.push(wrap.row(CANARY, CANARY, CANARY_SIGNED));
        let [tokens, passwords] = derived(installation_id, &pepper);
        let inner = Inner {
            installation_id: installation_id.to_owned(),
            root_key_id: wrap.root_key_id,
            deks,
            pepper,
            row_mac,
            audit_mac,
            fingerprint,
            tokens,
            passwords,
            rows_are_signed: true,
        };
        (Self(Arc::new(inner)), rows)
    }

    /// Opens stored rows: first the canary, which distinguishes a wrong root key from a damaged row, then the keys.
    pub fn open(root: &RootKey, installation_id: &str, rows: &[KeyringRow]) -> Result<Self, OpenError> {
        let given = root.id();
        if let Some(row) = rows.iter().find(|row| row.root_key_id != given) {
            return Err(OpenError::WrongRootKey { expected: row.root_key_id.clone(), given });
        }
        let kek = root.kek(installation_id);
        let canary = unwrap(&kek, installation_id, only(rows, CANARY)?)?;
        let says = |text: &[u8]| bool::from(canary.as_slice().ct_eq(text));
        let rows_are_signed = says(CANARY_SIGNED);
        if !rows_are_signed && !says(CANARY_UNSIGNED) {
            return Err(OpenError::Damaged(CANARY.to_owned()));
        }
        let single = |kind: &str| unwrap_key(&kek, installation_id, only(rows, kind)?);
        let [pepper, row_mac, audit_mac, fingerprint] = SINGLE.map(single);
        let mut deks = BTreeMap::new();
        for row in rows.iter().filter(|row| row.kind == DEK) {
            let number = dek_number(&row.id).ok_or_else(|| OpenError::Damaged(row.id.clone()))?;
            deks.insert(number, unwrap_key(&kek, installation_id, row)?);
        }
        if deks.is_empty() {
            return Err(OpenError::Damaged(DEK.to_owned()));
        }
        let pepper = pepper?;
        let [tokens, passwords] = derived(installation_id, &pepper);
        Ok(Self(Arc::new(Inner {
            installation_id: installation_id.to_owned(),
            root_key_id: given,
            deks,
            pepper,
            row_mac: row_mac?,
            audit_mac: audit_mac?,
            fingerprint: fingerprint?,
            tokens,
            passwords,
            rows_are_signed,
        })))
    }

    /// Whether the rows of this installation carry MACs; if not, the upgrade that signs them is still to be done.
    pub fn rows_are_signed(&self) -> bool {
        self.0.rows_are_signed
    }

    /// The canary that says that rows are signed, to be written in the transaction that signed them.
    pub fn signed_canary(root: &RootKey, installation_id: &str, now: Timestamp, random: &dyn Random) -> KeyringRow {
        let kek = root.kek(installation_id);
        Wrap { kek, installation_id, root_key_id: root.id(), now, random }.row(CANARY, CANARY, CANARY_SIGNED)
    }

    /// Checks a row's MAC and epoch. Only a row that passes gives its value, and may be written back.
    pub fn verify<T>(&self, row: Unverified<T>) -> Result<Verified<T>, DamagedRow<T>> {
        row.verify(self)
    }

    /// What a token is looked up by (session ids, the setup token): an HMAC within `domain`, so that who writes to the
    /// database cannot plant one of his own.
    pub fn token_hash(&self, domain: &str, token: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.0.tokens, &within(domain, token))
    }

    /// The verifier of a password: Argon2id, then an HMAC over its output.
    pub fn hash_password(&self, password: &SecretString, salt: [u8; 16]) -> Result<String, password::PasswordError> {
        password::hash(&self.0.passwords, password, salt)
    }

    /// Whether `password` is the one of `stored`. Without a verifier, or with one that does not parse, the answer is no
    /// after the same work.
    pub fn verify_password(&self, stored: Option<&str>, password: &SecretString) -> bool {
        password::verify(&self.0.passwords, stored, password)
    }

    /// The verifier of the password whose bare Argon2id hash this is, for the upgrade: the password itself is not needed.
    pub fn pepper_password(&self, phc: &str) -> Option<String> {
        password::pepper(&self.0.passwords, phc)
    }

    /// What a presented key is looked up by: `HMAC-SHA-256(pepper, SHA-256(key))` (K3).
    pub fn lookup_hash(&self, presented: &str) -> [u8; 32] {
        let digest: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(presented.as_bytes()).into());
        hmac_sha256(&self.0.pepper, &*digest)
    }

    /// Whether `mac` is the first version's row MAC of `bytes`, in constant time. For the upgrade that signs anew.
    pub fn row_mac_v1_holds(&self, bytes: &[u8], mac: &[u8]) -> bool {
        hmac_sha256(&self.0.row_mac, bytes).ct_eq(mac).into()
    }

    /// The link of an audit record over its chain bytes (L6).
    pub fn audit_link(&self, bytes: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.0.audit_mac, bytes)
    }

    /// A keyed fingerprint of a provider's secret: shows whether two are equal, without opening either (C2).
    pub fn fingerprint(&self, secret: &str) -> Vec<u8> {
        hmac_sha256(&self.0.fingerprint, secret.as_bytes()).to_vec()
    }

    /// Seals `plaintext` for one place under the newest data key. `nonce` must be freshly drawn for this call.
    pub fn seal(&self, aad: &Aad<'_>, plaintext: &[u8], nonce: [u8; 12]) -> Result<Vec<u8>, SealError> {
        let (number, dek) = self.0.deks.last_key_value().ok_or(SealError::UnknownKey(1))?;
        envelope::seal(dek, *number, &self.parts(aad), plaintext, nonce)
    }

    /// Opens what was sealed for the same place under any data key of this keyring.
    pub fn unseal(&self, aad: &Aad<'_>, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.unseal_parts(&self.parts(aad), blob)
    }

    pub(crate) fn unseal_parts(&self, parts: &[&str], blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let number = envelope::key_number(blob)?;
        let dek = self.0.deks.get(&number).ok_or(SealError::UnknownKey(number))?;
        envelope::open(dek, number, parts, blob)
    }

    /// The installation these keys belong to.
    pub fn installation_id(&self) -> &str {
        &self.0.installation_id
    }

    /// Id of the root key they are wrapped under.
    pub fn root_key_id(&self) -> &str {
        &self.0.root_key_id
    }

    fn parts<'a>(&'a self, aad: &Aad<'a>) -> [&'a str; 6] {
        [&self.0.installation_id, aad.table, aad.column, aad.row, aad.upstream, aad.base_url]
    }
}

impl RowMac for Keyring {
    fn row_mac(&self, domain: &str, bytes: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.0.row_mac, &within(domain, bytes))
    }

    fn row_mac_holds(&self, domain: &str, bytes: &[u8], mac: &[u8]) -> bool {
        self.row_mac(domain, bytes).ct_eq(mac).into()
    }
}

/// A message within a domain. It begins with a zero byte, as no message of the first version does.
fn within(domain: &str, message: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(9 + domain.len() + message.len()));
    out.push(0);
    out.extend_from_slice(&(domain.len() as u64).to_be_bytes());
    out.extend_from_slice(domain.as_bytes());
    out.extend_from_slice(message);
    out
}

/// The keys of tokens and of passwords.
fn derived(installation_id: &str, pepper: &Key) -> [Key; 2] {
    [&b"keywright tokens v1"[..], &b"keywright passwords v1"[..]]
        .map(|info| derive(installation_id.as_bytes(), &**pepper, info))
}

struct Wrap<'a> {
    kek: Key,
    installation_id: &'a str,
    root_key_id: String,
    now: Timestamp,
    random: &'a dyn Random,
}

impl Wrap<'_> {
    fn row(&mut self, id: &str, kind: &str, plaintext: &[u8]) -> KeyringRow {
        let parts = row_parts(self.installation_id, id, kind, &self.root_key_id);
        let Ok(wrapped) = envelope::seal(&self.kek, KEK, &parts, plaintext, self.random.bytes()) else {
            unreachable!("AES-GCM takes 64 GiB, and a key has 32 bytes")
        };
        KeyringRow {
            id: id.to_owned(),
            kind: kind.to_owned(),
            root_key_id: self.root_key_id.clone(),
            wrapped,
            created_at: self.now,
        }
    }
}

fn row_parts<'a>(installation_id: &'a str, id: &'a str, kind: &'a str, root_key_id: &'a str) -> [&'a str; 5] {
    [installation_id, "keyring", kind, id, root_key_id]
}

fn only<'a>(rows: &'a [KeyringRow], kind: &str) -> Result<&'a KeyringRow, OpenError> {
    let mut found = rows.iter().filter(|row| row.kind == kind);
    match (found.next(), found.next()) {
        (Some(row), None) => Ok(row),
        _ => Err(OpenError::Damaged(kind.to_owned())),
    }
}

fn unwrap(kek: &Key, installation_id: &str, row: &KeyringRow) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let parts = row_parts(installation_id, &row.id, &row.kind, &row.root_key_id);
    envelope::open(kek, KEK, &parts, &row.wrapped).map_err(|_| OpenError::Damaged(row.id.clone()))
}

fn unwrap_key(kek: &Key, installation_id: &str, row: &KeyringRow) -> Result<Key, OpenError> {
    let bytes = unwrap(kek, installation_id, row)?;
    let mut key: Key = Zeroizing::new([0; 32]);
    if bytes.len() != key.len() {
        return Err(OpenError::Damaged(row.id.clone()));
    }
    key.copy_from_slice(&bytes);
    Ok(key)
}

fn dek_number(id: &str) -> Option<u32> {
    id.strip_prefix("dek-")?.parse().ok().filter(|number| *number > KEK)
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
