//! The house rules that a compiler does not hold: who may use whom, where engines may be named, who may print.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A module and the modules it may use. `tests` inside a module may use anything.
const MAY_USE: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("quoting", &[]),
    ("python", &[]),
    ("statements", &[]),
    ("catalog", &["diagnostic"]),
    ("diff", &["catalog"]),
    ("op", &["catalog"]),
    ("script", &["catalog", "op"]),
    (
        "dialect",
        &["catalog", "diagnostic", "op", "python", "script", "statements"],
    ),
    (
        "declare",
        &[
            "catalog",
            "diagnostic",
            "dialect",
            "diff",
            "quoting",
            "statements",
        ],
    ),
    (
        "revision",
        &[
            "catalog",
            "diagnostic",
            "op",
            "python",
            "quoting",
            "script",
            "statements",
        ],
    ),
    ("phases", &["catalog", "dialect", "diff"]),
    ("plan", &["catalog", "diagnostic", "dialect", "diff", "op"]),
    ("runner", &["catalog", "dialect", "op", "revision", "script"]),
    (
        "scratch",
        &[
            "catalog",
            "declare",
            "diagnostic",
            "dialect",
            "diff",
            "op",
            "plan",
            "script",
            "statements",
        ],
    ),
    (
        "verify",
        &["catalog", "diagnostic", "dialect", "diff", "scratch", "script"],
    ),
    (
        "lint",
        &[
            "catalog",
            "declare",
            "diagnostic",
            "dialect",
            "op",
            "revision",
            "script",
        ],
    ),
    (
        "config",
        &["declare", "diagnostic", "dialect", "lint", "revision"],
    ),
    (
        "workflow",
        &[
            "catalog",
            "config",
            "quoting",
            "declare",
            "diagnostic",
            "dialect",
            "diff",
            "lint",
            "op",
            "phases",
            "plan",
            "revision",
            "runner",
            "scratch",
            "script",
            "verify",
        ],
    ),
    (
        "cli",
        &[
            "catalog",
            "config",
            "declare",
            "diagnostic",
            "dialect",
            "lint",
            "op",
            "quoting",
            "revision",
            "runner",
            "script",
            "workflow",
        ],
    ),
];

/// A source file: its module, its path, and its text without comments and without what follows `#[cfg(test)]`.
struct File {
    module: String,
    path: PathBuf,
    text: String,
    code: String,
}

fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source file");
            let inside = path.strip_prefix(&root).expect("below src");
            let first = inside
                .components()
                .next()
                .expect("a name")
                .as_os_str()
                .to_string_lossy();
            let module = first.trim_end_matches(".rs").to_owned();
            // A unit test may use whatever it likes.
            let text = if inside
                .components()
                .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
            {
                "//! tests".to_owned()
            } else {
                text
            };
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect::<Vec<_>>()
                .join("\n");
            File {
                module,
                path: inside.to_owned(),
                text,
                code,
            }
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules named after `crate::`, also inside `use crate::{…}`.
fn used(code: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut item = String::new();
            for character in list.chars() {
                match character {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 || (depth == 1 && character == ',') {
                    out.push(head(item.trim()));
                    item.clear();
                    if depth == 0 {
                        break;
                    }
                } else {
                    item.push(character);
                }
            }
        } else {
            out.push(head(rest));
        }
    }
    out
}

fn head(path: &str) -> String {
    path.chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect()
}

/// Complaints of a rule, all at once.
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn modules_use_only_whom_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut complaints = Vec::new();
    for file in files()
        .iter()
        .filter(|file| !matches!(file.module.as_str(), "lib" | "main"))
    {
        let Some(may) = allowed.get(file.module.as_str()) else {
            complaints.push(format!(
                "{}: module {} is not in the table",
                file.path.display(),
                file.module
            ));
            continue;
        };
        for name in used(&file.code) {
            let known = allowed.contains_key(name.as_str());
            if known && name != file.module && !may.contains(&name.as_str()) {
                complaints.push(format!(
                    "{}: {} may not use {name}",
                    file.path.display(),
                    file.module
                ));
            }
        }
    }
    complaints.dedup();
    none(&complaints);
}

#[test]
fn engines_are_named_in_the_dialect_alone() {
    let named = |code: &str| {
        ["Dialect::Postgres", "Dialect::Sqlite"]
            .iter()
            .any(|variant| code.contains(variant))
    };
    let complaints: Vec<String> = files()
        .iter()
        .filter(|file| file.module != "dialect" && named(&file.code))
        .map(|file| format!("{} names an engine", file.path.display()))
        .collect();
    none(&complaints);
}

#[test]
fn diff_and_plan_name_no_kind() {
    let complaints: Vec<String> = files()
        .iter()
        .filter(|file| matches!(file.module.as_str(), "diff" | "plan"))
        .flat_map(|file| {
            let variants = file
                .code
                .match_indices("Kind::")
                .map(|(at, _)| head(&file.code[at + 6..]));
            let variants =
                variants.filter(|name| name.chars().next().is_some_and(char::is_uppercase) && name != "ALL");
            variants
                .map(|name| format!("{} names Kind::{name}", file.path.display()))
                .collect::<Vec<_>>()
        })
        .collect();
    none(&complaints);
}

#[test]
fn the_runner_never_renders() {
    let complaints: Vec<String> = files()
        .iter()
        .filter(|file| file.module == "runner" && file.code.contains("render"))
        .map(|file| format!("{} renders", file.path.display()))
        .collect();
    none(&complaints);
}

#[test]
fn only_the_user_interface_prints_and_reads_the_environment() {
    let mut complaints = Vec::new();
    for file in files() {
        let prints = ["println!(", "print!(", "eprintln!(", "eprint!("]
            .iter()
            .any(|word| file.code.contains(word));
        if prints && file.path != Path::new("cli/ui.rs") {
            complaints.push(format!("{} prints", file.path.display()));
        }
        if file.module != "cli" && file.module != "main" && file.code.contains("env::var") {
            complaints.push(format!("{} reads the environment", file.path.display()));
        }
    }
    none(&complaints);
}

#[test]
fn names_are_quoted_in_one_place() {
    let complaints: Vec<String> = files()
        .iter()
        .filter(|file| file.path != Path::new("dialect/sql.rs"))
        .filter(|file| {
            file.code.contains("replace('\"', \"\\\"\\\"\")") || file.code.contains("replace('\\'', \"''\")")
        })
        .map(|file| format!("{} quotes SQL", file.path.display()))
        .collect();
    none(&complaints);
}

#[test]
fn nothing_is_unfinished() {
    let complaints: Vec<String> = files()
        .iter()
        .flat_map(|file| {
            let words = ["todo!(", "unimplemented!(", "dbg!("]
                .iter()
                .filter(|word| file.code.contains(**word));
            words
                .map(|word| format!("{}: {word}", file.path.display()))
                .collect::<Vec<_>>()
        })
        .collect();
    none(&complaints);
}

#[test]
fn every_module_says_what_it_is_for() {
    let complaints: Vec<String> = files()
        .iter()
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| format!("{} does not begin with //!", file.path.display()))
        .collect();
    none(&complaints);
}

#[test]
fn no_drawers() {
    let drawers = ["util", "utils", "helper", "helpers", "common", "manager", "misc"];
    let complaints: Vec<String> = files()
        .iter()
        .filter(|file| {
            file.path
                .file_stem()
                .is_some_and(|stem| drawers.contains(&&*stem.to_string_lossy()))
        })
        .map(|file| format!("{} is a drawer", file.path.display()))
        .collect();
    none(&complaints);
}
