//! Audit acts: the closed list of what is recorded, with stable names.

use crate::{KeyId, ModelId, ProjectId, UpstreamId, UserId};

/// An administrative act. One variant per kind of act; the serialised name is stored and never changes.
#[derive(Clone, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
pub enum Act {
    /// A key was issued.
    #[strum(serialize = "key.create")]
    KeyCreate {
        /// The key.
        id: KeyId,
        /// Its project.
        project: ProjectId,
    },
    /// A key was switched on.
    #[strum(serialize = "key.enable")]
    KeyEnable {
        /// The key.
        id: KeyId,
        /// Its project.
        project: ProjectId,
    },
    /// A key was switched off.
    #[strum(serialize = "key.disable")]
    KeyDisable {
        /// The key.
        id: KeyId,
        /// Its project.
        project: ProjectId,
    },
    /// A key was ended for good.
    #[strum(serialize = "key.revoke")]
    KeyRevoke {
        /// The key.
        id: KeyId,
        /// Its project; `None` where its row is damaged beyond reading.
        project: Option<ProjectId>,
    },
    /// An upstream was added.
    #[strum(serialize = "upstream.create")]
    UpstreamCreate(UpstreamId),
    /// An upstream and its secrets were removed.
    #[strum(serialize = "upstream.delete")]
    UpstreamDelete(UpstreamId),
    /// An upstream was made the default.
    #[strum(serialize = "upstream.set_default")]
    UpstreamSetDefault(UpstreamId),
    /// An upstream was changed: its name, address, settings or defaults.
    #[strum(serialize = "upstream.update")]
    UpstreamUpdate(UpstreamId),
    /// A model route was added.
    #[strum(serialize = "model.create")]
    ModelCreate(ModelId),
    /// A model route was changed.
    #[strum(serialize = "model.update")]
    ModelUpdate(ModelId),
    /// A model route was removed.
    #[strum(serialize = "model.delete")]
    ModelDelete(ModelId),
    /// A model route's deployments were called with their stored secrets.
    #[strum(serialize = "model.test")]
    ModelTest(ModelId),
    /// An upstream's secret was replaced.
    #[strum(serialize = "upstream.set_secret")]
    UpstreamSetSecret(UpstreamId),
    /// A stored upstream was called with its stored secret.
    #[strum(serialize = "upstream.test")]
    UpstreamTest(UpstreamId),
    /// An upstream that is not stored was called with a secret that was given with the call.
    #[strum(serialize = "upstream.try_out")]
    UpstreamTryOut,
    /// The installation was claimed by its first administrator.
    #[strum(serialize = "setup.claim")]
    SetupClaim(UserId),
    /// A user signed in.
    #[strum(serialize = "session.create")]
    SessionCreate(UserId),
    /// A user signed out.
    #[strum(serialize = "session.end")]
    SessionEnd(UserId),
    /// Sign-ins were refused; one record per minute and cause.
    #[strum(serialize = "session.refuse")]
    SessionRefuse,
    /// A user's password was set at the machine itself.
    #[strum(serialize = "user.reset_password")]
    UserResetPassword(UserId),
    /// A person changed how they want to read.
    #[strum(serialize = "user.update")]
    UserUpdate(UserId),
    /// The login throttle of an account was lifted.
    #[strum(serialize = "user.unlock")]
    UserUnlock(UserId),
    /// A row was found that does not verify; it is not used.
    #[strum(serialize = "row.damaged")]
    RowDamaged {
        /// Its table.
        table: String,
        /// Its primary key, as text.
        row: String,
    },
    /// Every row of a database of the first version was signed; how many could not be is among the changes.
    #[strum(serialize = "installation.sign_rows")]
    InstallationSignRows {
        /// The installation.
        installation: String,
    },
    /// A background job was started by hand.
    #[strum(serialize = "job.run")]
    JobRun {
        /// The job's name.
        job: String,
    },
}

/// What kind of thing an act was done to.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, strum::AsRefStr, strum::Display, strum::EnumString, strum::IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
pub enum TargetKind {
    /// A virtual key.
    Key,
    /// An upstream.
    Upstream,
    /// A model route.
    Model,
    /// A person.
    User,
    /// The sign-in itself, where no single account is meant.
    SignIn,
    /// A row of a table, by `table/primary key`.
    Row,
    /// A background job, by name.
    Job,
    /// The installation itself.
    Installation,
}

/// What an act says about whether its key still opens the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyEffect {
    /// From then on requests with it are refused.
    Ended,
    /// From then on requests with it may pass.
    Live,
}

