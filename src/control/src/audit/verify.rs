//! Audit chain verification: walks every record, compares the end with the anchored head, and holds keys against their
//! last recorded act.

use std::collections::BTreeMap;

use contract::{
    Nothing,
    audit::{AuditHeadView, AuditProblem, AuditVerdict, AuditVerify, BadRecord, LiveKey},
};
use domain::{AuditEncoding, AuditHead, AuditRecord, KeyEffect, Resource, Target, Verb, audit::FIRST_PREVIOUS};
use keyring::Keyring;

use super::hex;
use crate::{Control, Cx, Perform, Result};

const PAGE: i64 = 500;
/// A record whose link is that of a place so near was reordered from there.
const SEARCH_RADIUS: i64 = 16;
/// Keys looked up at once.
const KEYS: usize = 200;

/// The head, and whether its MAC holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadStatus {
    /// Place of the newest record; 0 while there is none.
    pub seq: i64,
    /// Its link, in hexadecimal.
    pub link: String,
    /// Whether the head is as we wrote it.
    pub holds: bool,
}

/// The head as it stands: for the log, for `/readyz?verbose`, for backups. `None`: there is none.
pub async fn head(control: &Control) -> Result<Option<HeadStatus>> {
    let keyring = control.keyring();
    let head = control.store().audit_head().await?;
    Ok(head.map(|head| HeadStatus { seq: head.seq, link: hex(&head.link), holds: holds(keyring, &head) }))
}

/// Verifies the whole chain; names the first bad record, and every key that is live although its last recorded act
/// ended it.
pub async fn verify(cx: &Cx) -> Result<AuditVerdict> {
    cx.allow(Verb::Read, &Target::of(Resource::Audit))?;
    // Before the walk: what is appended meanwhile comes behind it.
    let head = cx.store().audit_head().await?;
    let mut walk = Walk::new(cx.keyring(), head.as_ref().map(|head| head.seq));
    loop {
        let page = cx.store().audit_after(walk.seq, PAGE).await?;
        let Some(last) = page.last().map(|record| record.seq) else { break };
        for record in &page {
            walk.take(record);
        }
        walk.seq = last;
    }
    walk.compare(head.as_ref());
    let live_keys = live_keys(cx, &walk.ended).await?;
    Ok(AuditVerdict {
        ok: walk.first_bad.is_none() && live_keys.is_empty(),
        records: walk.records,
        first_bad: walk.first_bad,
        head: head.map(|head| AuditHeadView { seq: head.seq, link: hex(&head.link) }),
        live_keys,
    })
}

impl Perform for AuditVerify {
    async fn perform(cx: &Cx, (): (), _: Nothing) -> Result<AuditVerdict> {
        verify(cx).await
    }
}

async fn live_keys(cx: &Cx, ended: &BTreeMap<String, (i64, String)>) -> Result<Vec<LiveKey>> {
    let ids: Vec<String> = ended.keys().cloned().collect();
    let mut live = Vec::new();
    for chunk in ids.chunks(KEYS) {
        for (id, name) in cx.store().live_keys_among(chunk).await? {
            if let Some((seq, act)) = ended.get(&id) {
                live.push(LiveKey { id, name, act: act.clone(), seq: *seq });
            }
        }
    }
    Ok(live)
}

fn holds(keyring: &Keyring, head: &AuditHead) -> bool {
    keyring::token::equal(&head.mac, &keyring.audit_link(&AuditHead::bytes(head.seq, &head.link)))
}

struct Walk<'a> {
    keyring: &'a Keyring,
    head_seq: Option<i64>,
    /// Place of the record before; 0 before the first.
    seq: i64,
    /// Its link.
    link: Vec<u8>,
    /// Link of the record at the head's place.
    at_head: Option<Vec<u8>>,
    records: i64,
    /// Whether a record of a version with heads was met.
    heads_exist: bool,
    first_bad: Option<BadRecord>,
    /// Keys whose last act ended them: its place and name.
    ended: BTreeMap<String, (i64, String)>,
}

impl<'a> Walk<'a> {
    fn new(keyring: &'a Keyring, head_seq: Option<i64>) -> Self {
        Self {
            keyring,
            head_seq,
            seq: 0,
            link: FIRST_PREVIOUS.to_vec(),
            at_head: None,
            records: 0,
            heads_exist: false,
            first_bad: None,
            ended: BTreeMap::new(),
        }
    }

    fn take(&mut self, record: &AuditRecord) {
        self.records += 1;
        self.heads_exist |= record.encoding != AuditEncoding::V1.number();
        let good = self.link_holds(record);
        if record.seq != self.seq + 1 {
            self.bad(self.seq + 1, AuditProblem::Removed);
        } else if AuditEncoding::of(record.encoding).is_none() {
            self.bad(record.seq, AuditProblem::UnknownEncoding);
        } else if !good {
            let relocated = (record.seq - SEARCH_RADIUS..=record.seq + SEARCH_RADIUS)
                .any(|seq| self.link_holds(&AuditRecord { seq, ..record.clone() }));
            self.bad(record.seq, if relocated { AuditProblem::Reordered } else { AuditProblem::Edited });
        } else if record.previous != self.link {
            self.bad(record.seq, AuditProblem::Reordered);
        }
        if good {
            self.note(record);
        }
        if self.head_seq == Some(record.seq) {
            self.at_head = Some(record.link.clone());
        }
        self.seq = record.seq;
        self.link.clone_from(&record.link);
    }

    /// The end of the chain against the head.
    fn compare(&mut self, head: Option<&AuditHead>) {
        let Some(head) = head else {
            if self.heads_exist {
                self.bad(self.seq + 1, AuditProblem::HeadMissing);
            }
            return;
        };
        let same_link = match &self.at_head {
            Some(link) => *link == head.link,
            // Only the end is out of reach; an empty chain has its head at 0.
            None => head.seq > self.seq || (head.seq == 0 && head.link == FIRST_PREVIOUS),
        };
        if !holds(self.keyring, head) || !same_link {
            self.bad(head.seq, AuditProblem::HeadDamaged);
        } else if head.seq > self.seq {
            self.bad(self.seq + 1, AuditProblem::Cut);
        }
    }

    fn note(&mut self, record: &AuditRecord) {
        match KeyEffect::of(&record.act) {
            Some(KeyEffect::Ended) => {
                self.ended.insert(record.target.clone(), (record.seq, record.act.clone()));
            }
            Some(KeyEffect::Live) => {
                self.ended.remove(&record.target);
            }
            None => {}
        }
    }

    fn link_holds(&self, record: &AuditRecord) -> bool {
        record.chain_bytes().is_some_and(|bytes| keyring::token::equal(&record.link, &self.keyring.audit_link(&bytes)))
    }

    fn bad(&mut self, seq: i64, problem: AuditProblem) {
        self.first_bad.get_or_insert(BadRecord { seq, problem });
    }
}
