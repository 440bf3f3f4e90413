//! Event aggregation: what happens too often to be recorded each time is counted here and written in sum.
//!
//! Refused sign-ins get one record per minute and cause, damaged rows one per day and row. Counts are per process; a
//! `kill -9` loses those of the running minute.

use std::collections::{BTreeMap, btree_map::Entry};

use domain::{Act, Actor, Timestamp, UserId, audit::changed};
use serde_json::{Value, json};

use super::observations::{SignInRefusal, insert};
use crate::{Control, Cx, Result};

const MINUTE: i64 = 60 * Timestamp::SECOND;
/// Of more damaged rows than this a process remembers none more: one record each is enough.
const ROWS: usize = 1_000;

impl Cx {
    /// Counts a refused sign-in. `account` is the person it was for; where there is none, a MAC of `email` stands for
    /// whoever was meant.
    pub(crate) fn note_refused_sign_in(&self, cause: SignInRefusal, account: Option<&UserId>, email: &str) {
        let account = account.map_or_else(|| self.mark("email", email), ToString::to_string);
        let minute = self.now().0.div_euclid(MINUTE);
        let mut refused = self.observations().refused.lock();
        let tally = refused.entry((minute, cause)).or_default();
        tally.count += 1;
        insert(&mut tally.accounts, account);
        if let Some(address) = self.address() {
            insert(&mut tally.addresses, address.to_string());
        }
    }
}

/// Notes that a row does not verify: recorded with the next [`flush`], once a day and row.
pub fn note_damaged_row(cx: &Cx, table: &str, row: &str) {
    let now = cx.now();
    let mut damaged = cx.observations().damaged.lock();
    let name = (table.to_owned(), row.to_owned());
    let full = damaged.known.len() >= ROWS;
    match damaged.known.entry(name.clone()) {
        Entry::Occupied(mut seen) if now.since(*seen.get()) >= Timestamp::DAY => {
            seen.insert(now);
        }
        Entry::Vacant(unseen) if !full => {
            unseen.insert(now);
        }
        _ => return,
    }
    damaged.pending.insert(name);
}

/// Writes down what was counted in minutes that are over, or, at the end of the process, everything. What cannot be
/// written is kept for the next time.
pub async fn flush(control: &Control, everything: bool) -> Result<()> {
    let system = control.cx(Actor::System, None);
    flush_refused(&system, everything).await?;
    flush_damaged(&system).await
}

async fn flush_refused(system: &Cx, everything: bool) -> Result<()> {
    let this_minute = system.now().0.div_euclid(MINUTE);
    let over: Vec<_> = {
        let mut refused = system.observations().refused.lock();
        let running =
            if everything { BTreeMap::new() } else { refused.split_off(&(this_minute, SignInRefusal::WrongPassword)) };
        std::mem::replace(&mut *refused, running).into_iter().collect()
    };
    if over.is_empty() {
        return Ok(());
    }
    let written = async {
        let anonymous = system.with_actor(Actor::Anonymous);
        let mut tx = system.store().begin().await?;
        for ((minute, cause), tally) in &over {
            let changes = vec![
                changed("cause", Value::Null, cause.name()),
                changed("minute", Value::Null, Timestamp(minute * MINUTE).to_rfc3339()),
                changed("count", Value::Null, tally.count),
                changed("accounts", Value::Null, json!(tally.accounts)),
                changed("addresses", Value::Null, json!(tally.addresses)),
            ];
            anonymous.record_changes(&mut tx, Act::SessionRefuse, changes).await?;
        }
        tx.commit().await?;
        Ok(())
    };
    let outcome = written.await;
    if outcome.is_err() {
        let mut refused = system.observations().refused.lock();
        for (key, tally) in over {
            refused.entry(key).or_default().absorb(tally);
        }
    }
    outcome
}

async fn flush_damaged(system: &Cx) -> Result<()> {
    let pending = std::mem::take(&mut system.observations().damaged.lock().pending);
    if pending.is_empty() {
        return Ok(());
    }
    let written = async {
        let mut tx = system.store().begin().await?;
        for (table, row) in &pending {
            let act = Act::RowDamaged { table: table.clone(), row: row.clone() };
            system.record_changes(&mut tx, act, Vec::new()).await?;
        }
        tx.commit().await?;
        Ok(())
    };
    let outcome = written.await;
    if outcome.is_err() {
        system.observations().damaged.lock().pending.extend(pending);
    }
    outcome
}
