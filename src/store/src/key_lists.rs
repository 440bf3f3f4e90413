//! Key lists: keyset pagination, folded infix search, counts.

use std::collections::HashMap;

use domain::{KeyId, KeySort, KeyState, Timestamp, Unverified, VirtualKey, Visible};
use sqlx::{AssertSqlSafe, QueryBuilder};

use crate::{
    Result, Store, dialect,
    key_cursor::KeyCursor,
    key_search_query::{DENSE, KeyQuery},
    keys::KeyRow,
    on, parse,
    signed::{Bind, decode},
    statement::{Statement, Value, bound},
    visible::{one_of, restrict_to_visible},
};

const EXPIRING: &str = "WHERE t.revoked_at IS NULL AND t.enabled AND t.expires_at > ";
const DUE: &str = "SELECT s.state, COUNT(*) FROM key_search s WHERE s.due_at IS NOT NULL AND s.due_at <= ";
const FIRST_DUE: &str = "SELECT due_at FROM key_search WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1";
/// Which keys to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Part of the name or of the visible key, however it is written ([`domain::text::fold`]); one or two characters: the
    /// beginning of the name; or the whole id.
    pub search: Option<String>,
    /// What they are at `now`.
    pub state: Option<KeyState>,
    /// The instant at which states are judged.
    pub now: Timestamp,
    /// The order.
    pub sort: KeySort,
    /// Only those below the last one of the page before; a cursor of the same order.
    pub after: Option<KeyCursor>,
    /// At most so many.
    pub limit: i64,
    /// So many are skipped.
    pub offset: i64,
}

/// A page of keys.
#[derive(Clone, Debug, Default)]
pub struct KeyListing {
    /// The keys, in the order asked for.
    pub keys: Vec<Unverified<VirtualKey>>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<KeyCursor>,
}

/// How many keys there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyCounts {
    /// Whose requests pass.
    pub active: i64,
    /// Not revoked.
    pub total: i64,
}

/// A row of a page before its key is read.
#[derive(sqlx::FromRow)]
struct Place {
    seq: i64,
    key_id: String,
    folded: String,
    used_at: i64,
}

impl Place {
    fn cursor(&self, sort: KeySort) -> Result<KeyCursor> {
        Ok(match sort {
            KeySort::Created => KeyCursor::Created(self.seq),
            KeySort::Name => KeyCursor::Name(self.folded.clone(), self.seq),
            KeySort::Used => KeyCursor::Used(self.used_at, parse::text::<KeyId>("key_search.key_id", &self.key_id)?),
        })
    }
}

impl Store {
    /// A page of keys: a walk down an index, whatever the number of keys.
    pub async fn list_keys(&self, visible: &Visible, filter: &KeyFilter) -> Result<KeyListing> {
        let due = self.has_due_keys(filter).await?;
        // One more than asked for shows whether there is a next page.
        let wanted = filter.limit + 1;
        let query = KeyQuery::new(self.control(), visible, filter, due);
        let Some(page) = query.page(wanted) else { return Ok(KeyListing::default()) };
        let mut places = match query.window(wanted) {
            Some(window) => self.places(&window).await?,
            None => Vec::new(),
        };
        if i64::try_from(places.len()) != Ok(wanted) {
            places = self.places(&page).await?;
        }
        let limit = usize::try_from(filter.limit).unwrap_or(0);
        let more = places.len() > limit;
        places.truncate(limit);
        let next = places.last().filter(|_| more).map(|last| last.cursor(filter.sort)).transpose()?;
        Ok(KeyListing { keys: self.keys_of(&places).await?, next })
    }

    /// How many keys [`Store::list_keys`] would list on all of its pages; at most `cap` are counted.
    pub async fn count_listed_keys(&self, visible: &Visible, filter: &KeyFilter, cap: i64) -> Result<i64> {
        let query = KeyQuery::new(self.control(), visible, filter, self.has_due_keys(filter).await?);
        if query.is_counted() {
            let states = self.states(visible, filter.now).await?;
            let n = match filter.state {
                Some(state) => states.get(state.as_str()).copied().unwrap_or(0),
                None => states.values().sum(),
            };
            return Ok(n.min(cap));
        }
        let Some(mut sql) = query.count(cap) else { return Ok(0) };
        if let Some(window) = query.window(DENSE)
            && i64::try_from(self.places(&window).await?.len()) == Ok(DENSE)
        {
            sql = query.dense_count(cap).unwrap_or(sql);
        }
        Ok(on!(pool self.control(), |c| {
            let query = sqlx::query_scalar::<Engine, i64>(AssertSqlSafe(sql.text.clone()));
            bound!(query, sql).fetch_one(c).await
        })?)
    }

    async fn places(&self, sql: &Statement) -> Result<Vec<Place>> {
        Ok(on!(pool self.control(), |c| {
            let query = sqlx::query_as::<Engine, Place>(AssertSqlSafe(sql.text.clone()));
            bound!(query, sql).fetch_all(c).await
        })?)
    }

    /// How the engine means to read the page and, where keys are counted one by one, their number: a step per line, in
    /// the engine's own words.
    pub async fn explain_list(&self, visible: &Visible, filter: &KeyFilter, cap: i64) -> Result<String> {
        let query = KeyQuery::new(self.control(), visible, filter, self.has_due_keys(filter).await?);
        let count = if query.is_counted() { None } else { query.count(cap) };
        let mut steps = String::new();
        for sql in [query.page(filter.limit + 1), count].into_iter().flatten() {
            for step in dialect::explain(self.control(), &sql).await? {
                steps.push_str(&step);
                steps.push('\n');
            }
        }
        Ok(steps)
    }

