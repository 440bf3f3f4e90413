//! Many keys at once: pages, counts, what expires soon.

use domain::{KeyState, Timestamp, Unverified, VirtualKey};
use sqlx::QueryBuilder;

use crate::{
    Result, Store,
    keys::KeyRow,
    on,
    signed::{Bind, decode},
};

const FROM: &str = " FROM keys k WHERE 1 = 1";
const EXPIRING: &str = "WHERE t.revoked_at IS NULL AND t.enabled AND t.expires_at > $1 AND t.expires_at <= $2 \
     ORDER BY t.expires_at, t.id LIMIT $3";

/// Which keys to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Part of the name or of the visible key, in either case, or the whole id.
    pub search: Option<String>,
    /// What they are at `now`.
    pub state: Option<KeyState>,
    /// The instant at which states are judged.
    pub now: Timestamp,
    /// At most so many.
    pub limit: i64,
    /// So many newer ones are skipped.
    pub offset: i64,
}

/// How many keys there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct KeyCounts {
    /// Whose requests pass.
    pub active: i64,
    /// Not revoked.
    pub total: i64,
}

/// Adds the conditions of a filter to a query over `k`.
macro_rules! restrict {
    ($query:expr, $filter:expr) => {{
        if let Some(search) = &$filter.search {
            let pattern = contains(search);
            $query.push(" AND (lower(k.name) LIKE lower(").push_bind(pattern.clone());
            $query.push(") ESCAPE '\\' OR lower(k.masked) LIKE lower(").push_bind(pattern);
            $query.push(") ESCAPE '\\' OR k.id = ").push_bind(crate::parse::storable(search).into_owned()).push(")");
        }
        // In the order in which `VirtualKey::state` decides.
        match $filter.state {
            None => {}
            // SQL cannot tell whether a MAC holds.
            Some(KeyState::Damaged) => {
                $query.push(" AND FALSE");
            }
            Some(KeyState::Revoked) => {
                $query.push(" AND k.revoked_at IS NOT NULL");
            }
            Some(KeyState::Expired) => {
                $query.push(" AND k.revoked_at IS NULL AND k.expires_at <= ").push_bind($filter.now.0);
            }
            Some(state @ (KeyState::Active | KeyState::Disabled)) => {
                $query.push(" AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ");
                $query.push_bind($filter.now.0).push(")");
                $query.push(if state == KeyState::Active { " AND k.enabled" } else { " AND NOT k.enabled" });
            }
        }
    }};
}

impl Store {
    /// A page of keys, newest first, and how many there are on all pages.
    pub async fn list_keys(&self, filter: &KeyFilter) -> Result<(Vec<Unverified<VirtualKey>>, i64)> {
        let total: i64 = on!(pool self.control(), |c| {
            let mut query = QueryBuilder::<Engine>::new("SELECT COUNT(*)");
            query.push(FROM);
            restrict!(query, filter);
            query.build_query_scalar().fetch_one(c).await
        })?;
        let (select, mark) = (format!("SELECT {}", KeyRow::TABLE.select_list("k")), self.mark());
        let keys = on!(pool self.control(), |c| {
            let mut query = QueryBuilder::<Engine>::new(select);
            query.push(FROM);
            restrict!(query, filter);
            query.push(" ORDER BY k.created_at DESC, k.id DESC LIMIT ").push_bind(filter.limit);
            query.push(" OFFSET ").push_bind(filter.offset);
            let rows = query.build().fetch_all(c).await;
            rows.map(|rows| rows.iter().map(|row| decode::<KeyRow, _>(row, &mark, |_| String::new()).1).collect())
        })?;
        Ok((keys, total))
    }

    /// Active keys that expire after `now` and up to `until`, the next one first.
    pub async fn expiring_keys(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<Unverified<VirtualKey>>> {
        self.rows::<KeyRow>(EXPIRING, &[Bind::Number(now.0), Bind::Number(until.0), Bind::Number(limit)]).await
    }

    /// How many keys there are at `now`.
    pub async fn count_keys(&self, now: Timestamp) -> Result<KeyCounts> {
        Ok(on!(pool self.control(), |c| sqlx::query_as(
            "SELECT CAST(COALESCE(SUM(CASE WHEN enabled AND (expires_at IS NULL OR expires_at > $1) \
             THEN 1 ELSE 0 END), 0) AS BIGINT) AS active, COUNT(*) AS total FROM keys WHERE revoked_at IS NULL"
        )
        .bind(now.0)
        .fetch_one(c)
        .await)?)
    }
}

/// A LIKE pattern for texts that contain `part` literally.
fn contains(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for c in crate::parse::storable(part).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
