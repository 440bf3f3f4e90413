//! Key activity: recent requests of a key, for the impact that a revocation quotes and for the first request after
//! creation.

use contract::{
    Nothing,
    keys::{KeyActivity, KeysActivity},
    logs::LogRow,
};
use domain::{KeyId, Timestamp, Verb};

use crate::{Cx, Error, Perform, Result};

/// Requests, addresses and the newest arrival of the last 24 hours.
pub async fn activity(cx: &Cx, id: &KeyId) -> Result<KeyActivity> {
    let key = cx.keyring().verify(cx.store().find_key(id).await?.ok_or(Error::NotFound("key"))?);
    cx.allow(Verb::Read, &key)?;
    let activity = cx.store().key_activity(id, cx.now().plus(-Timestamp::DAY)).await?;
    Ok(KeyActivity {
        requests_24h: activity.requests,
        addresses_24h: activity.addresses,
        last_request_at: activity.last_at,
    })
}

/// The newest request with this key; `None` while none has come.
pub async fn first_request(cx: &Cx, id: &KeyId) -> Result<Option<LogRow>> {
    let key = cx.keyring().verify(cx.store().find_key(id).await?.ok_or(Error::NotFound("key"))?);
    cx.allow(Verb::Read, &key)?;
    Ok(cx.store().latest_request_of_key(id).await?.as_ref().map(LogRow::of))
}

impl Perform for KeysActivity {
    async fn perform(cx: &Cx, id: KeyId, _: Nothing) -> Result<KeyActivity> {
        activity(cx, &id).await
    }
}
