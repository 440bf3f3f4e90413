//! Provider files: what is known of a provider, as TOML. Ours are built in; files in the data directory override them.

use std::collections::BTreeMap;

use domain::{
    BaseUrl, Dialect, Provider, Scope,
    provider::{CredentialHeader, Quirks, Root, stem},
};
use serde::Deserialize;

/// The built-in files, in the order that forms show.
const BUILT_IN: [(&str, &str); 18] = [
    ("openai", include_str!("openai.toml")),
    ("anthropic", include_str!("anthropic.toml")),
    ("gemini", include_str!("gemini.toml")),
    ("azure", include_str!("azure.toml")),
    ("openrouter", include_str!("openrouter.toml")),
    ("mistral", include_str!("mistral.toml")),
    ("groq", include_str!("groq.toml")),
    ("deepseek", include_str!("deepseek.toml")),
    ("xai", include_str!("xai.toml")),
    ("together", include_str!("together.toml")),
    ("fireworks", include_str!("fireworks.toml")),
    ("moonshot", include_str!("moonshot.toml")),
    ("ollama", include_str!("ollama.toml")),
    ("vllm", include_str!("vllm.toml")),
    ("lmstudio", include_str!("lmstudio.toml")),
    ("openai_compatible", include_str!("openai_compatible.toml")),
    ("custom", include_str!("custom.toml")),
    ("echo", include_str!("echo.toml")),
];

/// A provider file that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadProviderFile {
    /// The line, from 1, where one can be named.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// The providers that are built in.
pub fn built_in() -> Vec<Provider> {
    // Each is read by a test.
    BUILT_IN.iter().filter_map(|(_, text)| parse(text).ok()).collect()
}

