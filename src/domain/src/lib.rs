//! Domain model: the nouns of Keywright, their rules and the decisions over them; pure and synchronous.
//!
//! Pure and synchronous. Nothing here reads a clock, draws a random number or touches a network:
//! instants and bytes are handed in, so that every rule can be tested by moving a number.

pub mod admit;
pub mod audit;
pub mod change;
pub mod claim;
pub mod credential;
pub mod dialect;
pub mod epoch;
pub mod event;
pub mod id;
pub mod installation;
pub mod job;
pub mod key;
pub mod labels;
pub mod limit;
pub mod list;
pub mod mask;
pub mod media_type;
pub mod model_route;
pub mod open_enum;
pub mod path;
pub mod pattern;
pub mod permission;
pub mod permission_table;
pub mod plan;
pub mod policy;
pub mod ports;
pub mod project;
pub mod provider;
pub mod request;
pub mod row;
pub mod scope;
pub mod session;
pub mod text;
pub mod timestamp;
pub mod upstream;
pub mod usage;
pub mod user;

pub use admit::{AdmissionRequest, Denial, admit, admit_models};
pub use audit::{Act, AuditEncoding, AuditEvent, AuditHead, AuditRecord, FieldChange, KeyEffect, TargetKind};
pub use change::{Change, ChangeKind};
pub use claim::{ClaimVerdict, Line, LineState, Rule};
pub use credential::{Credential, CredentialVersion};
pub use dialect::Dialect;
pub use epoch::Epochs;
pub use event::OutboxEvent;
pub use id::{CredentialId, EventId, JobRunId, KeyId, ModelId, ProjectId, RequestId, UpstreamId, UserId};
pub use installation::{Installation, KeyringRow};
pub use job::{JobName, JobRun, RunState, Schedule};
pub use key::{KeyEnv, KeyState, KeyVersion, RevokeReason, VirtualKey};
pub use labels::{Labels, Metadata, Tag};
pub use limit::{Allowance, Gcra, RateLimits, SlidingWindow, Verdict, Window};
pub use list::KeySort;
pub use model_route::{Deployment, ModelRoute, Strategy};
pub use open_enum::OpenEnum;
pub use pattern::ModelPattern;
pub use permission::{Assurance, Decision, Grant, Principal, PrincipalKind, Protected, Scopes, Target, Visible};
pub use permission_table::{PERMISSIONS, Resource, Verb};
pub use plan::{DamagedUpstream, Destination, Landscape, PlanError, plan};
pub use policy::{Policy, PolicyChange, PolicyPatch};
pub use ports::{Clock, Random};
pub use project::Project;
pub use provider::{Catalog, Provider, ProviderId};
pub use request::{
    AttemptLog, DamagedRequest, ErrorClass, REQUEST_ID_HEADER, RequestLog, RequestLogRef, StoredRequest,
};
pub use row::{Damage, DamagedRow, RowMac, Unverified, Verified};
pub use scope::{Permission, Scope};
pub use session::Session;
pub use timestamp::Timestamp;
pub use upstream::{BaseUrl, Upstream, UpstreamSettings};
pub use usage::{CostSource, TOKENS_MAX, Usage};
pub use user::{Account, Actor, Member, Preferences, Role, User};
