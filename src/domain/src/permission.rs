//! Role-based access control: principals, their grants, and what they may do to a thing (A3).
//!
//! Deny by default: what has no row in [`PERMISSIONS`](crate::PERMISSIONS) is denied to everyone. A decision is made on
//! the thing itself, after it was looked up ([`Principal::judge`]); lists are restricted by [`Visible`], which only a
//! principal can give.

use std::collections::BTreeSet;

use crate::{
    DamagedRow, ModelRoute, ProjectId, Resource, Role, Upstream, UserId, Verb, Verified, VirtualKey,
    permission_table::{Extent, permission},
};

/// A role in one project, or in all of them and beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Where; `None`: everywhere.
    pub project: Option<ProjectId>,
    /// As what.
    pub role: Role,
}

impl Grant {
    /// A role everywhere.
    pub const fn everywhere(role: Role) -> Self {
        Self { project: None, role }
    }

    fn covers(&self, project: Option<&ProjectId>) -> bool {
        self.project.is_none() || self.project.as_ref() == project
    }
}

/// What kind of caller a principal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// A person.
    User(UserId),
    /// The holder of `ADMIN_TOKEN`.
    AdminToken,
    /// A user at the machine itself.
    Local,
    /// The product itself.
    System,
    /// No one yet.
    Anonymous,
}

/// What a credential is restricted to, below what its holder may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scopes {
    /// Everything that the holder may do.
    #[default]
    All,
    /// These alone.
    Only(BTreeSet<(Resource, Verb)>),
}

impl Scopes {
    fn admit(&self, resource: Resource, verb: Verb) -> bool {
        match self {
            Self::All => true,
            Self::Only(pairs) => pairs.contains(&(resource, verb)),
        }
    }
}

/// How sure it is that the principal is who it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assurance {
    /// Not at all.
    None,
    /// It showed a secret: a password, a token.
    Secret,
    /// It acts at the machine that runs the product, or is the product.
    Machine,
}

/// Who acts, and with which rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// What kind of caller.
    pub kind: PrincipalKind,
    /// The roles that it has.
    pub grants: Vec<Grant>,
    /// What its credential is restricted to.
    pub scopes: Scopes,
    /// How sure its identity is.
    pub assurance: Assurance,
}

/// What a permission is asked for: a kind, where it belongs and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The kind of thing.
    pub resource: Resource,
    /// Its project, if it belongs to one.
    pub project: Option<&'a ProjectId>,
    /// Its owner, if it has one.
    pub owner: Option<&'a UserId>,
}

impl Target<'_> {
    /// A thing that belongs to no project and no user.
    pub const fn of(resource: Resource) -> Self {
        Self { resource, project: None, owner: None }
    }
}

/// A thing that permissions are asked about.
pub trait Protected {
    /// What kind it is, where it belongs and whose it is.
    fn target(&self) -> Target<'_>;
}

impl Protected for Target<'_> {
    fn target(&self) -> Target<'_> {
        *self
    }
}

impl Protected for VirtualKey {
    fn target(&self) -> Target<'_> {
        Target { resource: Resource::Key, project: Some(&self.project_id), owner: self.owner_id.as_ref() }
    }
}

impl Protected for ModelRoute {
    fn target(&self) -> Target<'_> {
        Target::of(Resource::Model)
    }
}

impl Protected for Upstream {
    fn target(&self) -> Target<'_> {
        Target::of(Resource::Upstream)
    }
}

impl<T: Protected> Protected for Verified<T> {
    fn target(&self) -> Target<'_> {
        (**self).target()
    }
}

/// A damaged key belongs to whom it says it does, as in lists: whoever could write that row could also end it or read it
/// without us, and nothing but showing and ending it is ever done. One that says nothing belongs to no one.
impl Protected for DamagedRow<VirtualKey> {
    fn target(&self) -> Target<'_> {
        self.claimed.as_deref().map_or(Target::of(Resource::Key), Protected::target)
    }
}

impl Protected for DamagedRow<ModelRoute> {
    fn target(&self) -> Target<'_> {
        Target::of(Resource::Model)
    }
}

impl Protected for DamagedRow<Upstream> {
    fn target(&self) -> Target<'_> {
        Target::of(Resource::Upstream)
    }
}

impl<T: Protected> Protected for Result<Verified<T>, DamagedRow<T>>
where
    DamagedRow<T>: Protected,
{
    fn target(&self) -> Target<'_> {
        match self {
            Ok(row) => row.target(),
            Err(damaged) => damaged.target(),
        }
    }
}

