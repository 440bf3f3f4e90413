//! Architecture test: no files of a crate import each other in a ring.
//!
//! An edge goes from the file that names something to the file that defines it; what a parent merely re-exports counts
//! as its own file's, and what only tests import does not count.

use std::collections::{BTreeMap, BTreeSet};

use crate::architecture::{root, walk};

/// Crates whose files are free of rings. One that gets so joins them; none leaves.
const FREE: [&str; 6] = ["contract", "control", "dial", "gateway", "keyring", "providers"];

type Module = Vec<String>;

/// The modules of a crate with their texts, without comments and tests.
fn modules(krate: &str) -> BTreeMap<Module, String> {
    let base = root().join("src").join(krate).join("src");
    let mut files = Vec::new();
    walk(&base, "rs", &mut files);
    let mut found = BTreeMap::new();
    for file in files {
        let relative = file.strip_prefix(&base).unwrap().with_extension("");
        let mut module: Module = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        if ["mod", "lib", "main"].contains(&module.last().unwrap().as_str()) {
            module.pop();
        }
        if module.iter().all(|part| !part.ends_with("tests") && part != "fixture") {
            found.insert(module, code(&std::fs::read_to_string(&file).unwrap()));
        }
    }
    assert!(found.len() > 1, "{krate}");
    found
}

/// A file's text without comments, and without what stands behind `#[cfg(test)]`.
fn code(text: &str) -> String {
    let mut out = String::new();
    let mut skips = false;
    for line in text.lines() {
        if line.starts_with("#[cfg(test)]") {
            skips = true;
        } else if skips && !line.starts_with("#[path") {
            // A module or item of tests alone: to its end.
            skips = line.is_empty() || line.starts_with(' ') || !line.ends_with([';', '}']);
        } else if !skips {
            out.push_str(line.split("//").next().unwrap_or_default());
            out.push('\n');
        }
    }
    out
}

/// The paths of a `use` tree.
fn paths(tree: &str, prefix: &str, out: &mut Vec<String>) {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        if !tree.is_empty() {
            out.push(format!("{prefix}{}", tree.split(" as ").next().unwrap_or_default().trim()));
        }
        return;
    };
    let inner = tree[open + 1..].trim_end().strip_suffix('}').unwrap_or_default();
    let prefix = format!("{prefix}{}", &tree[..open]);
    let (mut depth, mut from) = (0, 0);
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                paths(&inner[from..at], &prefix, out);
                from = at + 1;
            }
            _ => {}
        }
    }
}

/// Every `use` of a text: whether it is a re-export, and its paths.
fn uses(text: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        let Some(at) = statement.rfind("use ") else { continue };
        let line = &statement[statement[..at].rfind('\n').map_or(0, |end| end + 1)..at];
        if line.trim().is_empty() || line.trim().starts_with("pub") {
            let mut out = Vec::new();
            paths(&statement[at + 4..], "", &mut out);
            found.push((line.trim().starts_with("pub"), out));
        }
    }
    found
}

/// The module that `path` leads to, seen from `from`, and what of the path is left.
fn resolve<'p>(from: &[String], path: &'p str, all: &BTreeMap<Module, String>) -> Option<(Module, Vec<&'p str>)> {
    let mut parts: Vec<&str> = path.split("::").map(str::trim).collect();
    let mut at: Module = match parts[0] {
        "crate" => Vec::new(),
        "self" | "super" => from.to_vec(),
        child => {
            let own: Module = from.iter().cloned().chain([child.to_owned()]).collect();
            if !all.contains_key(&own) {
                return None;
            }
            from.to_vec()
        }
    };
    while let Some(first) = parts.first() {
        match *first {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            name => {
                let next: Module = at.iter().cloned().chain([name.to_owned()]).collect();
                if !all.contains_key(&next) {
                    break;
                }
                at = next;
            }
        }
        parts.remove(0);
    }
    Some((at, parts))
}

/// The file that defines what `path` names: re-exports are looked through.
fn defined(from: &[String], path: &str, all: &BTreeMap<Module, String>, depth: usize) -> Option<Module> {
    let (module, rest) = resolve(from, path, all)?;
    let Some(name) = rest.first().filter(|_| depth < 8) else { return Some(module) };
    for (_, exported) in uses(&all[&module]).into_iter().filter(|(public, _)| *public) {
        if let Some(path) = exported.iter().find(|path| path.rsplit("::").next() == Some(name)) {
            return defined(&module, path, all, depth + 1);
        }
    }
    Some(module)
}

fn edges(krate: &str) -> BTreeMap<Module, BTreeSet<Module>> {
    let all = modules(krate);
    let mut edges = BTreeMap::new();
    for (module, text) in &all {
        let mut named: Vec<String> = Vec::new();
        for path in uses(text).into_iter().filter(|(public, _)| !public).flat_map(|(_, paths)| paths) {
            let last = path.trim_end_matches("::self").rsplit("::").next().unwrap_or_default().to_owned();
            match resolve(module, path.trim_end_matches("::self"), &all) {
                // A module by its name: what counts is what is named through it.
                Some((_, rest)) if rest.is_empty() => {
                    let start = format!("{last}::");
                    let through = text.match_indices(&start).map(|(at, _)| {
                        let item = &text[at + last.len() + 2..];
                        let end = item.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(item.len());
                        format!("{}::{}", path.trim_end_matches("::self"), &item[..end])
                    });
                    named.extend(through);
                }
                _ => named.push(path),
            }
        }
        for start in ["crate::", "super::"] {
            named.extend(text.match_indices(start).map(|(at, _)| {
                let path = &text[at..];
                let end = path.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(path.len());
                path[..end].trim_end_matches(':').to_owned()
            }));
        }
        let targets = named
            .iter()
            .filter(|path| path.contains("::") && !matches!(path.as_str(), "crate" | "super"))
            .filter_map(|path| {
                let (_, rest) = resolve(module, path, &all)?;
                (!rest.is_empty()).then(|| defined(module, path, &all, 0)).flatten()
            })
            .filter(|target| target != module)
            .collect();
        edges.insert(module.clone(), targets);
    }
    edges
}

/// What can be reached from `from`.
fn reach(from: &Module, edges: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Module> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
    while let Some(module) = next.pop() {
        for target in edges.get(&module).into_iter().flatten() {
            if seen.insert(target.clone()) {
                next.push(target.clone());
            }
        }
    }
    seen
}

fn rings(edges: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let name = |module: &Module| if module.is_empty() { "lib".to_owned() } else { module.join("::") };
    edges.keys().filter(|module| reach(module, edges).contains(*module)).map(name).collect()
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_ring() {
    for krate in FREE {
        let found = rings(&edges(krate));
        assert!(found.is_empty(), "files of {krate} import each other in a ring: {found:?}");
    }
}

/// What the test above relies on: edges are found at all, and a ring is seen as one.
#[test]
fn a_ring_is_seen() {
    let module = |text: &str| vec![text.to_owned()];
    let mut edges = edges("gateway");
    let pipeline = edges[&module("pipeline")].clone();
    assert!(pipeline.contains(&module("gateway")), "{pipeline:?}");
    assert!(pipeline.contains(&vec!["stages".to_owned(), "relay".to_owned()]), "{pipeline:?}");
    edges.get_mut(&module("gateway")).unwrap().insert(module("pipeline"));
    let found = rings(&edges);
    assert!(found.contains(&"gateway".to_owned()) && found.contains(&"pipeline".to_owned()), "{found:?}");
}
