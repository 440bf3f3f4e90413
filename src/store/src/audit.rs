//! Audit log: appending to the chain under its anchored head, walking it, listing it (L6).

use domain::{AuditEncoding, AuditEvent, AuditHead, AuditRecord, Timestamp, Visible, audit::FIRST_PREVIOUS};
use sqlx::QueryBuilder;

use crate::{Result, Store, Tx, on, parse::storable, table::table, visible::restrict_query_to_visible};

/// A keyed function over bytes: the audit MAC.
pub type Mac<'a> = &'a (dyn Fn(&[u8]) -> [u8; 32] + Send + Sync);

macro_rules! audit_columns {
    () => {
        "seq, encoding, id, created_at, actor, action, target_kind, target, project_id, address, user_agent, \
         request_id, changes, before_json, after_json, previous, link"
    };
}

const SELECT: &str = concat!("SELECT ", audit_columns!(), " FROM audit WHERE 1 = 1");
const AFTER: &str = concat!("SELECT ", audit_columns!(), " FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2");
const NEWEST: &str = "SELECT seq, link, encoding FROM audit ORDER BY seq DESC LIMIT 1";
const HEAD: &str = "SELECT singleton, seq, link, mac FROM audit_head";

/// Which records, newest first. All conditions hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who acted, as the record names them.
    pub actor: Option<String>,
    /// Name of the act.
    pub act: Option<String>,
    /// Id of what was acted on.
    pub target: Option<String>,
    /// The project.
    pub project_id: Option<String>,
    /// At this instant or later.
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// Only records below this place: the last one of the page before.
    pub below: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

table! {
    /// A record of the chain.
    AuditColumns in "audit", unsigned "records give no access; each is linked to the one before by a MAC, and a check of the chain names the first that was changed";
    seq: i64;
    encoding: i64;
    id: String;
    created_at: i64;
    actor: String;
    action: String;
    target_kind: Option<String>;
    target: String;
    project_id: Option<String>;
    address: Option<String>;
    user_agent: Option<String>;
    request_id: Option<String>;
    changes: Option<String>;
    before_json: Option<String>;
    after_json: Option<String>;
    previous: Vec<u8>;
    link: Vec<u8>;
}

impl From<AuditColumns> for AuditRecord {
    fn from(row: AuditColumns) -> Self {
        Self {
            seq: row.seq,
            encoding: row.encoding,
            id: row.id,
            at: Timestamp(row.created_at),
            actor: row.actor,
            act: row.action,
            target_kind: row.target_kind,
            target: row.target,
            project_id: row.project_id,
            address: row.address,
            user_agent: row.user_agent,
            request_id: row.request_id,
            changes: row.changes,
            before: row.before_json,
            after: row.after_json,
            previous: row.previous,
            link: row.link,
        }
    }
}

/// `(seq, link, encoding)` of the newest record.
type Newest = (i64, Vec<u8>, i64);

table! {
    /// The head of the chain.
    HeadColumns in "audit_head", unsigned "it gives no access and carries the chain's MAC; a check of the chain says where it does not fit";
    singleton: i64;
    seq: i64;
    link: Vec<u8>;
    mac: Vec<u8>;
}

impl From<HeadColumns> for AuditHead {
    fn from(row: HeadColumns) -> Self {
        Self { seq: row.seq, link: row.link, mac: row.mac }
    }
}

impl AuditColumns {
    fn of(record: AuditRecord) -> Self {
        let AuditRecord {
            seq,
            encoding,
            id,
            at,
            actor,
            act,
            target_kind,
            target,
            project_id,
            address,
            user_agent,
            request_id,
            changes,
            before,
            after,
            previous,
            link,
        } = record;
        Self {
            seq,
            encoding,
            id,
            created_at: at.0,
            actor,
            action: act,
            target_kind,
            target,
            project_id,
            address,
            user_agent,
            request_id,
            changes,
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
        let rows: Vec<AuditColumns> =
            on!(pool self.control(), |c| sqlx::query_as(AFTER).bind(seq).bind(limit).fetch_all(c).await)?;
        Ok(rows.into_iter().map(AuditRecord::from).collect())
    }

    /// A page of records, newest first.
    pub async fn list_audit(&self, visible: &Visible, filter: &AuditFilter) -> Result<Vec<AuditRecord>> {
        let rows: Vec<AuditColumns> = on!(pool self.control(), |c| {
            let mut query = QueryBuilder::<Engine>::new(SELECT);
            for (column, wanted) in [
                (" AND actor = ", &filter.actor),
                (" AND action = ", &filter.act),
                (" AND target = ", &filter.target),
                (" AND project_id = ", &filter.project_id),
            ] {
                if let Some(wanted) = wanted {
                    query.push(column).push_bind(storable(wanted).into_owned());
                }
            }
            for (column, wanted) in [
                (" AND created_at >= ", filter.since.map(|at| at.0)),
                (" AND created_at < ", filter.until.map(|at| at.0)),
                (" AND seq < ", filter.below),
            ] {
                if let Some(wanted) = wanted {
                    query.push(column).push_bind(wanted);
                }
            }
            restrict_query_to_visible!(query, visible, "project_id", "actor");
            query.push(" ORDER BY seq DESC LIMIT ").push_bind(filter.limit);
            query.build_query_as().fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(AuditRecord::from).collect())
    }

    /// Where the chain ends; `None` in a database that no version with a head has written to. Its MAC is for the
    /// caller to check.
    pub async fn audit_head(&self) -> Result<Option<AuditHead>> {
        let row: Option<HeadColumns> = on!(pool self.control(), |c| sqlx::query_as(HEAD).fetch_optional(c).await)?;
        Ok(row.map(AuditHead::from))
    }

    /// Those of `ids` (at most some hundred) whose key is neither switched off nor revoked: `(id, name)`.
    pub async fn live_keys_among(&self, ids: &[String]) -> Result<Vec<(String, String)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(on!(pool self.control(), |c| {
            let mut query = QueryBuilder::<Engine>::new(
                "SELECT id, name FROM keys WHERE revoked_at IS NULL AND enabled AND id IN (",
            );
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.clone());
            }
            query.push(") ORDER BY id");
            query.build_query_as().fetch_all(c).await
        })?)
    }
}

