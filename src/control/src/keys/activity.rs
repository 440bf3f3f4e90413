//! What a key did lately: the impact that a revocation quotes, and the first request after creation.

use contract::{
    Nothing,
    keys::{KeyActivity, KeysActivity},
    logs::LogRow,
};
use domain::{Action, KeyId, Timestamp};

use crate::{Cx, Error, Perform, Result};

/// Requests, addresses and the newest arrival of the last 24 hours.
pub async fn activity(cx: &Cx, id: &KeyId) -> Result<KeyActivity> {
    cx.allow(Action::ReadKeys)?;
    cx.store().find_key(id).await?.ok_or(Error::NotFound("key"))?;
    let activity = cx.store().key_activity(id, cx.now().plus(-Timestamp::DAY)).await?;
    Ok(KeyActivity {
        requests_24h: activity.requests,
        addresses_24h: activity.addresses,
        last_request_at: activity.last_at.map(Timestamp::to_rfc3339),
    })
}

/// The newest request with this key; `None` while none has come.
pub async fn first_request(cx: &Cx, id: &KeyId) -> Result<Option<LogRow>> {
    cx.allow(Action::ReadLogs)?;
    Ok(cx.store().latest_request_of_key(id).await?.as_ref().map(LogRow::of))
}

impl Perform for KeysActivity {
    async fn perform(cx: &Cx, id: KeyId, _: Nothing) -> Result<KeyActivity> {
        activity(cx, &id).await
    }
}
