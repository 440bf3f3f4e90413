//! Architecture test: what Cargo cannot see of who may import whom (ARCHITECTURE.md).

use std::{
    fs,
    path::{Path, PathBuf},
};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub(crate) fn walk(dir: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

/// Every source file of the crates: path relative to the root, text.
fn sources() -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    walk(&root.join("src"), "rs", &mut found);
    assert!(found.len() > 100, "the crates were not found");
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn is_test(name: &str) -> bool {
    name.contains("/tests/")
        || name.ends_with("tests.rs")
        || name.ends_with("fixture.rs")
        || name.ends_with("_fuzz.rs")
        || name.starts_with("src/testkit")
}

fn offenders(allowed: &dyn Fn(&str) -> bool, words: &[&str]) -> Vec<String> {
    sources()
        .into_iter()
        .filter(|(name, _)| !allowed(name))
        .flat_map(|(name, text)| {
            text.lines()
                .enumerate()
                .filter(|(_, line)| {
                    !line.trim_start().starts_with("//") && words.iter().any(|word| line.contains(word))
                })
                .map(|(at, line)| format!("{name}:{}: {}", at + 1, line.trim()))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn sql_stands_in_store_alone() {
    let found = offenders(&|name| name.starts_with("src/store/") || is_test(name), &["sqlx::", "use sqlx"]);
    assert!(found.is_empty(), "SQL belongs into src/store:\n{}", found.join("\n"));
}

#[test]
fn the_environment_enters_in_one_place() {
    let found = offenders(
        &|name| name == "src/server/src/main.rs" || name.starts_with("src/server/src/config/") || is_test(name),
        &["env::var", "env::vars"],
    );
    assert!(found.is_empty(), "only main.rs hands the environment to src/server/src/config:\n{}", found.join("\n"));
}

#[test]
fn the_gateway_touches_the_store_in_two_places() {
    let found: Vec<_> = offenders(
        &|name| {
            !name.starts_with("src/gateway/src/")
                || name.contains("/directory")
                || name.contains("/ledger")
                || is_test(name)
        },
        &["store::", "use store"],
    )
    .into_iter()
    // Handing the store through to those two is not touching it.
    .filter(|line| !line.contains("use store::Store;"))
    .collect();
    assert!(found.is_empty(), "the gateway meets the store in directory and ledger:\n{}", found.join("\n"));
}

#[test]
fn files_are_short() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|(name, _)| !is_test(name))
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > 400)
        .collect();
    assert!(long.is_empty(), "split by promise: {long:?}");
}

#[test]
fn there_is_one_text_area() {
    let allowed = |name: &str| name == "src/web/src/ui/text_area.rs" || is_test(name);
    let found = offenders(&allowed, &[concat!("<text", "area")]);
    assert!(found.is_empty(), "its content must be escaped by ui::text_area:\n{}", found.join("\n"));
}

#[test]
fn nothing_is_left_behind() {
    // In two halves, so that this file does not find itself.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("unimple", "mented!"), concat!("#[ig", "nore")];
    let found: Vec<_> = sources()
        .into_iter()
        .flat_map(|(name, text)| {
            text.lines()
                .enumerate()
                .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
                .map(|(at, _)| format!("{name}:{}", at + 1))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn names_say_what_a_file_promises() {
    let vague = ["util", "utils", "common", "helper", "helpers", "manager", "misc"];
    let found: Vec<_> = sources()
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| name.split(['/', '.']).any(|part| vague.contains(&part)))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

/// Seeds that no target reads would be a corpus in name alone, and a target without seeds begins at nothing.
#[test]
fn every_fuzz_target_has_its_seeds_and_the_other_way_round() {
    let root = root();
    let mut targets = Vec::new();
    for (file, text) in sources().into_iter().filter(|(file, _)| file.ends_with("_fuzz.rs")) {
        let names = text.split("check!(name = \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        let dir = Path::new(&file).parent().unwrap().join("__fuzz__");
        targets.extend(names.map(|name| root.join(&dir).join(name).join("corpus")));
    }
    assert!(targets.len() >= 14, "{targets:?}");
    let mut seeds = Vec::new();
    walk(&root.join("src"), "seed", &mut seeds);
    let mut dirs: Vec<_> = seeds.iter().map(|seed| seed.parent().unwrap().to_owned()).collect();
    dirs.dedup();
    targets.sort();
    dirs.sort();
    assert_eq!(dirs, targets);
    assert!(seeds.iter().all(|seed| fs::metadata(seed).unwrap().len() < 4096), "seeds are small");
}

#[test]
fn both_places_of_the_leptos_section_agree() {
    let section = |file: &str| -> toml::Value {
        let table: toml::Table = fs::read_to_string(root().join(file)).unwrap().parse().unwrap();
        table["workspace"]["metadata"]["leptos"].clone()
    };
    assert_eq!(section("Cargo.toml"), section("Leptos.toml"));
}
