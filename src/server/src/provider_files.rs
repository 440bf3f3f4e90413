//! Provider files of the data directory: `providers/*.toml`, one provider each, beside and over those that are built in.

use std::{fs, io, path::Path};

use domain::Catalog;

/// The providers that are built in, overridden and added to by those of the directory. Any file that is wrong is named with
/// its line, and ends the start: a provider that silently is not there sends requests elsewhere.
pub fn catalog(data_dir: &Path) -> anyhow::Result<Catalog> {
    let mut providers = providers::built_in();
    let dir = data_dir.join("providers");
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Catalog::new(providers)),
        Err(error) => anyhow::bail!("{}: {error}", dir.display()),
    };
    let mut files: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    for path in files {
        let text = fs::read_to_string(&path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
        let provider = providers::parse_provider_file(&text).map_err(|bad| {
            let line = bad.line.map(|line| format!(":{line}")).unwrap_or_default();
            anyhow::anyhow!("{}{line}: {bad}", path.display())
        })?;
        if provider.id.is_echo() {
            anyhow::bail!("{}: the provider echo is built in and cannot be changed", path.display());
        }
        providers.push(provider);
    }
    Ok(Catalog::new(providers))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn files_add_and_override_and_are_named_when_they_are_wrong() {
        let dir = TempDir::new().unwrap();
        let built_in = catalog(dir.path()).unwrap().all().len();
        let files = dir.path().join("providers");
        fs::create_dir(&files).unwrap();
        let file = |name: &str, text: &str| fs::write(files.join(name), text).unwrap();
        file(
            "acme.toml",
            "id = \"acme\"\nname = \"Acme\"\n[roots.openai]\nbase_url = \"https://llm.acme.example/v1\"\n",
        );
        file(
            "openai.toml",
            "id = \"openai\"\nname = \"Ours\"\n[roots.openai]\nbase_url = \"https://proxy.acme.example/v1\"\n",
        );
        file("notes.txt", "not a provider");
        let found = catalog(dir.path()).unwrap();
        assert_eq!(found.all().len(), built_in + 1);
        assert_eq!(found.get(&"openai".parse().unwrap()).unwrap().name, "Ours");
        file("bad.toml", "id = \"bad\"\nname = 7\n");
        let error = catalog(dir.path()).unwrap_err().to_string();
        assert!(error.contains("bad.toml:2: "), "{error}");
    }
}
