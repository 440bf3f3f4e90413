//! Request log: listing and showing request rows.

use contract::{
    CursorPage, Nothing,
    logs::{LogDetail, LogFilter, LogQuery, LogRow, LogsList, LogsShow},
};
use domain::{Protected as _, RequestId, Resource, Target, Verb};
use store::RequestFilter;

use crate::{Cx, Error, Perform, Result};

/// Rows, newest first, a keyset page at a time: as fast at ten million rows as at ten.
pub async fn list(cx: &Cx, filter: LogFilter) -> Result<CursorPage<LogRow>> {
    let visible = cx.visible(Resource::Log)?;
    let limit = usize::try_from(filter.limit).unwrap_or(50);
    let wanted = RequestFilter {
        key_id: filter.key_id,
        model: filter.model,
        upstream: filter.upstream,
        status: filter.status,
        id: filter.id,
        since: filter.since,
        until: filter.until,
        // One more than asked for shows whether there is a next page.
        limit: filter.limit + 1,
        below: filter.below,
    };
    let rows = cx.store().list_requests(&visible, &wanted).await?;
    let has_more = rows.len() > limit;
    let items: Vec<LogRow> = rows.iter().take(limit).map(LogRow::of).collect();
    // The id of a damaged row may be none to go on from; then its page begins with that row again.
    let last = items.iter().rev().find_map(|row| row.id.known());
    let next_cursor = last.filter(|_| has_more).map(ToString::to_string);
    Ok(CursorPage { items, next_cursor, has_more })
}

/// One row.
pub async fn show(cx: &Cx, id: &RequestId) -> Result<LogDetail> {
    let stored = cx.store().find_request(id).await?.ok_or(Error::NotFound("request"))?;
    let Ok(row) = &stored else {
        // No one can tell whose it is.
        cx.allow(Verb::Read, &Target::of(Resource::Log))?;
        return Ok(LogDetail::of(&stored));
    };
    // A row belongs to whoever owns its key; that of a key that is gone belongs to its project alone.
    let key = cx.store().find_key(&row.key_id).await?.map(|key| cx.keyring().verify(key));
    let owner = key.as_ref().and_then(|key| key.target().owner);
    cx.allow(Verb::Read, &Target { resource: Resource::Log, project: Some(&row.project_id), owner })?;
    Ok(LogDetail::of(&stored))
}

impl Perform for LogsList {
    async fn perform(cx: &Cx, (): (), query: LogQuery) -> Result<CursorPage<LogRow>> {
        list(cx, query.try_into()?).await
    }
}

impl Perform for LogsShow {
    async fn perform(cx: &Cx, id: RequestId, _: Nothing) -> Result<LogDetail> {
        show(cx, &id).await
    }
}
