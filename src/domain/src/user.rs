//! Users, roles and actors: who acts, and what each role may do.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{Assurance, Grant, Principal, PrincipalKind, ProjectId, Scopes, Timestamp, UserId};

/// What a person may do in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, and the only one who makes other owners.
    Owner,
    /// Everything but owners.
    Admin,
    /// Own keys.
    Member,
    /// Looks, never touches.
    Viewer,
}

impl Role {
    /// The text in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }

    /// The role of that text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Owner, Self::Admin, Self::Member, Self::Viewer].into_iter().find(|role| role.as_str() == text)
    }
}

/// How a person wants to read. Nothing is decided by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The language, one of [`Preferences::LOCALES`]; `None`: as the browser says.
    pub locale: Option<String>,
    /// The time zone, by its IANA name; `None`: as the browser says.
    pub time_zone: Option<String>,
}

impl Preferences {
    /// The languages that there are texts in.
    pub const LOCALES: [&'static str; 3] = ["en", "it", "zh"];
}

/// A person who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Unique, lower case.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The project they work in.
    pub project_id: ProjectId,
    /// How they want to read.
    pub preferences: Preferences,
    /// When they were made.
    pub created_at: Timestamp,
}

/// What a person signs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Their id.
    pub id: UserId,
    /// Unique, lower case.
    pub email: String,
    /// The verifier of their password, as `keyring::password` writes it.
    pub password_hash: String,
    /// How they want to read.
    pub preferences: Preferences,
    /// When they were made.
    pub created_at: Timestamp,
}

/// A user's role in a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub user_id: UserId,
    /// The project.
    pub project_id: ProjectId,
    /// What they may do there.
    pub role: Role,
}

impl User {
    /// Where they may do it: owners and admins everywhere, others in their project.
    pub fn grant(&self) -> Grant {
        let everywhere = matches!(self.role, Role::Owner | Role::Admin);
        Grant { project: (!everywhere).then(|| self.project_id.clone()), role: self.role }
    }

    /// The person of an account and its membership.
    pub fn of(account: &Account, member: &Member) -> Self {
        Self {
            id: account.id.clone(),
            email: account.email.clone(),
            role: member.role,
            project_id: member.project_id.clone(),
            preferences: account.preferences.clone(),
            created_at: account.created_at,
        }
    }
}

/// Who performs an administrative action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person with a session.
    User(User),
    /// The holder of `ADMIN_TOKEN`.
    AdminToken,
    /// A user at the machine itself (`--local`), by their numeric user id.
    Local {
        /// The operating system's user id.
        uid: u32,
    },
    /// The product itself: start-up, jobs.
    System,
    /// A user not signed in yet: setup and login.
    Anonymous,
}

impl Actor {
    /// The rights that this actor has.
    pub fn principal(&self) -> Principal {
        let owner = || vec![Grant::everywhere(Role::Owner)];
        let (kind, grants, assurance) = match self {
            Self::User(user) => (PrincipalKind::User(user.id.clone()), vec![user.grant()], Assurance::Secret),
            Self::AdminToken => (PrincipalKind::AdminToken, owner(), Assurance::Secret),
            Self::Local { .. } => (PrincipalKind::Local, owner(), Assurance::Machine),
            Self::System => (PrincipalKind::System, owner(), Assurance::Machine),
            Self::Anonymous => (PrincipalKind::Anonymous, Vec::new(), Assurance::None),
        };
        Principal { kind, grants, scopes: Scopes::All, assurance }
    }

    /// How the audit log names this actor: `usr_…`, `admin_token`, `local:1000`, `system`, `anonymous`.
    pub fn audit_name(&self) -> String {
        match self {
            Self::User(user) => user.id.to_string(),
            Self::AdminToken => "admin_token".to_owned(),
            Self::Local { uid } => format!("local:{uid}"),
            Self::System => "system".to_owned(),
            Self::Anonymous => "anonymous".to_owned(),
        }
    }

    /// The person, if it is one.
    pub const fn user(&self) -> Option<&User> {
        match self {
            Self::User(user) => Some(user),
            _ => None,
        }
    }
}

/// `::ffff:a.b.c.d` is a.b.c.d: rules written for IPv4 must hold on a dual-stack socket.
pub fn canonical_address(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: Role) -> User {
        User {
            id: UserId::new(Timestamp(1), [1; 10]),
            email: "ada@example.org".to_owned(),
            role,
            project_id: ProjectId::new(Timestamp(1), [1; 10]),
            preferences: Preferences::default(),
            created_at: Timestamp(1),
        }
    }

    #[test]
    fn owners_and_admins_are_granted_everything_and_others_their_project() {
        for role in [Role::Owner, Role::Admin] {
            assert_eq!(person(role).grant(), Grant::everywhere(role));
        }
        for role in [Role::Member, Role::Viewer] {
            assert_eq!(person(role).grant(), Grant { project: Some(person(role).project_id), role });
        }
    }

    #[test]
    fn tokens_and_the_machine_are_owners_and_no_one_has_no_grant() {
        for actor in [Actor::AdminToken, Actor::Local { uid: 0 }, Actor::System] {
            assert_eq!(actor.principal().grants, [Grant::everywhere(Role::Owner)]);
        }
        assert_eq!(Actor::Anonymous.principal().grants, []);
        assert!(Actor::Local { uid: 0 }.principal().assurance > Actor::AdminToken.principal().assurance);
    }
}