    /// Active keys that expire after `now` and up to `until`, the next one first.
    pub async fn expiring_keys(
        &self,
        visible: &Visible,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<Unverified<VirtualKey>>> {
        let mut tail = Statement::default();
        tail.push(EXPIRING).bind(now.0).push(" AND t.expires_at <= ").bind(until.0);
        restrict_to_visible(&mut tail, visible, "t.project_id", "t.owner_id");
        tail.push(" ORDER BY t.expires_at, t.id LIMIT ").bind(limit);
        let bind = |value| match value {
            &Value::Number(number) => Bind::Number(number),
            Value::Text(text) => Bind::Text(text),
        };
        let binds: Vec<Bind<'_>> = tail.values.iter().map(bind).collect();
        self.rows::<KeyRow>(&tail.text, &binds).await
    }

    /// How many keys there are at `now`, from counters, whatever their number; one's own are counted one by one.
    pub async fn count_keys(&self, visible: &Visible, now: Timestamp) -> Result<KeyCounts> {
        let states = self.states(visible, now).await?;
        let of = |state: KeyState| states.get(state.as_str()).copied().unwrap_or(0);
        Ok(KeyCounts { active: of(KeyState::Active), total: states.values().sum::<i64>() - of(KeyState::Revoked) })
    }

    /// Keys per state at `now`: the counters of projects, one's own keys elsewhere, and what is due beside them.
    async fn states(&self, visible: &Visible, now: Timestamp) -> Result<HashMap<String, i64>> {
        let mut states = HashMap::new();
        for (state, n) in self.counted_states(&counters(visible)).await? {
            *states.entry(state).or_default() += n;
        }
        if let Some(own) = own_elsewhere(visible) {
            for (state, n) in self.counted_states(&own).await? {
                *states.entry(state).or_default() += n;
            }
        }
        if self.is_any_due(now).await? {
            let mut due = Statement::default();
            due.push(DUE).bind(now.0);
            restrict_to_visible(&mut due, visible, "s.project_id", "s.owner_id");
            due.push(" GROUP BY s.state");
            for (state, n) in self.counted_states(&due).await? {
                *states.entry(state).or_default() -= n;
                *states.entry(KeyState::Expired.as_str().to_owned()).or_default() += n;
            }
        }
        Ok(states)
    }

    async fn counted_states(&self, sql: &Statement) -> Result<Vec<(String, i64)>> {
        Ok(on!(pool self.control(), |c| {
            let query = sqlx::query_as::<Engine, (String, i64)>(AssertSqlSafe(sql.text.clone()));
            bound!(query, sql).fetch_all(c).await
        })?)
    }

    /// Whether the end of some key came and is not noted yet. Asked only where states are.
    async fn has_due_keys(&self, filter: &KeyFilter) -> Result<bool> {
        Ok(filter.state.is_some() && self.is_any_due(filter.now).await?)
    }

    /// The end that comes first is looked at: asked whether one is past, a plan that is made for any instant would read
    /// every row.
    async fn is_any_due(&self, now: Timestamp) -> Result<bool> {
        let first: Option<i64> = on!(pool self.control(), |c| sqlx::query_scalar(FIRST_DUE).fetch_optional(c).await)?;
        Ok(first.is_some_and(|at| at <= now.0))
    }

    /// The keys of `places`, in their order. One that was deleted meanwhile is left out.
    async fn keys_of(&self, places: &[Place]) -> Result<Vec<Unverified<VirtualKey>>> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let (select, mark) = (KeyRow::TABLE.select("WHERE t.id IN ("), self.mark());
        let mut keys: Vec<Unverified<VirtualKey>> = on!(pool self.control(), |c| {
            let mut query = QueryBuilder::<Engine>::new(select);
            let mut ids = query.separated(", ");
            for place in places {
                ids.push_bind(place.key_id.clone());
            }
            query.push(")");
            let rows = query.build().fetch_all(c).await;
            rows.map(|rows| rows.iter().map(|row| decode::<KeyRow, _>(row, &mark, |_| String::new()).1).collect())
        })?;
        let at: HashMap<&str, usize> =
            places.iter().enumerate().map(|(at, place)| (place.key_id.as_str(), at)).collect();
        keys.sort_by_key(|key| at.get(key.id()).copied());
        Ok(keys)
    }
}

/// The counters of the projects that are seen whole.
fn counters(visible: &Visible) -> Statement {
    let mut sql = Statement::default();
    sql.push("SELECT c.state, CAST(SUM(c.n) AS BIGINT) FROM key_counts c");
    if !visible.is_everything() {
        sql.push(" WHERE ");
        one_of(&mut sql, "c.project_id", visible.projects());
    }
    sql.push(" GROUP BY c.state");
    sql
}

/// One's own keys outside of these projects.
fn own_elsewhere(visible: &Visible) -> Option<Statement> {
    let (owner, projects) = visible.owner()?;
    let mut sql = Statement::default();
    sql.push("SELECT s.state, COUNT(*) FROM key_search s WHERE s.owner_id = ").bind(owner.as_str());
    if let Some(projects) = projects {
        sql.push(" AND ");
        one_of(&mut sql, "s.project_id", projects);
    }
    sql.push(" AND NOT ");
    one_of(&mut sql, "s.project_id", visible.projects());
    sql.push(" GROUP BY s.state");
    Some(sql)
}
