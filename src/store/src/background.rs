//! Background answers: taken on without usage, settled once by the row that first tells their end.
//!
//! It is decided in the transaction that inserts the rows, so that a replay of the spool or a second node decides nothing
//! anew.

use domain::{RequestId, RequestLogRef, Timestamp, UpstreamId, Usage};

use crate::{Result, Store, engine::Open, on, parse};

/// An answer that was taken on and of which no end has been seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAnswer {
    /// Where it is made.
    pub upstream_id: UpstreamId,
    /// The id that the upstream gave it.
    pub answer_id: String,
    /// The request that asked for it.
    pub request_id: RequestId,
}

/// The rows of a batch whose usage was counted before.
#[derive(Default)]
pub(crate) struct Settled(Vec<String>);

impl Settled {
    /// The row, without usage where another one has it.
    #[allow(clippy::large_types_passed_by_value)] // it comes back, changed or not
    pub(crate) fn apply<'a>(&self, row: RequestLogRef<'a>) -> RequestLogRef<'a> {
        if self.0.iter().any(|id| id == row.id) {
            return RequestLogRef {
                usage: Usage::default(),
                usage_raw: None,
                price_nano: None,
                cost_source: None,
                ..row
            };
        }
        row
    }
}

/// Notes answers that were taken on, and finds the rows that tell an end for a second time.
pub(crate) async fn settle<'r>(open: &mut Open, rows: impl Iterator<Item = RequestLogRef<'r>>) -> Result<Settled> {
    let mut settled = Settled::default();
    for row in rows {
        let (Some(answer), Some(upstream)) = (row.background, row.upstream_id) else { continue };
        if row.usage.is_empty() {
            on!(tx open, |c| {
                sqlx::query(
                    "INSERT INTO background_answers (upstream_id, answer_id, request_id, started_ms) \
                     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                )
                .bind(upstream)
                .bind(answer)
                .bind(row.id)
                .bind(row.started_at.0)
                .execute(c)
                .await
                .map(drop)
            })?;
            continue;
        }
        let changed = on!(tx open, |c| {
            sqlx::query(
                "UPDATE background_answers SET settled_by = $3 \
                 WHERE upstream_id = $1 AND answer_id = $2 AND (settled_by IS NULL OR settled_by = $3)",
            )
            .bind(upstream)
            .bind(answer)
            .bind(row.id)
            .execute(c)
            .await
            .map(|done| done.rows_affected())
        })?;
        if changed == 0 {
            settled.0.push(row.id.to_owned());
        }
    }
    Ok(settled)
}

impl Store {
    /// Answers that began before `before` and have not been settled, oldest first.
    pub async fn list_open_answers(&self, before: Timestamp, limit: i64) -> Result<Vec<OpenAnswer>> {
        let rows: Vec<(String, String, String)> = on!(pool self.usage(), |c| {
            sqlx::query_as(
                "SELECT upstream_id, answer_id, request_id FROM background_answers \
                 WHERE settled_by IS NULL AND started_ms < $1 ORDER BY started_ms LIMIT $2",
            )
            .bind(before.0)
            .bind(limit)
            .fetch_all(c)
            .await
        })?;
        rows.into_iter()
            .map(|(upstream_id, answer_id, request_id)| {
                Ok(OpenAnswer {
                    upstream_id: parse::text("background_answers.upstream_id", &upstream_id)?,
                    answer_id,
                    request_id: parse::text("background_answers.request_id", &request_id)?,
                })
            })
            .collect()
    }

    /// Closes an answer of which no usage will ever be known: its provider has forgotten it.
    pub async fn give_up_answer(&self, answer: &OpenAnswer) -> Result<()> {
        Ok(on!(pool self.usage_writer(), |c| {
            sqlx::query(
                "UPDATE background_answers SET settled_by = request_id \
                 WHERE upstream_id = $1 AND answer_id = $2 AND settled_by IS NULL",
            )
            .bind(answer.upstream_id.as_str())
            .bind(answer.answer_id.as_str())
            .execute(c)
            .await
            .map(drop)
        })?)
    }

    /// Removes answers that began before `before`, settled or not; says how many.
    pub async fn prune_answers(&self, before: Timestamp) -> Result<u64> {
        Ok(on!(pool self.usage_writer(), |c| {
            sqlx::query("DELETE FROM background_answers WHERE started_ms < $1")
                .bind(before.0)
                .execute(c)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}
