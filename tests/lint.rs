//! Every rule speaks of its bad example, of nothing else in it, and is silent about its good one; the pages say what the
//! rules say; what other tools read is what they expect.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use reconcile::catalog::Canonical;
use reconcile::config::{self, Config};
use reconcile::declare::{self, Declared};
use reconcile::diagnostic::{Diagnostic, Source};
use reconcile::dialect::{Dialect, Server, Sizes};
use reconcile::diff::diff;
use reconcile::lint::{Check, Choice, Example, Level, Linter, Part, RULES, Rule, Settings};
use reconcile::plan::{Context, plan};
use reconcile::revision::{RevisionMap, file};

fn source(file: &Example) -> Arc<Source> {
    Arc::new(Source {
        name: file.name.to_owned(),
        text: file.text.to_owned(),
    })
}

fn named<'a>(files: &'a [Example], name: &str) -> Option<&'a Example> {
    files.iter().find(|file| file.name == name)
}

/// The settings of an example.
fn config(files: &[Example]) -> Config {
    named(files, "reconcile.kdl").map_or_else(Config::default, |file| {
        config::parse(&source(file), Path::new("")).expect("settings")
    })
}

/// Its choices of rules, with the rule in question switched on.
fn settings(rule: &Rule, config: &Config) -> Settings {
    let mut settings = config.lint.clone();
    if rule.level == Level::Allow {
        let level = Level::Warn;
        settings.choices.push(Choice {
            rule: rule.id,
            level,
            path: None,
        });
    }
    settings
}

fn declared(files: &[Example], name: &str, config: &Config, server: &Server) -> Option<Declared> {
    let file = named(files, name).unwrap_or_else(|| panic!("no {name}"));
    declare::load(&[source(file)], server, &config.naming).ok()
}

/// What all rules say of an example on one engine; `None` if it is not meant for that engine.
fn said(rule: &Rule, files: &[Example], server: &Server) -> Option<Vec<Diagnostic>> {
    let config = config(files);
    let settings = settings(rule, &config);
    let mut linter = Linter::new(&settings);
    match rule.check {
        Check::Declarations(_) | Check::Suppressions => {
            linter.declarations(&declared(files, "schema.kdl", &config, server)?, server);
        }
        Check::Plan(_) => {
            let before = declared(files, "before.kdl", &config, server)?;
            let after = declared(files, "after.kdl", &config, server)?;
            let (from, to) = (
                Canonical::assumed(before.catalog),
                Canonical::assumed(after.catalog.clone()),
            );
            let engine = server.engine();
            let difference = diff(&from, &to, &after.intents, &|name| engine.quote(name));
            let context = Context {
                server,
                intents: &after.intents,
                choices: &config.choices,
                locate: &|id| after.sources.get(id).cloned(),
                sizes: &Sizes::new(),
            };
            let plan = plan(&from.shared(), &difference, &context).expect("a plan");
            linter.plan(&plan, None, &after, server, &|_| true);
        }
        Check::Chain(_) => {
            let text = source(named(files, "revision.kdl").expect("a revision"));
            let revision = file::parse(&text).expect("a revision");
            let map = RevisionMap::new(vec![revision]).expect("a chain");
            linter.chain(&map, &|_, part| match part {
                Part::Revision => file::place(&text, None, None),
                Part::Script { engine, direction } => file::place(&text, Some((engine, direction)), None),
                Part::Step { engine, at } => {
                    let direction = reconcile::revision::Direction::Upgrade;
                    file::place(&text, Some((engine, direction)), Some(at))
                }
            });
        }
    }
    Some(linter.finish())
}

fn servers() -> impl Iterator<Item = Server> {
    Dialect::ALL
        .iter()
        .map(|dialect| dialect.engine().default_server())
}

fn told(found: &[Diagnostic]) -> String {
    found.iter().fold(String::new(), |mut out, one| {
        let place = one.span.as_ref().map(ToString::to_string).unwrap_or_default();
        // Writing to a string cannot fail.
        let _written = writeln!(out, "    {} {place} {}", one.code, one.message);
        out
    })
}

