//! Row MAC upgrade: rows that the first version wrote without a MAC are signed, once, and secrets are bound anew.
//!
//! Keys had a MAC (`key-row-v1`); one whose MAC does not hold stays unsigned, and so damaged. Everything else is signed as
//! it stands. That it is done says the keyring's canary, in the same transaction; from then on a missing MAC is damage.

use std::collections::BTreeMap;

use domain::{
    Act, Actor, AuditEvent, BaseUrl, CredentialVersion, EventId, Random, Timestamp, Unverified, UpstreamId,
    audit::changed,
};
use keyring::{CredentialPlace, Keyring, RootKey};
use store::{Store, Tx, UnsignedRows, Upgraded};

use super::opening::{OpeningError, unlock};

/// The act, as the audit log has it.
fn act(keyring: &Keyring) -> Act {
    Act::InstallationSignRows { installation: keyring.installation_id().to_owned() }
}

/// Signs every row, in one transaction. Of several processes that start at once, one does it.
pub(super) async fn sign_rows(
    store: &Store,
    root: &RootKey,
    keyring: &Keyring,
    now: Timestamp,
    random: &dyn Random,
) -> Result<(), OpeningError> {
    let mut tx = store.begin().await?;
    let rows = tx.list_keyring().await?;
    if unlock(root, keyring.installation_id(), &rows)?.rows_are_signed() {
        return Ok(());
    }
    // An old canary beside a newer log was put back, so that rows without a MAC would be signed.
    if tx.has_audit_record(act(keyring).name()).await? {
        return Err(OpeningError::Damaged("canary".to_owned()));
    }
    tracing::info!("the rows of the database are signed; this happens once");
    let mut skipped = sign_small_tables(&mut tx, keyring, random).await?;
    skipped += sign_keys(&mut tx, keyring).await?;
    tx.end_every_session().await?;
    tx.update_keyring_row(&Keyring::signed_canary(root, keyring.installation_id(), now, random)).await?;
    let event = AuditEvent {
        id: EventId::new(now, random.bytes()),
        at: now,
        actor: Actor::System,
        act: act(keyring),
        address: None,
        user_agent: None,
        request_id: None,
        changes: vec![changed("left_unsigned", serde_json::Value::Null, skipped)],
    };
    tx.record(&event, &crate::audit::mac(keyring)).await?;
    tx.commit().await?;
    Ok(())
}

/// The value of a row that can be read; one that cannot stays unsigned.
fn readable<T>(row: Unverified<T>, skipped: &mut usize) -> Option<T> {
    let id = row.id().to_owned();
    match row.unchecked() {
        Ok(value) => Some(value),
        Err(what) => {
            tracing::error!(row = id, what, "a row cannot be read and stays unsigned: it is damaged from now on");
            *skipped += 1;
            None
        }
    }
}

async fn sign_small_tables(tx: &mut Tx, keyring: &Keyring, random: &dyn Random) -> Result<usize, OpeningError> {
    let UnsignedRows { installation, projects, accounts, members, upstreams, credentials, credential_versions } =
        tx.unsigned_rows().await?;
    let mut skipped = 0;
    for mut row in installation.into_iter().filter_map(|row| readable(row, &mut skipped)).collect::<Vec<_>>() {
        // A token of before is not recognised by the same MAC: the start makes a new one.
        row.setup_token_hash = None;
        tx.sign_upgraded(keyring, Upgraded::Installation(&row)).await?;
    }
    for row in projects {
        if let Some(row) = readable(row, &mut skipped) {
            tx.sign_upgraded(keyring, Upgraded::Project(&row)).await?;
        }
    }
    for row in accounts {
        if let Some(mut row) = readable(row, &mut skipped) {
            row.password_hash = keyring.pepper_password(&row.password_hash).unwrap_or(row.password_hash);
            tx.sign_upgraded(keyring, Upgraded::Account(&row)).await?;
        }
    }
    for row in members {
        if let Some(row) = readable(row, &mut skipped) {
            tx.sign_upgraded(keyring, Upgraded::Member(&row)).await?;
        }
    }
    let mut addresses: BTreeMap<UpstreamId, BaseUrl> = BTreeMap::new();
    for row in upstreams {
        if let Some(row) = readable(row, &mut skipped) {
            tx.sign_upgraded(keyring, Upgraded::Upstream(&row)).await?;
            addresses.insert(row.id, row.base_url);
        }
    }
    let mut destinations = BTreeMap::new();
    for row in credentials {
        if let Some(row) = readable(row, &mut skipped) {
            tx.sign_upgraded(keyring, Upgraded::Credential(&row)).await?;
            if let Some(base_url) = addresses.get(&row.upstream_id) {
                destinations.insert(row.id, (row.upstream_id, base_url.clone()));
            }
        }
    }
    for row in credential_versions {
        if let Some(mut row) = readable(row, &mut skipped) {
            if let Some((upstream, base_url)) = destinations.get(&row.credential_id) {
                bind_anew(&mut row, upstream, base_url, keyring, random);
            }
            tx.sign_upgraded(keyring, Upgraded::CredentialVersion(&row)).await?;
        }
    }
    Ok(skipped)
}

/// Seals a secret for the whole base URL instead of the origin. One that does not open stays as it is, and unreadable.
fn bind_anew(
    row: &mut CredentialVersion,
    upstream: &UpstreamId,
    base_url: &BaseUrl,
    keyring: &Keyring,
    random: &dyn Random,
) {
    let place = CredentialPlace { credential: &row.credential_id, version: row.version, upstream, base_url };
    let sealed = keyring
        .open_credential_v1(&place, &row.sealed)
        .and_then(|secret| keyring.seal_credential(&place, &secret, random.bytes()));
    match sealed {
        Ok(sealed) => {
            row.sealed = sealed;
            row.base_url = base_url.to_string();
        }
        Err(error) => tracing::error!(credential = %row.credential_id, %error, "a stored secret does not open"),
    }
}

async fn sign_keys(tx: &mut Tx, keyring: &Keyring) -> Result<usize, OpeningError> {
    let mut skipped = 0;
    let mut after = String::new();
    loop {
        let chunk = tx.unsigned_keys(&after).await?;
        let Some((last, _)) = chunk.last() else { return Ok(skipped) };
        last.id().clone_into(&mut after);
        for (key, version) in chunk {
            let id = key.id().to_owned();
            let mac = version.as_ref().and_then(|version| version.mac().map(<[u8]>::to_vec));
            let rows = (key.unchecked(), version.map(Unverified::unchecked), mac);
            let sound = match rows {
                (Ok(key), Some(Ok(version)), Some(mac))
                    if keyring.row_mac_v1_holds(&key.mac_bytes_v1(&version.lookup_hash), &mac) =>
                {
                    Some((key, version))
                }
                _ => None,
            };
            let Some((key, version)) = sound else {
                tracing::error!(key = id, "a key's row does not verify and stays unsigned: it is damaged from now on");
                skipped += 1;
                continue;
            };
            tx.sign_upgraded(keyring, Upgraded::Key(&key)).await?;
            tx.sign_upgraded(keyring, Upgraded::KeyVersion(&version)).await?;
        }
    }
}
