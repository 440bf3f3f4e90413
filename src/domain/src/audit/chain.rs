//! Audit hash chain: record encodings by version, and the head that anchors its end.

use std::fmt::Write as _;

use crate::{Act, Actor, EventId, FieldChange, Timestamp};

/// What the first record points at.
pub const FIRST_PREVIOUS: [u8; 32] = [0; 32];

/// First byte of everything that is put under the audit key. Records of encoding 1 begin with 1 (their first field is
/// present), so that no message of one kind can stand for one of another.
const RECORD_2: u8 = 2;
const MARK: u8 = 3;
const HEAD: u8 = 4;

/// How a record's bytes are laid out for its link. The number is stored with the record and covered by the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditEncoding {
    /// Before and after as whole views.
    V1,
    /// Target kind, project, request id, user agent, and changes by field.
    V2,
}

impl AuditEncoding {
    /// What new records are written in.
    pub const CURRENT: Self = Self::V2;

    /// The number in the database.
    pub const fn number(self) -> i64 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    /// The encoding of that number; `None` for one that a newer version wrote.
    pub const fn of(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::V1),
            2 => Some(Self::V2),
            _ => None,
        }
    }
}

/// An administrative act, before it has a place in the chain.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who acted.
    pub actor: Actor,
    /// What was done, and to what.
    pub act: Act,
    /// From where, if over a network.
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// What it changed, without secrets.
    pub changes: Vec<FieldChange>,
}

/// An event as it is stored: with its place and its link. Everything as text, so that what a newer version wrote, or
/// that is damaged, can still be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Place in the chain, from 1, without gaps.
    pub seq: i64,
    /// Number of its [`AuditEncoding`].
    pub encoding: i64,
    /// `evt_…`
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// Who acted, as [`Actor::audit_name`] says it.
    pub actor: String,
    /// The act's name: `key.create`.
    pub act: String,
    /// What kind of thing was acted on; `None` in encoding 1.
    pub target_kind: Option<String>,
    /// Its id.
    pub target: String,
    /// The project, where there is one.
    pub project_id: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// The request.
    pub request_id: Option<String>,
    /// JSON of `[{field, old, new}]`; `None` in encoding 1.
    pub changes: Option<String>,
    /// Encoding 1: the state before, as JSON.
    pub before: Option<String>,
    /// Encoding 1: the state after, as JSON.
    pub after: Option<String>,
    /// The link of the record before; [`FIRST_PREVIOUS`] for the first.
    pub previous: Vec<u8>,
    /// The MAC over this record's bytes, `previous` among them.
    pub link: Vec<u8>,
}

/// Where the chain ends, under a MAC of its own: so a tail that was cut off shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// Place of the newest record; 0 while there is none.
    pub seq: i64,
    /// Its link.
    pub link: Vec<u8>,
    /// The MAC over [`AuditHead::bytes`].
    pub mac: Vec<u8>,
}

impl AuditEvent {
    /// Puts the event at its place behind `previous`; the link is still to be computed over
    /// [`AuditRecord::chain_bytes`].
    pub fn at_place(&self, seq: i64, previous: Vec<u8>) -> AuditRecord {
        let (kind, target) = self.act.target();
        AuditRecord {
            seq,
            encoding: AuditEncoding::CURRENT.number(),
            id: self.id.to_string(),
            at: self.at,
            actor: self.actor.audit_name(),
            act: self.act.name().to_owned(),
            target_kind: Some(kind.to_string()),
            target,
            project_id: self.act.project().map(ToString::to_string),
            address: self.address.clone(),
            user_agent: self.user_agent.clone(),
            request_id: self.request_id.clone(),
            // Field names and JSON values always serialise.
            changes: Some(serde_json::to_string(&self.changes).unwrap_or_default()),
            before: None,
            after: None,
            previous,
            link: Vec::new(),
        }
    }
}

impl AuditRecord {
    /// What the link is computed over: every field length-prefixed, absent apart from empty. `None` where the encoding
    /// is a newer version's, or where a field holds something that the encoding does not cover.
    pub fn chain_bytes(&self) -> Option<Vec<u8>> {
        // Writing to a String cannot fail.
        let mut place = String::new();
        let _ = write!(place, "{}|{}", self.seq, self.at.0);
        let text = |field: &'_ Option<String>| field.clone().map(String::into_bytes);
        let fields: Vec<Option<Vec<u8>>> = match AuditEncoding::of(self.encoding)? {
            AuditEncoding::V1 => {
                let later = [&self.target_kind, &self.project_id, &self.user_agent, &self.request_id, &self.changes];
                if later.into_iter().any(Option::is_some) {
                    return None;
                }
                vec![
                    Some(self.previous.clone()),
                    Some(place.into_bytes()),
                    Some(self.id.clone().into_bytes()),
                    Some(self.actor.clone().into_bytes()),
                    Some(self.act.clone().into_bytes()),
                    Some(self.target.clone().into_bytes()),
                    text(&self.address),
                    text(&self.before),
                    text(&self.after),
                ]
            }
            AuditEncoding::V2 => vec![
                Some(self.previous.clone()),
                Some(place.into_bytes()),
                Some(self.id.clone().into_bytes()),
                Some(self.actor.clone().into_bytes()),
                Some(self.act.clone().into_bytes()),
                text(&self.target_kind),
                Some(self.target.clone().into_bytes()),
                text(&self.project_id),
                text(&self.address),
                text(&self.user_agent),
                text(&self.request_id),
                text(&self.changes),
                text(&self.before),
                text(&self.after),
            ],
        };
        let mut out = Vec::with_capacity(512);
        if self.encoding == AuditEncoding::V2.number() {
            out.push(RECORD_2);
        }
        for field in fields {
            put(&mut out, field.as_deref());
        }
        Some(out)
    }
}