/// Reads a provider file.
pub fn parse(text: &str) -> Result<Provider, BadProviderFile> {
    let file: File = toml::from_str(text).map_err(|error| BadProviderFile {
        line: error.span().map(|span| line_of(text, span.start)),
        message: error.message().to_owned(),
    })?;
    let bad = |key: &str, message: String| BadProviderFile { line: line_with(text, key), message };
    let id = file.id.parse().map_err(|error| bad("id", format!("id: {error}")))?;
    if file.name.trim().is_empty() || file.name.chars().count() > 100 {
        return Err(bad("name", "name: 1 to 100 characters".to_owned()));
    }
    let main = file
        .dialect
        .or_else(|| file.roots.contains_key(&Dialect::Openai).then_some(Dialect::Openai))
        .or_else(|| file.roots.keys().next().copied())
        .ok_or_else(|| bad("roots", "roots: at least one dialect, such as [roots.openai]".to_owned()))?;
    if !file.roots.contains_key(&main) {
        return Err(bad("dialect", format!("dialect: there is no [roots.{main}]")));
    }
    let base = |dialect: Dialect, text: &str| {
        text.parse::<BaseUrl>().map_err(|error| bad("base_url", format!("roots.{dialect}.base_url: {error}")))
    };
    let base_url = file.roots[&main].base_url.as_deref().map(|text| base(main, text)).transpose()?;
    let mut roots = Vec::with_capacity(file.roots.len());
    for (dialect, root) in &file.roots {
        let credential = match &root.credential {
            None => CredentialHeader::of(*dialect),
            Some(text) => credential(text).ok_or_else(|| {
                let message = "a header and its value, such as \"x-api-key: {secret}\"";
                bad("credential", format!("roots.{dialect}.credential: {message}"))
            })?,
        };
        let path = match (&root.base_url, &base_url) {
            _ if *dialect == main => None,
            (None, _) => Some(String::new()),
            (Some(path), _) if path.starts_with('/') || path.is_empty() => {
                let whole = format!("https://a.example{path}");
                base(*dialect, &whole)?;
                Some(path.trim_end_matches('/').to_owned())
            }
            (Some(text), Some(main_base)) => {
                let url = base(*dialect, text)?;
                let message =
                    "a path, or a URL on the same host as the main one and below it: the secret goes nowhere else";
                let below = url.prefix().strip_prefix(stem(main, main_base.prefix()));
                let path = below.filter(|_| url.origin() == main_base.origin());
                let path = path.ok_or_else(|| bad("base_url", format!("roots.{dialect}.base_url: {message}")))?;
                Some(path.to_owned())
            }
            (Some(_), None) => {
                let message = "a path such as /anthropic, because the main root has no base_url";
                return Err(bad("base_url", format!("roots.{dialect}.base_url: {message}")));
            }
        };
        roots.push(Root { dialect: *dialect, path, credential });
    }
    roots.sort_by_key(|root| root.dialect != main);
    Ok(Provider {
        id,
        name: file.name,
        roots,
        base_url,
        key_format: file.key_format,
        key_min_length: file.key_min_length,
        needs_secret: file.needs_secret,
        models: file.models,
        default_scopes: file.default_scopes,
        quirks: file.quirks.into(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    name: String,
    dialect: Option<Dialect>,
    key_format: Option<String>,
    #[serde(default)]
    key_min_length: u32,
    #[serde(default = "yes")]
    needs_secret: bool,
    #[serde(default)]
    models: Vec<String>,
    #[serde(default)]
    default_scopes: Vec<Scope>,
    roots: BTreeMap<Dialect, FileRoot>,
    #[serde(default)]
    quirks: FileQuirks,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRoot {
    base_url: Option<String>,
    credential: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileQuirks {
    stream_options: Option<bool>,
    usage_in_choice: Option<bool>,
    cached_field: Option<String>,
    reasoning_beside_output: Option<bool>,
}

impl From<FileQuirks> for Quirks {
    fn from(file: FileQuirks) -> Self {
        let FileQuirks { stream_options, usage_in_choice, cached_field, reasoning_beside_output } = file;
        let usual = Self::default();
        Self {
            stream_options: stream_options.unwrap_or(usual.stream_options),
            usage_in_choice: usage_in_choice.unwrap_or(usual.usage_in_choice),
            cached_field,
            reasoning_beside_output: reasoning_beside_output.unwrap_or(usual.reasoning_beside_output),
        }
    }
}

const fn yes() -> bool {
    true
}

/// `name: prefix{secret}`
fn credential(text: &str) -> Option<CredentialHeader> {
    let (name, value) = text.split_once(':')?;
    let name = name.trim().to_ascii_lowercase();
    let prefix = value.trim().strip_suffix("{secret}")?;
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let fits = !name.is_empty() && plain(&name) && prefix.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    fits.then(|| CredentialHeader { name, prefix: prefix.to_owned() })
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
}

fn line_with(text: &str, key: &str) -> Option<usize> {
    text.lines().position(|line| line.trim_start().trim_start_matches('[').starts_with(key)).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_file_is_good_and_has_the_id_of_its_name() {
        for (name, text) in BUILT_IN {
            let provider = parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(provider.id.as_str(), name);
            assert!(!provider.models.is_empty() || matches!(name, "openai_compatible" | "custom" | "azure"), "{name}");
        }
        assert_eq!(built_in().len(), BUILT_IN.len());
    }

    #[test]
    fn dialects_are_reached_on_the_same_origin() {
        let of = |id: &str| built_in().into_iter().find(|provider| provider.id.as_str() == id).unwrap();
        for (id, dialect, base, expected) in [
            ("openai", Dialect::Openai, "https://api.openai.com/v1", Some("https://api.openai.com/v1")),
            ("openai", Dialect::Anthropic, "https://api.openai.com/v1", None),
            ("anthropic", Dialect::Anthropic, "https://api.anthropic.com/v1", Some("https://api.anthropic.com")),
            ("openrouter", Dialect::Anthropic, "https://openrouter.ai/api/v1", Some("https://openrouter.ai/api")),
            ("deepseek", Dialect::Anthropic, "https://api.deepseek.com", Some("https://api.deepseek.com/anthropic")),
            ("azure", Dialect::Openai, "https://r.openai.azure.com", Some("https://r.openai.azure.com/openai/v1")),
            ("ollama", Dialect::Anthropic, "http://10.0.0.7:11434/v1", Some("http://10.0.0.7:11434")),
        ] {
            let root = of(id).root(dialect, &base.parse().unwrap());
            assert_eq!(root.as_ref().map(BaseUrl::as_str), expected, "{id} {dialect}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let good = "id = \"x\"\nname = \"X\"\n[roots.openai]\nbase_url = \"https://x.example/v1\"\n";
        assert!(parse(good).is_ok());
        for (text, line, part) in [
            (good.replace("id = \"x\"", "id = \"a b\""), Some(1), "id:"),
            (good.replace("name = \"X\"", "nom = \"X\""), Some(2), "unknown field"),
            (good.replace("https://x.example/v1", "ftp://x"), Some(4), "roots.openai.base_url"),
            (good.replace("[roots.openai]", "[roots.open]"), Some(3), "unknown variant"),
            (format!("{good}credential = \"x-api-key\"\n"), Some(5), "roots.openai.credential"),
            (format!("{good}[roots.anthropic]\nbase_url = \"https://y.example\"\n"), Some(4), "same host"),
            ("id = \"x\"\nname = \"X\"\n[roots]\n".to_owned(), Some(3), "at least one"),
            ("id = ".to_owned(), Some(1), ""),
        ] {
            let error = parse(&text).unwrap_err();
            assert!(error.message.contains(part), "{text}: {error}");
            assert_eq!(error.line, line, "{text}: {error}");
        }
    }
}