#[test]
fn every_rule_tells_its_bad_example_from_its_good_one() {
    let mut complaints = Vec::new();
    for rule in RULES {
        let mut speaks = false;
        let mut asked = 0;
        for server in servers() {
            if let Some(found) = said(rule, rule.examples.bad, &server) {
                speaks |= found.iter().any(|one| one.code == rule.code);
                let others: Vec<Diagnostic> = found.into_iter().filter(|one| one.code != rule.code).collect();
                if !others.is_empty() {
                    complaints.push(format!("{}, bad, {server}:\n{}", rule.id, told(&others)));
                }
            }
            if let Some(found) = said(rule, rule.examples.good, &server) {
                asked += 1;
                if !found.is_empty() {
                    complaints.push(format!("{}, good, {server}:\n{}", rule.id, told(&found)));
                }
            }
        }
        if !speaks {
            complaints.push(format!("{} does not speak of its bad example", rule.id));
        }
        if asked == 0 {
            complaints.push(format!("no engine takes the good example of {}", rule.id));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_remark_has_a_place_and_says_what_to_do() {
    for rule in RULES {
        for found in servers()
            .filter_map(|server| said(rule, rule.examples.bad, &server))
            .flatten()
        {
            assert!(found.help.is_some(), "{}: {}", rule.id, found.message);
            let placed = found.span.is_some() || matches!(rule.check, Check::Plan(_));
            assert!(placed, "{}: {}", rule.id, found.message);
        }
    }
}

/// An example is what stands in the folder, all of it, and no folder is without a rule.
#[test]
fn every_example_is_of_a_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        entries
            .map(|entry| name(entry).to_string_lossy().into_owned())
            .collect()
    };
    let rules: BTreeSet<String> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(names(&root), rules);
    for rule in RULES {
        for (side, files) in [("bad", rule.examples.bad), ("good", rule.examples.good)] {
            let shown: BTreeSet<String> = files.iter().map(|file| file.name.to_owned()).collect();
            assert_eq!(names(&root.join(rule.id).join(side)), shown, "{}", rule.id);
        }
    }
}

/// `docs/lints.md`, as it follows from the rules.
fn page() -> String {
    let mut out = String::from(
        "# Lints\n\nWhat `reconcile lint` knows. This page is made of the rules themselves: `UPDATE=1 cargo test --test lint`.\n\n\
         | rule | code | looks at | level | |\n|---|---|---|---|---|\n",
    );
    for rule in RULES {
        let row = [
            rule.id,
            rule.code,
            rule.check.word(),
            rule.level.word(),
            rule.title,
        ];
        let [id, rest @ ..] = row;
        out.push_str(&format!("| [`{id}`](#{id}) | {} |\n", rest.join(" | ")));
    }
    for rule in RULES {
        out.push_str(&format!("\n## {}\n\n{}\n", rule.id, rule.explanation));
        for (word, files) in [("Bad", rule.examples.bad), ("Good", rule.examples.good)] {
            for file in files {
                out.push_str(&format!(
                    "\n{word}, `{}`:\n\n```kdl\n{}```\n",
                    file.name, file.text
                ));
            }
        }
        if !rule.also.is_empty() {
            out.push_str(&format!("\nAlso known as {}.\n", rule.also.join(", ")));
        }
    }
    out
}

#[test]
fn the_page_says_what_the_rules_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lints.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, page()).expect("docs/lints.md");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/lints.md is not what the rules say: UPDATE=1 cargo test --test lint"
    );
}

/// A project in a folder of its own.
struct Project(tempfile::TempDir);

