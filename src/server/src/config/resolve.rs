//! Which value of a setting holds, and where it came from.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use super::{ConfigError, SETTINGS, table};

/// What was said on the command line.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// Setting by setting.
    pub values: Vec<(&'static str, String)>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
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
pub struct Resolved(BTreeMap<&'static str, (String, Origin)>);

impl Resolved {
    /// The text of a setting; `None` where nobody said anything and there is no default. Blank counts as nothing.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|(text, _)| text.as_str()).filter(|text| !text.trim().is_empty())
    }

    /// Where the value came from.
    pub fn origin(&self, key: &str) -> Origin {
        self.0.get(key).map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    /// A complaint about a setting.
    pub fn wrong(&self, key: &str, message: impl Into<String>) -> ConfigError {
        ConfigError::Value { key: key.to_owned(), origin: self.origin(key).to_string(), message: message.into() }
    }
}

/// Layers defaults, file, environment and flags. `environment` is handed in, so that tests need no process of their own.
pub fn resolve(flags: &Flags, environment: &dyn Fn(&str) -> Option<String>) -> Result<Resolved, ConfigError> {
    let mut values = BTreeMap::new();
    for setting in SETTINGS {
        if let Some(default) = setting.default {
            values.insert(setting.key, (default.to_owned(), Origin::Default));
        }
    }
    let mut above = BTreeMap::new();
    for setting in SETTINGS {
        if let Some(text) = environment(setting.env).filter(|text| !text.trim().is_empty()) {
            above.insert(setting.key, (text, Origin::Environment(setting.env)));
        }
    }
    for (key, text) in &flags.values {
        above.insert(key, (text.clone(), Origin::Flag));
    }
    // The file's place depends on the data directory, which only environment and flags can move.
    let data_dir = above.get("data_dir").or_else(|| values.get("data_dir")).map_or("data", |(text, _)| text.as_str());
    let (path, required) = match &flags.config {
        Some(path) => (path.clone(), true),
        None => (Path::new(data_dir).join("keywright.toml"), false),
    };
    values.extend(file(&path, required)?);
    values.extend(above);
    Ok(Resolved(values))
}

type Layer = BTreeMap<&'static str, (String, Origin)>;

fn file(path: &Path, required: bool) -> Result<Layer, ConfigError> {
    let wrong = |message: String| ConfigError::File { path: path.display().to_string(), message };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => return Ok(Layer::new()),
        Err(error) => return Err(wrong(error.to_string())),
    };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
    let mut layer = Layer::new();
    for (key, value) in table {
        let Some(setting) = table::find(&key) else {
            return Err(wrong(format!("there is no setting {key}; `keywright config show` lists them")));
        };
        if !setting.in_file {
            return Err(wrong(format!("{key} is a bare secret: set {} in the environment instead", setting.env)));
        }
        if key == "data_dir" {
            return Err(wrong(
                "data_dir decides where this file is looked for; use --data-dir or KEYWRIGHT_DATA_DIR".to_owned(),
            ));
        }
        let text = plain(&value)
            .ok_or_else(|| wrong(format!("{key}: use a text, a number, true or false, or a list of texts")))?;
        layer.insert(setting.key, (text, Origin::File(path.to_owned())));
    }
    Ok(layer)
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => items.iter().map(plain).collect::<Option<Vec<_>>>().map(|texts| texts.join(",")),
        _ => None,
    }
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

    #[test]
    fn each_layer_wins_over_the_one_before() {
        let (_dir, mut flags) =
            with_file("gateway_listen = \"1.1.1.1:1\"\nidle_timeout = 9\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]");
        let none = environment(&[]);
        let found = resolve(&flags, &none).unwrap();
        assert_eq!(found.get("admin_listen"), Some("127.0.0.1:8081"));
        assert_eq!(found.get("gateway_listen"), Some("1.1.1.1:1"));
        assert_eq!((found.get("idle_timeout"), found.get("trusted_proxies")), (Some("9"), Some("10.0.0.0/8,::1")));
        let env = environment(&[("KEYWRIGHT_GATEWAY_LISTEN", "2.2.2.2:2")]);
        assert_eq!(
            resolve(&flags, &env).unwrap().origin("gateway_listen"),
            Origin::Environment("KEYWRIGHT_GATEWAY_LISTEN")
        );
        flags.values.push(("gateway_listen", "3.3.3.3:3".to_owned()));
        assert_eq!(resolve(&flags, &env).unwrap().get("gateway_listen"), Some("3.3.3.3:3"));
    }

    #[test]
    fn a_file_that_cannot_be_meant_is_refused() {
        for (text, word) in [
            ("nonsense = 1", "nonsense"),
            ("admin_token = \"x\"", "ADMIN_TOKEN"),
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
