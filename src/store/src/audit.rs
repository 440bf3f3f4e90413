//! The audit chain (L6).

use domain::{AuditEvent, AuditRecord, Timestamp};

use crate::{Result, Store, Tx, on, table::table};

/// What the first record points at.
const NOTHING_BEFORE: [u8; 32] = [0; 32];

table! {
    /// A record of the chain.
    AuditColumns in "audit", unsigned "records give no access; each is linked to the one before by a MAC, and a check of the chain names the first that was changed";
    seq: i64;
    id: String;
    created_at: i64;
    actor: String;
    action: String;
    target: String;
    address: Option<String>;
    before_json: Option<String>;
    after_json: Option<String>;
    previous: Vec<u8>;
    link: Vec<u8>;
}

impl From<AuditColumns> for AuditRecord {
    fn from(row: AuditColumns) -> Self {
        Self {
            seq: row.seq,
            id: row.id,
            at: Timestamp(row.created_at),
            actor: row.actor,
            action: row.action,
            target: row.target,
            address: row.address,
            before: row.before_json,
            after: row.after_json,
            previous: row.previous,
            link: row.link,
        }
    }
}

impl AuditColumns {
    fn of(record: AuditRecord) -> Self {
        let AuditRecord { seq, id, at, actor, action, target, address, before, after, previous, link } = record;
        Self {
            seq,
            id,
            created_at: at.0,
            actor,
            action,
            target,
            address,
            before_json: before,
            after_json: after,
            previous,
            link,
        }
    }
}

impl Store {
    /// Records behind `seq`, in their order: 0 is before the first.
    pub async fn audit_after(&self, seq: i64, limit: i64) -> Result<Vec<AuditRecord>> {
        let rows: Vec<AuditColumns> = on!(pool self.control(), |c| sqlx::query_as(
            "SELECT seq, id, created_at, actor, action, target, address, before_json, after_json, previous, link \
             FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2"
        )
        .bind(seq)
        .bind(limit)
        .fetch_all(c)
        .await)?;
        Ok(rows.into_iter().map(AuditRecord::from).collect())
    }
}

impl Tx {
    /// Appends an event to the chain; `mac` computes its link. It stands or falls with this transaction.
    pub async fn record(&mut self, event: &AuditEvent, mac: &(dyn Fn(&[u8]) -> [u8; 32] + Send + Sync)) -> Result<()> {
        // Transactions run one at a time: nobody appends between this read and this write.
        let newest: Option<(i64, Vec<u8>)> = on!(tx &mut self.open, |c| sqlx::query_as(
            "SELECT seq, link FROM audit ORDER BY seq DESC LIMIT 1"
        )
        .fetch_optional(c)
        .await)?;
        let (seq, previous) = newest.map_or((1, NOTHING_BEFORE.to_vec()), |(seq, link)| (seq + 1, link));
        let mut record = event.at_place(seq, previous);
        record.link = mac(&record.chain_bytes()).to_vec();
        AuditColumns::of(record).insert(&mut self.open).await
    }
}