impl Tx {
    /// Appends an event to the chain and moves the head; `mac` computes links. It stands or falls with this
    /// transaction.
    ///
    /// Where the head does not verify, or is gone although records of its time are there, the new record leaves its
    /// next place empty: a change to the end of the chain is never covered up by writing on.
    pub async fn record(&mut self, event: &AuditEvent, mac: Mac<'_>) -> Result<()> {
        // Transactions run one at a time: nothing appends between these reads and this write.
        let newest = self.newest_record().await?;
        let head = self.audit_head().await?;
        let (seq, previous) = place(newest, head, mac);
        let mut record = event.at_place(seq, previous);
        // Records of the current encoding always have bytes.
        record.link = mac(&record.chain_bytes().unwrap_or_default()).to_vec();
        let (seq, link) = (record.seq, record.link.clone());
        AuditColumns::of(record).insert(&mut self.open).await?;
        self.write_head(seq, &link, mac).await
    }

    /// Writes the head of a chain that has none because no record of its time was written yet: a new installation, or
    /// one of a version without heads. Returns the place it anchors; `None` where nothing was to do.
    pub async fn anchor_audit_head(&mut self, mac: Mac<'_>) -> Result<Option<i64>> {
        let newest = self.newest_record().await?;
        let before_heads = newest.as_ref().is_none_or(|(.., encoding)| *encoding == AuditEncoding::V1.number());
        if !before_heads || self.audit_head().await?.is_some() {
            return Ok(None);
        }
        let (seq, link, _) = newest.unwrap_or((0, FIRST_PREVIOUS.to_vec(), 0));
        self.write_head(seq, &link, mac).await?;
        Ok(Some(seq))
    }

    async fn newest_record(&mut self) -> Result<Option<Newest>> {
        Ok(on!(tx &mut self.open, |c| sqlx::query_as(NEWEST).fetch_optional(c).await)?)
    }

    async fn audit_head(&mut self) -> Result<Option<AuditHead>> {
        let row: Option<HeadColumns> = on!(tx &mut self.open, |c| sqlx::query_as(HEAD).fetch_optional(c).await)?;
        Ok(row.map(AuditHead::from))
    }

    async fn write_head(&mut self, seq: i64, link: &[u8], mac: Mac<'_>) -> Result<()> {
        let head = mac(&AuditHead::bytes(seq, link));
        on!(tx &mut self.open, |c| sqlx::query(
            "INSERT INTO audit_head (singleton, seq, link, mac) VALUES (1, $1, $2, $3) \
             ON CONFLICT (singleton) DO UPDATE SET seq = excluded.seq, link = excluded.link, mac = excluded.mac"
        )
        .bind(seq)
        .bind(link)
        .bind(&head[..])
        .execute(c)
        .await
        .map(drop))?;
        Ok(())
    }
}

/// Place and predecessor of the next record.
fn place(newest: Option<Newest>, head: Option<AuditHead>, mac: Mac<'_>) -> (i64, Vec<u8>) {
    let (last, link, encoding) = newest.unwrap_or((0, FIRST_PREVIOUS.to_vec(), 0));
    match head {
        Some(head) if head.mac == mac(&AuditHead::bytes(head.seq, &head.link)) => {
            // Behind the head, also where the records before it are gone: then their places stay empty.
            if head.seq > last { (head.seq + 1, head.link) } else { (last + 1, link) }
        }
        // A version without heads wrote last.
        None if encoding < AuditEncoding::V2.number() => (last + 1, link),
        _ => (last + 2, link),
    }
}