impl Project {
    fn new(settings: &str, schema: &str) -> Self {
        let project = Self(tempfile::tempdir().expect("a folder"));
        std::fs::create_dir(project.path("schema")).expect("a folder");
        project.write("reconcile.kdl", settings);
        project.write("schema/main.kdl", schema);
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn run(&self, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_reconcile"))
            .args(line.split(' '))
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .output()
            .expect("the program")
    }
}

const SETTINGS: &str = "engines postgres sqlite\n";
const SCHEMA: &str = "table a {\n    column x text\n}\ntable b {\n    column y json\n    primary-key y\n}\n";

/// What the schema of SARIF 2.1.0 demands of a log, where this one has it.
#[test]
fn the_log_is_sarif() {
    let output = Project::new(SETTINGS, SCHEMA).run("lint --format sarif");
    assert_eq!(output.status.code(), Some(1));
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(
        log["$schema"]
            .as_str()
            .expect("a schema")
            .contains("sarif-schema-2.1.0")
    );
    let [run] = log["runs"].as_array().expect("runs").as_slice() else {
        panic!("one run");
    };
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "reconcile");
    let rules = driver["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), RULES.len());
    for rule in rules {
        assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string());
        let level = rule["defaultConfiguration"]["level"].as_str();
        assert!(matches!(level, Some("note" | "warning" | "error")));
    }
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 2);
    for result in results {
        let at = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(result["ruleId"], rules[at]["id"]);
        assert!(matches!(
            result["level"].as_str(),
            Some("note" | "warning" | "error")
        ));
        assert!(result["message"]["text"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "schema/main.kdl");
        let number = |name: &str| place["region"][name].as_u64().expect("a number");
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!(number("endLine") >= number("startLine") && number("endColumn") > number("startColumn"));
    }
    assert_eq!(
        results[0]["locations"][0]["physicalLocation"]["region"]["startLine"],
        1
    );
}

#[test]
fn annotations_name_the_place() {
    let output = Project::new(SETTINGS, SCHEMA).run("lint --format github");
    let said = String::from_utf8(output.stdout).expect("text");
    let first = said.lines().next().expect("a line");
    assert!(
        first.starts_with("::warning file=schema/main.kdl,line=1,endLine=1,col=1,endColumn=8,title=RC0701 "),
        "{first}"
    );
    assert_eq!(said.lines().count(), 2);
}

#[test]
fn only_findings_end_with_one() {
    for (settings, schema, status) in [
        ("", SCHEMA, 1),
        (
            "lint {\n    rule missing-primary-key level=note\n    rule json-instead-of-jsonb level=allow\n}\n",
            SCHEMA,
            0,
        ),
        (
            "lint {\n    rule missing-primary-key level=allow path=\"schema/m*\"\n}\n",
            SCHEMA,
            0,
        ),
        (
            "lint {\n    rule missing-primary-key level=allow path=\"schema/n*\"\n}\n",
            SCHEMA,
            1,
        ),
        (
            "",
            "allow missing-primary-key because=\"a heap of words\"\ntable a {\n    column x text\n}\n",
            0,
        ),
        (
            "",
            "table a {\n    allow missing-primary-key because=\"\"\n    column x text\n}\n",
            2,
        ),
        (
            "",
            "table a {\n    allow missing-primary-kay because=\"so\"\n    column x text\n    primary-key x\n}\n",
            1,
        ),
    ] {
        let output = Project::new(settings, schema).run("lint");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{settings}{schema}{said}");
    }
}

#[test]
fn files_narrow_what_is_told() {
    let project = Project::new("", SCHEMA);
    project.write("schema/other.kdl", "table c {\n    column z text\n}\n");
    let output = project.run("lint schema/other.kdl --format json");
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = value["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["rule"], "missing-primary-key");
    assert_eq!(findings[0]["place"]["file"], "schema/other.kdl");
    assert_eq!(project.run("lint schema/none.kdl").status.code(), Some(2));
}

#[test]
fn what_is_explained_is_the_example_that_is_run() {
    let project = Project::new("", SCHEMA);
    for rule in RULES {
        let output = project.run(&format!("lint --explain {}", rule.id));
        let said = String::from_utf8(output.stdout).expect("text");
        assert!(said.contains(rule.explanation), "{said}");
        for line in rule.examples.bad[0].text.lines() {
            assert!(said.contains(line), "{line}");
        }
    }
    let output = project.run("lint --explain mising-primary-key");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `missing-primary-key`?"));
}
