//! Settings file (TOML): a table per section, or today's flat names without sections.

use std::{collections::BTreeMap, path::Path};

use super::{ConfigError, Origin, SECTIONS, Setting, find, settings};

/// Below this likeness (0 to 1) a known name is no help to who typed another.
const LIKENESS: f64 = 0.5;

/// The values of one layer, by key.
pub(super) type Layer = BTreeMap<&'static str, (String, Origin)>;

/// Reads the file at `path`. One that is not there is empty, unless it was asked for by name.
pub(super) fn read(path: &Path, required: bool) -> Result<Layer, ConfigError> {
    let wrong = |message: String| ConfigError::File { path: path.display().to_string(), message };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => return Ok(Layer::new()),
        Err(error) => return Err(wrong(error.to_string())),
    };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
    let mut layer = Layer::new();
    for (name, value) in table {
        match value {
            toml::Value::Table(section) => {
                if SECTIONS.iter().all(|known| known.name != name) {
                    return Err(wrong(unknown(&format!("section [{name}]"), &name)));
                }
                for (inner, value) in section {
                    take(&mut layer, path, &format!("{name}.{inner}"), &value).map_err(wrong)?;
                }
            }
            value => take(&mut layer, path, &name, &value).map_err(wrong)?,
        }
    }
    Ok(layer)
}

fn take(layer: &mut Layer, path: &Path, name: &str, value: &toml::Value) -> Result<(), String> {
    let setting = find(name).ok_or_else(|| unknown(&format!("setting {name}"), name))?;
    if let Some(reason) = outside(setting) {
        return Err(format!("{name} {reason}"));
    }
    let text =
        plain(value).ok_or_else(|| format!("{name}: use a text, a number, true or false, or a list of texts"))?;
    match layer.insert(setting.key, (text, Origin::File(path.to_owned()))) {
        None => Ok(()),
        Some(_) => Err(format!("{} and {} are the same setting; keep one of them", setting.key, setting.flat)),
    }
}

/// Why the file may not hold it.
fn outside(setting: &Setting) -> Option<String> {
    match setting {
        Setting { in_file: true, .. } => None,
        Setting { secret: true, env, .. } => Some(format!("is a bare secret: set {env} in the environment instead")),
        Setting { env, .. } => Some(format!("decides where this file is looked for; use --data-dir or {env}")),
    }
}

fn unknown(what: &str, name: &str) -> String {
    let known = SECTIONS.iter().map(|section| section.name).chain(settings().flat_map(|one| [one.key, one.flat]));
    match nearest(name, known) {
        Some(known) => format!("there is no {what}; do you mean {known}? `keywright config show` lists all"),
        None => format!("there is no {what}; `keywright config show` lists all"),
    }
}

/// The known name most like `name`, if any is like it at all.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|known| (strsim::normalized_damerau_levenshtein(name, known), known))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known)
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => items.iter().map(plain).collect::<Option<Vec<_>>>().map(|texts| texts.join(",")),
        _ => None,
    }
}
