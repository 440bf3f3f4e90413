//! Audit events and the bytes over which their chain is computed (L6).

use std::fmt::Write as _;

use crate::{Actor, EventId, Timestamp};

/// An administrative act, before it has a place in the chain.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who acted.
    pub actor: Actor,
    /// Noun and verb: `key.create`.
    pub action: &'static str,
    /// Id of what was acted on.
    pub target: String,
    /// From where, if over a network.
    pub address: Option<String>,
    /// The state before, as JSON without secrets.
    pub before: Option<String>,
    /// The state after, as JSON without secrets.
    pub after: Option<String>,
}

/// An event as it is stored: with its place and its link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Place in the chain, from 1, without gaps.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// Who acted, as [`Actor::audit_name`] says it.
    pub actor: String,
    /// Noun and verb.
    pub action: String,
    /// Id of what was acted on.
    pub target: String,
    /// From where.
    pub address: Option<String>,
    /// The state before.
    pub before: Option<String>,
    /// The state after.
    pub after: Option<String>,
    /// The link of the record before; 32 zero bytes for the first.
    pub previous: Vec<u8>,
    /// The MAC over `previous` and this record's bytes.
    pub link: Vec<u8>,
}

impl AuditEvent {
    /// Puts the event at its place behind `previous`; the link is still to be computed over [`AuditRecord::chain_bytes`].
    pub fn at_place(&self, seq: i64, previous: Vec<u8>) -> AuditRecord {
        AuditRecord {
            seq,
            id: self.id.to_string(),
            at: self.at,
            actor: self.actor.audit_name(),
            action: self.action.to_owned(),
            target: self.target.clone(),
            address: self.address.clone(),
            before: self.before.clone(),
            after: self.after.clone(),
            previous,
            link: Vec::new(),
        }
    }
}

impl AuditRecord {
    /// What the link is computed over: every field length-prefixed, absent apart from empty.
    pub fn chain_bytes(&self) -> Vec<u8> {
        let mut head = String::new();
        // Writing to a String cannot fail.
        let _ = write!(head, "{}|{}", self.seq, self.at.0);
        let mut out = Vec::with_capacity(256);
        let mut put = |field: Option<&[u8]>| match field {
            Some(bytes) => {
                out.push(1);
                out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
                out.extend_from_slice(bytes);
            }
            None => out.push(0),
        };
        put(Some(&self.previous));
        put(Some(head.as_bytes()));
        for field in [&self.id, &self.actor, &self.action, &self.target] {
            put(Some(field.as_bytes()));
        }
        for field in [&self.address, &self.before, &self.after] {
            put(field.as_deref().map(str::as_bytes));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_text_between_fields_changes_the_bytes() {
        let event = AuditEvent {
            id: EventId::new(Timestamp(1), [0; 10]),
            at: Timestamp(1),
            actor: Actor::System,
            action: "key.create",
            target: "ab".to_owned(),
            address: None,
            before: Some("c".to_owned()),
            after: None,
        };
        let one = event.at_place(1, vec![0; 32]);
        let mut two = one.clone();
        (two.before, two.after) = (None, Some("c".to_owned()));
        assert_ne!(one.chain_bytes(), two.chain_bytes());
        let mut three = one.clone();
        (three.before, three.target) = (Some(String::new()), "abc".to_owned());
        assert_ne!(one.chain_bytes(), three.chain_bytes());
    }
}
