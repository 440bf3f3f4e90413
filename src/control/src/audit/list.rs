//! Audit listing: records, newest first, by cursor.

use contract::{
    CursorPage,
    audit::{AuditChange, AuditFilter, AuditList, AuditQuery, AuditRow},
};
use domain::{AuditEncoding, AuditRecord, FieldChange, Resource, TargetKind};
use serde_json::Value;

use crate::{Cx, Perform, Result};

/// Fields of old records that name people by more than their id; they are not shown.
const PERSONAL: &str = "email";

/// Records, newest first, a keyset page at a time.
pub async fn list(cx: &Cx, filter: AuditFilter) -> Result<CursorPage<AuditRow>> {
    let visible = cx.visible(Resource::Audit)?;
    let limit = usize::try_from(filter.limit).unwrap_or(50);
    let wanted = store::AuditFilter {
        actor: filter.actor,
        act: filter.act,
        target: filter.target_id,
        project_id: filter.project_id,
        since: filter.since,
        until: filter.until,
        below: filter.below,
        // One more than asked for shows whether there is a next page.
        limit: filter.limit + 1,
    };
    let records = cx.store().list_audit(&visible, &wanted).await?;
    let has_more = records.len() > limit;
    let items: Vec<AuditRow> = records.into_iter().take(limit).map(row).collect();
    let next_cursor = items.last().filter(|_| has_more).map(|row| row.seq.to_string());
    Ok(CursorPage { items, next_cursor, has_more })
}

fn row(record: AuditRecord) -> AuditRow {
    let changes = changes(&record).into_iter().map(|change| AuditChange {
        field: change.field,
        old: change.old,
        new: change.new,
    });
    AuditRow {
        seq: record.seq,
        at: record.at.to_rfc3339(),
        target_kind: record.target_kind.unwrap_or_else(|| kind_of(&record.act).to_string()),
        changes: changes.collect(),
        id: record.id,
        actor: record.actor,
        address: record.address,
        user_agent: record.user_agent,
        request_id: record.request_id,
        act: record.act,
        target_id: record.target,
        project_id: record.project_id,
    }
}

/// What a record says it changed. Old ones hold two whole views; a text that cannot be read says nothing.
fn changes(record: &AuditRecord) -> Vec<FieldChange> {
    if record.encoding != AuditEncoding::V1.number() {
        let text = record.changes.as_deref().unwrap_or("[]");
        return serde_json::from_str(text).unwrap_or_default();
    }
    let view =
        |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    let mut changes = domain::audit::diff(&view(&record.before), &view(&record.after));
    changes.retain(|change| change.field != PERSONAL);
    changes
}

/// Old records name the kind of their target by the noun of their act alone.
fn kind_of(act: &str) -> TargetKind {
    match act.split('.').next() {
        Some("key") => TargetKind::Key,
        Some("upstream") => TargetKind::Upstream,
        _ => TargetKind::User,
    }
}

impl Perform for AuditList {
    async fn perform(cx: &Cx, (): (), query: AuditQuery) -> Result<CursorPage<AuditRow>> {
        list(cx, query.try_into()?).await
    }
}
