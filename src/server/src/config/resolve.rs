//! Setting precedence: which value of a setting holds, and where it came from.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use super::{ConfigError, file, find, settings};

/// What was said on the command line.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// Setting by setting, by key or flat name.
    pub values: Vec<(&'static str, String)>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Not set.
    Default,
    /// The file of that path.
    File(PathBuf),
    /// The environment variable of that name.
    Environment(&'static str),
    /// The command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// Every setting with the value that holds.
#[derive(Clone)]
pub struct Resolved {
    values: file::Layer,
    file: PathBuf,
}

impl Resolved {
    /// The text of a setting; `None` where it is not set and there is no default. Blank counts as nothing.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|(text, _)| text.as_str()).filter(|text| !text.trim().is_empty())
    }

    /// Where the value came from.
    pub fn origin(&self, key: &str) -> Origin {
        self.values.get(key).map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    /// Where the settings file is, whether or not there is one.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// A secret that can be guessed.
    pub(super) fn weak(&self, key: &str, message: impl Into<String>) -> ConfigError {
        ConfigError::Weak { key: key.to_owned(), origin: self.origin(key).to_string(), message: message.into() }
    }

    /// A complaint about a setting.
    pub fn wrong(&self, key: &str, message: impl Into<String>) -> ConfigError {
        ConfigError::Value { key: key.to_owned(), origin: self.origin(key).to_string(), message: message.into() }
    }
}

/// Layers defaults, file, environment and flags. `environment` is handed in, so that tests need no process of their own.
pub fn resolve(flags: &Flags, environment: &dyn Fn(&str) -> Option<String>) -> Result<Resolved, ConfigError> {
    let mut values = BTreeMap::new();
    let mut above = BTreeMap::new();
    for setting in settings() {
        if let Some(default) = setting.default {
            values.insert(setting.key, (default.to_owned(), Origin::Default));
        }
        if let Some(text) = environment(setting.env).filter(|text| !text.trim().is_empty()) {
            above.insert(setting.key, (text, Origin::Environment(setting.env)));
        }
    }
    for (name, text) in &flags.values {
        let setting = find(name).ok_or_else(|| ConfigError::Value {
            key: (*name).to_owned(),
            origin: Origin::Flag.to_string(),
            message: "there is no such setting".to_owned(),
        })?;
        above.insert(setting.key, (text.clone(), Origin::Flag));
    }
    let (path, required) = file_path(flags, &above);
    values.extend(file::read(&path, required)?);
    values.extend(above);
    Ok(Resolved { values, file: path })
}

/// Where the file is, and whether it must be there. Its place depends on the data directory, which only environment and
/// flags can move.
fn file_path(flags: &Flags, above: &file::Layer) -> (PathBuf, bool) {
    if let Some(path) = &flags.config {
        return (path.clone(), true);
    }
    let dir = above.get("server.data_dir").map_or("data", |(text, _)| text.as_str());
    (Path::new(dir).join("keywright.toml"), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<String> {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    fn with_file(text: &str) -> (tempfile::TempDir, Flags) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k.toml");
        std::fs::write(&path, text).unwrap();
        (dir, Flags { config: Some(path), values: vec![] })
    }

    /// Flat names as files had them before there were sections, and the same in sections.
    #[test]
    fn each_layer_wins_over_the_one_before() {
        for text in [
            "gateway_listen = \"1.1.1.1:1\"\nidle_timeout = 9\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]",
            "[gateway]\nlisten = \"1.1.1.1:1\"\n[http]\nidle_timeout = 9\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]",
            "gateway.listen = \"1.1.1.1:1\"\nidle_timeout = 9\nhttp.trusted_proxies = \"10.0.0.0/8,::1\"",
        ] {
            let (_dir, mut flags) = with_file(text);
            let none = environment(&[]);
            let found = resolve(&flags, &none).unwrap();
            assert_eq!(found.get("admin.listen"), Some("127.0.0.1:8081"));
            assert_eq!(found.get("gateway.listen"), Some("1.1.1.1:1"));
            assert_eq!(
                (found.get("http.idle_timeout"), found.get("http.trusted_proxies")),
                (Some("9"), Some("10.0.0.0/8,::1"))
            );
            let env = environment(&[("KEYWRIGHT_GATEWAY_LISTEN", "2.2.2.2:2")]);
            assert_eq!(
                resolve(&flags, &env).unwrap().origin("gateway.listen"),
                Origin::Environment("KEYWRIGHT_GATEWAY_LISTEN")
            );
            flags.values.push(("gateway_listen", "3.3.3.3:3".to_owned()));
            assert_eq!(resolve(&flags, &env).unwrap().get("gateway.listen"), Some("3.3.3.3:3"));
        }
    }

    #[test]
    fn a_file_that_cannot_be_meant_is_refused_with_the_nearest_known_name() {
        for (text, word) in [
            ("nonsense_zzzzzzzzzz = 1", "nonsense_zzzzzzzzzz"),
            ("gateway_listn = \"x\"", "do you mean gateway_listen?"),
            ("[gateway]\nlisten_adress = \"x\"", "there is no setting gateway.listen_adress"),
            ("[gateway]\nlistn = \"x\"", "do you mean gateway.listen?"),
            ("[gatway]\nlisten = \"x\"", "do you mean gateway?"),
            ("[gateway.listen]\nx = 1", "gateway.listen: use a text"),
            ("idle_timeout = 1\n[http]\nidle_timeout = 2", "are the same setting"),
            ("admin_token = \"x\"", "ADMIN_TOKEN"),
            ("[admin]\ntoken = \"x\"", "ADMIN_TOKEN"),
            ("a = [", "k.toml"),
            ("data_dir = \"x\"", "--data-dir"),
        ] {
            let (_dir, flags) = with_file(text);
            let error = resolve(&flags, &environment(&[])).err().unwrap().to_string();
            assert!(error.contains(word), "{error}");
        }
        let flags = Flags { config: Some("/nowhere/k.toml".into()), values: vec![] };
        assert!(resolve(&flags, &environment(&[])).is_err());
    }
}
