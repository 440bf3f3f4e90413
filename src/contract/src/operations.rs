//! Operation registry: the list of all declared operations, each noun once.

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

nouns!(keys, upstreams, providers, models, logs, overview, session, document, audit, jobs);

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
#[path = "operations_tests.rs"]
mod tests;
