//! The list of all operations: each noun stands here once.

use crate::operation::{Declared, Operation, Spec, Visit, VisitSpecial};

/// Nouns with operations. A test compares this list with the files that declare some.
macro_rules! nouns {
    ($($noun:ident),* $(,)?) => {
        /// Whatever takes note of every operation.
        pub trait Visitor: Sized $(+ crate::$noun::operations::Visitor)* {}

        impl<V: Sized $(+ crate::$noun::operations::Visitor)*> Visitor for V {}

        /// Shows every operation to `visitor`.
        pub fn each<V: Visitor>(visitor: &mut V) {
            $(crate::$noun::operations::each(visitor);)*
        }

        #[cfg(test)]
        const NOUNS: &[&str] = &[$(stringify!($noun)),*];
    };
}

nouns!(keys, upstreams, logs, overview, session, document, audit, jobs);

/// What is declared about every operation.
pub fn specs() -> Vec<Spec> {
    let mut specs = Specs(Vec::new());
    each(&mut specs);
    specs.0
}

struct Specs(Vec<Spec>);

impl<O: Operation> Visit<O> for Specs {
    fn visit(&mut self) {
        self.0.push(O::SPEC);
    }
}

impl<O: Declared> VisitSpecial<O> for Specs {
    fn visit_special(&mut self) {
        self.0.push(O::SPEC);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use domain::permission::permission;

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
                assert!(permission(resource, verb).is_some(), "{}: nobody may do this", spec.id);
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
}
