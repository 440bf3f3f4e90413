//! Operation registry tests: the declared operations as a whole, and the page of permissions.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use domain::{
    PERMISSIONS,
    permission_table::{Extent, permission},
};

use super::*;
use crate::operation::{Access, Idempotency, InputKind, Method};

/// Every file that declares operations, by its noun.
fn declaring(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            declaring(&path, found);
        } else if path.file_name().is_some_and(|name| name == "operations.rs") && path.parent() != Some(&source()) {
            found.insert(path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
}

fn source() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn every_noun_that_declares_operations_is_listed() {
    let mut found = BTreeSet::new();
    declaring(&source(), &mut found);
    assert_eq!(found, NOUNS.iter().map(|noun| (*noun).to_owned()).collect());
}

#[test]
fn ids_and_routes_are_unique() {
    let specs = specs();
    let ids: BTreeSet<_> = specs.iter().map(|spec| spec.id).collect();
    let routes: BTreeSet<_> = specs.iter().map(|spec| (spec.method.as_str(), spec.path)).collect();
    assert_eq!((ids.len(), routes.len()), (specs.len(), specs.len()));
}

#[test]
fn every_access_has_a_row_in_the_table_of_permissions() {
    for spec in specs() {
        if let Access::Needs(resource, verb) = spec.access {
            assert!(permission(resource, verb).is_some(), "{}: no role may do this", spec.id);
        }
    }
}

#[test]
fn methods_and_inputs_fit_each_other() {
    for spec in specs() {
        let reads = spec.method == Method::Get;
        assert_eq!(reads, spec.idempotency == Idempotency::Safe, "{}", spec.id);
        assert!(!reads || matches!(spec.input, InputKind::Nothing | InputKind::Query), "{}", spec.id);
        let takes = matches!(spec.input, InputKind::Body | InputKind::OptionalBody);
        assert_eq!(takes, !spec.example.is_empty(), "{}: an example stands with a body", spec.id);
        if takes {
            let example: serde_json::Value = serde_json::from_str(spec.example).unwrap();
            for secret in spec.secrets {
                assert!(example.get(secret).is_some_and(serde_json::Value::is_string), "{}: {secret}", spec.id);
            }
        }
    }
}

/// What a role may, as the page says it.
fn words(extent: Extent) -> &'static str {
    match extent {
        Extent::Never => "–",
        Extent::Own => "own",
        Extent::Granted => "granted",
        Extent::Anywhere => "all",
    }
}

/// `KEYWRIGHT_RENDER=1` writes the page anew. Its difference is how a changed permission shows in review.
#[test]
#[allow(clippy::disallowed_methods)] // tests are configured by the environment alone
fn the_page_of_permissions_is_current() {
    let mut page = "# Permissions\n\n\
        Roles are granted in one project or everywhere. *granted*: on everything that the grant covers; *own*: of that, on what \
        the person owns; *all*: on every one, whatever the grant covers; –: never. What has no row is refused to every role. \
        A thing that may not be seen answers 404, one that may be seen and not changed 403.\n\
        This page is rendered from `domain::PERMISSIONS` and the declared operations by a test.\n\n\
        | resource | verb | owner | admin | member | viewer | operations |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    let specs = specs();
    for row in PERMISSIONS {
        let operations: Vec<String> = specs
            .iter()
            .filter(|spec| spec.access == Access::Needs(row.resource, row.verb))
            .map(|spec| format!("`{}`", spec.id))
            .collect();
        let [owner, admin, member, viewer] = [row.owner, row.admin, row.member, row.viewer].map(words);
        let (resource, verb, operations) = (row.resource.as_str(), row.verb.as_str(), operations.join(" "));
        let _ = writeln!(page, "| {resource} | {verb} | {owner} | {admin} | {member} | {viewer} | {operations} |");
    }
    for (access, who) in
        [(Access::SignedIn, "Everybody who has signed in or holds a token"), (Access::Public, "Everybody")]
    {
        let ids: Vec<_> =
            specs.iter().filter(|spec| spec.access == access).map(|spec| format!("`{}`", spec.id)).collect();
        let _ = write!(page, "\n{who}: {}.\n", ids.join(" "));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
    if std::env::var_os("KEYWRIGHT_RENDER").is_some() {
        fs::write(path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap_or_default(), page, "render it with KEYWRIGHT_RENDER=1");
}