impl AuditHead {
    /// What the head's MAC is computed over.
    pub fn bytes(seq: i64, link: &[u8]) -> Vec<u8> {
        let mut out = vec![HEAD];
        put(&mut out, Some(&seq.to_be_bytes()));
        put(&mut out, Some(link));
        out
    }
}

/// What is put under the audit key where a record must name something that it must not hold: two records can be
/// matched by it, and it reveals nothing else. `domain` says what kind of text it is: `email`, `key`.
pub fn mark_bytes(domain: &str, text: &str) -> Vec<u8> {
    let mut out = vec![MARK];
    put(&mut out, Some(domain.as_bytes()));
    put(&mut out, Some(text.as_bytes()));
    out
}

fn put(out: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        Some(bytes) => {
            out.push(1);
            out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
            out.extend_from_slice(bytes);
        }
        None => out.push(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KeyId, ProjectId, audit::changed};

    fn event() -> AuditEvent {
        AuditEvent {
            id: EventId::new(Timestamp(1), [0; 10]),
            at: Timestamp(1),
            actor: Actor::System,
            act: Act::KeyCreate {
                id: KeyId::new(Timestamp(1), [1; 10]),
                project: ProjectId::new(Timestamp(1), [2; 10]),
            },
            address: None,
            user_agent: Some("curl".to_owned()),
            request_id: None,
            changes: vec![changed("name", serde_json::Value::Null, "ci")],
        }
    }

    /// A record as the first version wrote it.
    fn old() -> AuditRecord {
        AuditRecord {
            seq: 1,
            encoding: 1,
            id: "evt_1".to_owned(),
            at: Timestamp(1),
            actor: "system".to_owned(),
            act: "key.create".to_owned(),
            target_kind: None,
            target: "ab".to_owned(),
            project_id: None,
            address: None,
            user_agent: None,
            request_id: None,
            changes: None,
            before: Some("c".to_owned()),
            after: None,
            previous: vec![0; 32],
            link: Vec::new(),
        }
    }

    #[test]
    fn moving_text_between_fields_changes_the_bytes() {
        let one = event().at_place(1, vec![0; 32]);
        let mut two = one.clone();
        (two.user_agent, two.request_id) = (None, Some("curl".to_owned()));
        assert_ne!(one.chain_bytes(), two.chain_bytes());
        let mut three = old();
        (three.before, three.target) = (Some(String::new()), "abc".to_owned());
        assert_ne!(old().chain_bytes(), three.chain_bytes());
    }

    #[test]
    fn records_of_the_first_version_keep_their_bytes() {
        // 1, length, bytes for each present field; 0 for each absent one.
        let mut expected = Vec::new();
        for field in [&[0_u8; 32][..], b"1|1", b"evt_1", b"system", b"key.create", b"ab"] {
            expected.push(1);
            expected.extend_from_slice(&(field.len() as u64).to_be_bytes());
            expected.extend_from_slice(field);
        }
        expected.push(0);
        expected.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0, 1, b'c', 0]);
        assert_eq!(old().chain_bytes(), Some(expected));
    }

    #[test]
    fn an_old_record_with_a_field_that_its_link_does_not_cover_has_no_bytes() {
        for set in [
            |record: &mut AuditRecord| record.user_agent = Some("x".to_owned()),
            |record: &mut AuditRecord| record.changes = Some("[]".to_owned()),
            |record: &mut AuditRecord| record.target_kind = Some("key".to_owned()),
            |record: &mut AuditRecord| record.encoding = 3,
        ] {
            let mut record = old();
            set(&mut record);
            assert_eq!(record.chain_bytes(), None);
        }
    }

    #[test]
    fn no_kind_of_message_can_stand_for_another() {
        let first = [
            old().chain_bytes().unwrap()[0],
            event().at_place(1, vec![0; 32]).chain_bytes().unwrap()[0],
            mark_bytes("email", "x")[0],
            AuditHead::bytes(1, &[0; 32])[0],
        ];
        assert_eq!(first, [1, RECORD_2, MARK, HEAD]);
        assert_ne!(mark_bytes("a", "bc"), mark_bytes("ab", "c"));
    }
}
