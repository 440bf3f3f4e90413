//! Permission table tests: decisions by role, resource and ownership.

use super::*;
use crate::{PERMISSIONS, Timestamp, permission_table::Permission};

fn project(n: u8) -> ProjectId {
    ProjectId::new(Timestamp(1), [n; 10])
}

fn user(n: u8) -> UserId {
    UserId::new(Timestamp(1), [n; 10])
}

fn person(n: u8, grants: &[(Option<u8>, Role)]) -> Principal {
    let grants = grants.iter().map(|(at, role)| Grant { project: at.map(project), role: *role }).collect();
    Principal { kind: PrincipalKind::User(user(n)), grants, scopes: Scopes::All, assurance: Assurance::Secret }
}

/// A key in a project, perhaps with an owner.
fn judged(principal: &Principal, verb: Verb, at: u8, owner: Option<u8>) -> Decision {
    let (project, owner) = (project(at), owner.map(user));
    principal.judge(verb, &Target { resource: Resource::Key, project: Some(&project), owner: owner.as_ref() })
}

#[test]
fn every_row_stands_once() {
    for row in PERMISSIONS {
        let same = |other: &&Permission| (other.resource, other.verb) == (row.resource, row.verb);
        assert_eq!(PERMISSIONS.iter().filter(same).collect::<Vec<_>>(), [row]);
        assert_eq!(permission(row.resource, row.verb), Some(row));
    }
}

#[test]
fn what_has_no_row_is_denied_to_everyone() {
    let owner = person(1, &[(None, Role::Owner)]);
    assert_eq!(permission(Resource::Overview, Verb::Delete), None);
    assert_eq!(owner.judge(Verb::Delete, &Target::of(Resource::Overview)), Decision::Deny);
    assert!(!owner.may_ever(Resource::Overview, Verb::Delete));
}

#[test]
fn a_member_has_its_own_keys_and_does_not_know_of_others() {
    let member = person(1, &[(Some(1), Role::Member)]);
    assert_eq!(judged(&member, Verb::Revoke, 1, Some(1)), Decision::Allow);
    assert_eq!(judged(&member, Verb::Read, 1, Some(2)), Decision::Hide);
    assert_eq!(judged(&member, Verb::Revoke, 1, None), Decision::Hide);
    assert_eq!(judged(&member, Verb::Read, 2, Some(1)), Decision::Hide);
}

#[test]
fn a_viewer_reads_its_project_and_changes_nothing() {
    let viewer = person(1, &[(Some(1), Role::Viewer)]);
    assert_eq!(judged(&viewer, Verb::Read, 1, Some(2)), Decision::Allow);
    for verb in [Verb::Create, Verb::Update, Verb::Revoke] {
        assert_eq!(judged(&viewer, verb, 1, Some(1)), Decision::Deny);
        assert_eq!(judged(&viewer, verb, 2, Some(1)), Decision::Hide);
    }
}

#[test]
fn the_admin_of_a_project_ends_at_its_border() {
    let admin = person(1, &[(Some(1), Role::Admin)]);
    assert_eq!(judged(&admin, Verb::Revoke, 1, Some(2)), Decision::Allow);
    assert_eq!(judged(&admin, Verb::Read, 2, Some(2)), Decision::Hide);
    assert_eq!(admin.judge(Verb::Update, &Target::of(Resource::Upstream)), Decision::Deny);
    let everywhere = person(1, &[(None, Role::Admin)]);
    assert_eq!(everywhere.judge(Verb::Update, &Target::of(Resource::Upstream)), Decision::Allow);
}

#[test]
fn scopes_take_away_and_never_add() {
    let mut owner = person(1, &[(None, Role::Owner)]);
    owner.scopes = Scopes::Only([(Resource::Key, Verb::Read)].into());
    assert_eq!(judged(&owner, Verb::Read, 1, None), Decision::Allow);
    assert_eq!(judged(&owner, Verb::Revoke, 1, None), Decision::Deny);
    assert_eq!(owner.visible(Resource::Log), None);
    let mut viewer = person(1, &[(Some(1), Role::Viewer)]);
    viewer.scopes = Scopes::Only([(Resource::Key, Verb::Revoke)].into());
    assert_eq!(judged(&viewer, Verb::Revoke, 1, None), Decision::Hide);
}

/// A list and a look-up must never disagree about what may be seen.
#[test]
fn lists_show_exactly_what_look_ups_show() {
    let roles = [Role::Owner, Role::Admin, Role::Member, Role::Viewer];
    let mut grants: Vec<Vec<(Option<u8>, Role)>> = vec![vec![]];
    for place in [None, Some(1), Some(2)] {
        for role in roles {
            grants.push(vec![(place, role)]);
            grants.push(vec![(place, role), (Some(1), Role::Member)]);
            grants.push(vec![(Some(2), Role::Viewer), (place, role)]);
        }
    }
    for grants in grants {
        let principal = person(1, &grants);
        for resource in [Resource::Key, Resource::Log, Resource::Upstream] {
            for place in [None, Some(1), Some(2), Some(3)] {
                for owner in [None, Some(1), Some(2)] {
                    let (project, owner) = (place.map(project), owner.map(user));
                    let target = Target { resource, project: project.as_ref(), owner: owner.as_ref() };
                    let shown = principal.judge(Verb::Read, &target) == Decision::Allow;
                    let listed = principal
                        .visible(resource)
                        .is_some_and(|visible| visible.admits(project.as_ref(), owner.as_ref()));
                    assert_eq!(listed, shown, "{grants:?} {target:?}");
                }
            }
        }
    }
}

#[test]
fn without_grants_nothing_is_visible() {
    let without_grants = Principal {
        kind: PrincipalKind::Anonymous,
        grants: Vec::new(),
        scopes: Scopes::All,
        assurance: Assurance::None,
    };
    for row in PERMISSIONS {
        assert!(!without_grants.may_ever(row.resource, row.verb));
        assert_eq!(without_grants.judge(row.verb, &Target::of(row.resource)), Decision::Hide);
    }
    assert_eq!(without_grants.visible(Resource::Key), None);
}