/// The answer to whether a principal may do something to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may.
    Allow,
    /// It may not, and may know that the thing exists.
    Deny,
    /// It may not even know that the thing exists.
    Hide,
}

impl Principal {
    /// Whether it may do `verb` to this thing.
    pub fn judge(&self, verb: Verb, target: &Target<'_>) -> Decision {
        if self.permits(verb, target) {
            Decision::Allow
        } else if self.permits(Verb::Read, target) {
            Decision::Deny
        } else {
            Decision::Hide
        }
    }

    /// Whether there may be a thing of this kind to which it may do `verb`. Says no before anything is looked up.
    pub fn may_ever(&self, resource: Resource, verb: Verb) -> bool {
        self.scopes.admit(resource, verb) && self.extents(resource, verb).any(|(_, extent)| extent != Extent::Never)
    }

    /// Which things of a kind it may see; `None`: not even one.
    pub fn visible(&self, resource: Resource) -> Option<Visible> {
        if !self.may_ever(resource, Verb::Read) {
            return None;
        }
        let mut visible = Only { projects: Vec::new(), owner: None };
        for (grant, extent) in self.extents(resource, Verb::Read) {
            match (extent, &grant.project) {
                (Extent::Never, _) => {}
                (Extent::Anywhere, _) | (Extent::Granted, None) => return Some(Visible(None)),
                (Extent::Granted, Some(project)) => visible.projects.push(project.clone()),
                (Extent::Own, project) => {
                    let Some(user) = self.user() else { continue };
                    let own = visible.owner.get_or_insert_with(|| (user.clone(), Some(Vec::new())));
                    match (project, &mut own.1) {
                        (Some(project), Some(projects)) => projects.push(project.clone()),
                        (None, projects) => *projects = None,
                        (Some(_), None) => {}
                    }
                }
            }
        }
        Some(Visible(Some(visible)))
    }

    /// The person, if it is one.
    pub const fn user(&self) -> Option<&UserId> {
        match &self.kind {
            PrincipalKind::User(id) => Some(id),
            _ => None,
        }
    }

    fn permits(&self, verb: Verb, target: &Target<'_>) -> bool {
        self.scopes.admit(target.resource, verb)
            && self.extents(target.resource, verb).any(|(grant, extent)| match extent {
                Extent::Never => false,
                Extent::Own => grant.covers(target.project) && target.owner.is_some() && target.owner == self.user(),
                Extent::Granted => grant.covers(target.project),
                Extent::Anywhere => true,
            })
    }

    fn extents(&self, resource: Resource, verb: Verb) -> impl Iterator<Item = (&Grant, Extent)> {
        let row = permission(resource, verb);
        self.grants.iter().filter_map(move |grant| row.map(|row| (grant, row.of(grant.role))))
    }
}

/// Which rows of a list may be seen. Every list function asks for one, so that a forgotten restriction does not
/// compile; it comes from [`Principal::visible`], or from [`Visible::everything`] where the product itself reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visible(Option<Only>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Only {
    projects: Vec<ProjectId>,
    owner: Option<(UserId, Option<Vec<ProjectId>>)>,
}

impl Visible {
    /// All rows: for the product itself, never for a caller.
    pub const fn everything() -> Self {
        Self(None)
    }

    /// Whether nothing is hidden.
    pub const fn is_everything(&self) -> bool {
        self.0.is_none()
    }

    /// The projects of which every row may be seen.
    pub fn projects(&self) -> &[ProjectId] {
        self.0.as_ref().map_or(&[], |only| &only.projects)
    }

    /// The person whose own rows may be seen beside those, and in which projects (`None`: in all).
    pub fn owner(&self) -> Option<(&UserId, Option<&[ProjectId]>)> {
        let (user, projects) = self.0.as_ref()?.owner.as_ref()?;
        Some((user, projects.as_deref()))
    }

    /// Whether a row of this project and owner may be seen.
    pub fn admits(&self, project: Option<&ProjectId>, owner: Option<&UserId>) -> bool {
        let within = |projects: &[ProjectId]| project.is_some_and(|project| projects.contains(project));
        self.is_everything()
            || within(self.projects())
            || self.owner().is_some_and(|(user, projects)| owner == Some(user) && projects.is_none_or(within))
    }
}

#[cfg(test)]
#[path = "permission_tests.rs"]
mod tests;
