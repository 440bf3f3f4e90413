//! Audit DTOs: audit records and the verdict on their chain.

use domain::{Act, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{FieldErrors, Violation};

pub mod operations;
pub use operations::{AuditList, AuditVerify};

/// Which records, newest first. All filters hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct AuditQuery {
    /// Who acted: `usr_…`, `admin_token`, `local:1000`, `system`, `anonymous`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The act's name: `key.revoke`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// Id of what was acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// `prj_…`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Not before this instant, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Before this instant, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Rows per page, 1 to 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(default = 50, minimum = 1, maximum = 500))]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Filters that have been read and found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who acted.
    pub actor: Option<String>,
    /// The act's name.
    pub act: Option<String>,
    /// What was acted on.
    pub target_id: Option<String>,
    /// The project.
    pub project_id: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Rows per page.
    pub limit: i64,
    /// Only records below this place.
    pub below: Option<i64>,
}

const INSTANT: Violation = Violation::Instant { example: "2026-11-21T09:00:00Z" };

impl TryFrom<AuditQuery> for AuditFilter {
    type Error = FieldErrors;

    fn try_from(shape: AuditQuery) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let filled = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        let mut instant = |field: &str, text: Option<String>| {
            filled(text).and_then(|text| errors.take(field, Timestamp::parse_rfc3339(&text).ok_or(INSTANT)))
        };
        let since = instant("since", shape.since);
        let until = instant("until", shape.until);
        let act = filled(shape.act);
        if act.as_deref().is_some_and(|act| !Act::names().contains(&act)) {
            errors.push("act", Violation::one_of(Act::names()));
        }
        let limit = shape.limit.unwrap_or(50);
        if !(1..=500).contains(&limit) {
            errors.push("limit", Violation::Range { min: 1, max: 500 });
        }
        let below = filled(shape.cursor)
            .and_then(|cursor| errors.take("cursor", cursor.parse::<i64>().map_err(|_| Violation::Cursor)));
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            actor: filled(shape.actor),
            act,
            target_id: filled(shape.target_id),
            project_id: filled(shape.project_id),
            since,
            until,
            limit,
            below,
        })
    }
}

/// One act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRow {
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// `evt_…`
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// Who acted: `usr_…`, `admin_token`, `local:1000`, `system`, `anonymous`.
    pub actor: String,
    /// From where, if over a network.
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// `req_…`
    pub request_id: Option<String>,
    /// What was done: `key.revoke`.
    pub act: String,
    /// What kind of thing it was done to.
    pub target_kind: String,
    /// Its id.
    pub target_id: String,
    /// `prj_…`, where the act belongs to a project.
    pub project_id: Option<String>,
    /// What it changed; secrets as MACs.
    pub changes: Vec<AuditChange>,
}

/// One field that an act changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditChange {
    /// Its name, nested ones with dots.
    pub field: String,
    /// Before; `null`: there was none.
    pub old: serde_json::Value,
    /// After; `null`: there is none.
    pub new: serde_json::Value,
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AuditProblem {
    /// It is not as it was written.
    Edited,
    /// There is none at this place.
    Removed,
    /// It was written for another place.
    Reordered,
    /// It and all that followed are gone: the head knows of more.
    Cut,
    /// The head, which says where the chain ends, is gone.
    HeadMissing,
    /// The head is not as it was written.
    HeadDamaged,
    /// A newer version wrote it; this one cannot verify it.
    UnknownEncoding,
}

impl AuditProblem {
    /// In words.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Edited => "it is not as it was written",
            Self::Removed => "there is none at this place any more",
            Self::Reordered => "it was written for another place",
            Self::Cut => "the log was cut here: its head knows of more",
            Self::HeadMissing => "the head, which says where the log ends, was removed",
            Self::HeadDamaged => "the head, which says where the log ends, is not as it was written",
            Self::UnknownEncoding => "a newer version wrote it; verify with that one",
        }
    }
}

/// The first record that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BadRecord {
    /// Its place.
    pub seq: i64,
    /// What is wrong.
    pub problem: AuditProblem,
}

/// Where the chain ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditHeadView {
    /// Place of the newest record; 0 while there is none.
    pub seq: i64,
    /// Its link, in hexadecimal.
    pub link: String,
}

/// A key that opens the gateway although its last recorded act ended it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveKey {
    /// `key_…`
    pub id: String,
    /// For people.
    pub name: String,
    /// The act that ended it.
    pub act: String,
    /// That record's place.
    pub seq: i64,
}

/// Whether the audit log is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditVerdict {
    /// Every record holds, the log ends where its head says, and no ended key is live.
    pub ok: bool,
    /// Records read.
    pub records: i64,
    /// The first one that does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_bad: Option<BadRecord>,
    /// Where the log ends by its own account.
    pub head: Option<AuditHeadView>,
    /// Keys that are live although their last recorded act ended them.
    pub live_keys: Vec<LiveKey>,
}
