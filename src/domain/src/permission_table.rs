//! The table of permissions: who may what (A3). Deny by default: what has no row in [`PERMISSIONS`] is denied to everyone.

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::Role;

/// A kind of thing that permissions are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Resource {
    /// Virtual keys.
    Key,
    /// Providers' servers and the secrets used there.
    Upstream,
    /// Model routes.
    Model,
    /// Request rows.
    Log,
    /// Sums over request rows.
    Overview,
    /// Records of administrative acts.
    Audit,
    /// Background jobs and their runs.
    Job,
    /// People who may sign in.
    User,
}

impl Resource {
    /// The text in documents.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What people call one of them.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Upstream => "upstream",
            Self::Model => "model route",
            Self::Log => "request",
            Self::Overview => "overview",
            Self::Audit => "audit record",
            Self::Job => "job",
            Self::User => "user",
        }
    }
}

/// Something that is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Verb {
    /// List and show, never a secret.
    Read,
    /// Make a new one.
    Create,
    /// Change it, reversibly.
    Update,
    /// End it for good; its record stays.
    Revoke,
    /// Remove it.
    Delete,
    /// Use its secret to see whether it works.
    Test,
    /// Have it done now.
    Run,
    /// Lift a lock that failed tries have put on it.
    Unlock,
}

impl Verb {
    /// The text in documents.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// On which things of a kind a role may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Extent {
    /// On none.
    Never,
    /// On those that the person owns, within the grant's project.
    Own,
    /// On all that the grant covers: its project, or everything.
    Granted,
    /// On all, whatever the grant covers: things that belong to no project.
    Anywhere,
}

impl Extent {
    /// The text in documents.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One row of the table of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The kind of thing.
    pub resource: Resource,
    /// What is done to it.
    pub verb: Verb,
    /// What owners may.
    pub owner: Extent,
    /// What admins may.
    pub admin: Extent,
    /// What members may.
    pub member: Extent,
    /// What viewers may.
    pub viewer: Extent,
}

impl Permission {
    /// What `role` may.
    pub const fn of(&self, role: Role) -> Extent {
        match role {
            Role::Owner => self.owner,
            Role::Admin => self.admin,
            Role::Member => self.member,
            Role::Viewer => self.viewer,
        }
    }
}

const fn row(resource: Resource, verb: Verb, [owner, admin, member, viewer]: [Extent; 4]) -> Permission {
    Permission { resource, verb, owner, admin, member, viewer }
}

/// Who may what. `docs/permissions.md` is rendered from it.
pub const PERMISSIONS: &[Permission] = {
    use Extent::{Anywhere, Granted, Never, Own};
    use Resource::{Audit, Job, Key, Log, Model, Overview, Upstream, User};
    use Verb::{Create, Delete, Read, Revoke, Run, Test, Unlock, Update};
    &[
        row(Key, Read, [Granted, Granted, Own, Granted]),
        row(Key, Create, [Granted, Granted, Own, Never]),
        row(Key, Update, [Granted, Granted, Own, Never]),
        row(Key, Revoke, [Granted, Granted, Own, Never]),
        row(Upstream, Read, [Anywhere, Anywhere, Anywhere, Anywhere]),
        row(Upstream, Create, [Granted, Granted, Never, Never]),
        row(Upstream, Update, [Granted, Granted, Never, Never]),
        row(Upstream, Delete, [Granted, Granted, Never, Never]),
        row(Upstream, Test, [Granted, Granted, Never, Never]),
        row(Model, Read, [Anywhere, Anywhere, Anywhere, Anywhere]),
        row(Model, Create, [Granted, Granted, Never, Never]),
        row(Model, Update, [Granted, Granted, Never, Never]),
        row(Model, Delete, [Granted, Granted, Never, Never]),
        row(Model, Test, [Granted, Granted, Never, Never]),
        row(Log, Read, [Granted, Granted, Own, Granted]),
        row(Overview, Read, [Anywhere, Anywhere, Anywhere, Anywhere]),
        row(Audit, Read, [Granted, Granted, Never, Never]),
        row(Job, Read, [Granted, Granted, Never, Never]),
        row(Job, Run, [Granted, Granted, Never, Never]),
        row(User, Unlock, [Granted, Granted, Never, Never]),
    ]
};

/// The row of the table, if there is one.
pub fn permission(resource: Resource, verb: Verb) -> Option<&'static Permission> {
    PERMISSIONS.iter().find(|row| row.resource == resource && row.verb == verb)
}