impl Act {
    /// The name under which it is stored: noun and verb, `key.create`.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Every name there is, in the order of the variants.
    pub const fn names() -> &'static [&'static str] {
        <Self as strum::VariantNames>::VARIANTS
    }

    /// What was acted on: its kind and its id.
    pub fn target(&self) -> (TargetKind, String) {
        match self {
            Self::KeyCreate { id, .. }
            | Self::KeyEnable { id, .. }
            | Self::KeyDisable { id, .. }
            | Self::KeyRevoke { id, .. } => (TargetKind::Key, id.to_string()),
            Self::ModelCreate(id) | Self::ModelUpdate(id) | Self::ModelDelete(id) | Self::ModelTest(id) => {
                (TargetKind::Model, id.to_string())
            }
            Self::UpstreamCreate(id)
            | Self::UpstreamUpdate(id)
            | Self::UpstreamDelete(id)
            | Self::UpstreamSetDefault(id)
            | Self::UpstreamSetSecret(id)
            | Self::UpstreamTest(id) => (TargetKind::Upstream, id.to_string()),
            Self::UpstreamTryOut => (TargetKind::Upstream, String::new()),
            Self::SetupClaim(id)
            | Self::SessionCreate(id)
            | Self::SessionEnd(id)
            | Self::UserResetPassword(id)
            | Self::UserUpdate(id)
            | Self::UserUnlock(id) => (TargetKind::User, id.to_string()),
            Self::SessionRefuse => (TargetKind::SignIn, String::new()),
            Self::RowDamaged { table, row } => (TargetKind::Row, format!("{table}/{row}")),
            Self::InstallationSignRows { installation } => (TargetKind::Installation, installation.clone()),
            Self::JobRun { job } => (TargetKind::Job, job.clone()),
        }
    }

    /// The project it belongs to, where it belongs to one.
    pub const fn project(&self) -> Option<&ProjectId> {
        match self {
            Self::KeyCreate { project, .. } | Self::KeyEnable { project, .. } | Self::KeyDisable { project, .. } => {
                Some(project)
            }
            Self::KeyRevoke { project, .. } => project.as_ref(),
            Self::UpstreamCreate(_)
            | Self::UpstreamUpdate(_)
            | Self::ModelCreate(_)
            | Self::ModelUpdate(_)
            | Self::ModelDelete(_)
            | Self::ModelTest(_)
            | Self::UpstreamDelete(_)
            | Self::UpstreamSetDefault(_)
            | Self::UpstreamSetSecret(_)
            | Self::UpstreamTest(_)
            | Self::UpstreamTryOut
            | Self::SetupClaim(_)
            | Self::SessionCreate(_)
            | Self::SessionEnd(_)
            | Self::SessionRefuse
            | Self::UserResetPassword(_)
            | Self::UserUpdate(_)
            | Self::UserUnlock(_)
            | Self::RowDamaged { .. }
            | Self::InstallationSignRows { .. }
            | Self::JobRun { .. } => None,
        }
    }

    /// The kind of event that is published through the outbox; `None`: this act is for the audit log alone.
    pub const fn event_kind(&self) -> Option<&'static str> {
        match self {
            Self::KeyCreate { .. } => Some("key.created"),
            Self::KeyEnable { .. } => Some("key.enabled"),
            Self::KeyDisable { .. } => Some("key.disabled"),
            Self::KeyRevoke { .. } => Some("key.revoked"),
            Self::RowDamaged { .. } => Some("row.damaged"),
            Self::UpstreamCreate(_)
            | Self::UpstreamUpdate(_)
            | Self::ModelCreate(_)
            | Self::ModelUpdate(_)
            | Self::ModelDelete(_)
            | Self::ModelTest(_)
            | Self::UpstreamDelete(_)
            | Self::UpstreamSetDefault(_)
            | Self::UpstreamSetSecret(_)
            | Self::UpstreamTest(_)
            | Self::UpstreamTryOut
            | Self::SetupClaim(_)
            | Self::SessionCreate(_)
            | Self::SessionEnd(_)
            | Self::SessionRefuse
            | Self::UserResetPassword(_)
            | Self::UserUpdate(_)
            | Self::UserUnlock(_)
            | Self::InstallationSignRows { .. }
            | Self::JobRun { .. } => None,
        }
    }
}

impl KeyEffect {
    /// What the act of that stored name says about its key; `None`: nothing.
    pub fn of(act: &str) -> Option<Self> {
        match act {
            "key.revoke" | "key.disable" => Some(Self::Ended),
            "key.create" | "key.enable" => Some(Self::Live),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn names_are_those_of_rows_already_written() {
        for name in [
            "key.create",
            "key.enable",
            "key.disable",
            "key.revoke",
            "upstream.create",
            "upstream.delete",
            "upstream.set_default",
            "upstream.set_secret",
            "upstream.test",
            "session.create",
            "user.reset_password",
            "setup.claim",
        ] {
            assert!(Act::names().contains(&name), "{name}");
        }
    }

    #[test]
    fn key_effects_follow_the_acts_that_have_them() {
        let (id, project) = (KeyId::new(Timestamp(1), [1; 10]), ProjectId::new(Timestamp(1), [2; 10]));
        let ends = [
            (Act::KeyCreate { id: id.clone(), project: project.clone() }, KeyEffect::Live),
            (Act::KeyEnable { id: id.clone(), project: project.clone() }, KeyEffect::Live),
            (Act::KeyDisable { id: id.clone(), project: project.clone() }, KeyEffect::Ended),
            (Act::KeyRevoke { id: id.clone(), project: Some(project.clone()) }, KeyEffect::Ended),
        ];
        for (act, effect) in &ends {
            assert_eq!(KeyEffect::of(act.name()), Some(*effect));
            assert_eq!(act.target(), (TargetKind::Key, id.to_string()));
            assert_eq!(act.project(), Some(&project));
        }
        let of_keys = Act::names().iter().filter(|name| name.starts_with("key.")).count();
        assert_eq!(of_keys, ends.len(), "a new act on keys needs its effect");
        assert_eq!(KeyEffect::of("upstream.delete"), None);
    }
}
