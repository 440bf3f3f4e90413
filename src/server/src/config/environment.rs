//! Environment variables: those that count, and those that look like settings and are none.

use std::collections::BTreeMap;

use super::{client::CLIENT_VARIABLES, file::nearest, settings};

/// What every variable of ours begins with, but for those whose names are common to many programs.
const PREFIX: &str = "KEYWRIGHT_";
/// What Kubernetes sets in every pod for a service named `keywright`.
const KUBERNETES: [&str; 2] = ["KEYWRIGHT_SERVICE_", "KEYWRIGHT_PORT"];
/// What the project's scripts and tests read.
const SCRIPTS: [&str; 5] =
    ["KEYWRIGHT_TOOLS", "KEYWRIGHT_BINARY", "KEYWRIGHT_FAKE_UPSTREAM", "KEYWRIGHT_TEST_", "KEYWRIGHT_BENCH_"];

/// The variables of a process.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process. A name or value that is no text counts as absent.
    #[allow(clippy::disallowed_methods)] // the one place where the environment enters
    pub fn of_this_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(text).collect())
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    /// Whether `name` is there at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// A sentence for each variable that begins like ours and means nothing: a typing error there changes nothing, and
/// it would go unnoticed.
pub fn unknown_variables<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let known = || settings().map(|setting| setting.env).chain(CLIENT_VARIABLES.iter().map(|(name, _)| *name));
    names
        .filter(|name| name.starts_with(PREFIX))
        .filter(|name| !known().any(|known| known == *name))
        .filter(|name| !KUBERNETES.iter().chain(&SCRIPTS).any(|prefix| name.starts_with(prefix)))
        .map(|name| match nearest(name, known()) {
            Some(known) => format!("{name} is no setting and changes nothing; do you mean {known}?"),
            None => format!("{name} is no setting and changes nothing; `keywright config show` lists them"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_variables_are_named_with_the_nearest_and_those_of_kubernetes_are_not() {
        let names = [
            "KEYWRIGHT_LOG",
            "KEYWRIGHT_TOKEN",
            "KEYWRIGHT_GATEWAY_LISTENS",
            "KEYWRIGHT_SERVICE_HOST",
            "KEYWRIGHT_SERVICE_PORT_HTTP",
            "KEYWRIGHT_PORT",
            "KEYWRIGHT_PORT_8080_TCP_ADDR",
            "KEYWRIGHT_TEST_POSTGRES",
            "KEYWRIGHT_QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ",
            "DATABASE_URI",
            "PATH",
        ];
        let said = unknown_variables(names.into_iter());
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(
            said[0].contains("KEYWRIGHT_GATEWAY_LISTENS") && said[0].contains("do you mean KEYWRIGHT_GATEWAY_LISTEN?")
        );
        assert!(said[1].contains("config show"), "{said:?}");
    }
}
