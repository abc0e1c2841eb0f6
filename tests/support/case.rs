//! A case folder: `before.kdl`, `after.kdl` (or folders `before`, `after` of KDL and SQL), seeds, hand-written DDL, and `case.kdl`.
//!
//! ```kdl
//! engines sqlite reason="…"          // where it runs; everywhere, if left out
//! since postgres=15 reason="NULLS NOT DISTINCT"
//! until postgres=14 reason="…"       // what a newer server takes and these refuse
//! allow-destructive                 // refused without the flag first, then done
//! loses "t" "t.c"                   // rows that do not come through the way up and back as they were
//! require "rebuild table t" on=sqlite
//! forbid "drop table"               // titles of the steps up
//! value "SELECT count(*) FROM t" "3" when=up on=postgres   // with two phases also when=between, when=back
//! expect-error RC0512 "words"       // the apply fails, and nothing has changed
//! settings "strategies { on type-by-copy; }" // what stands in reconcile.kdl
//! one-way reason="…"                // there is no way back that could be taken with these rows
//! ```

use std::path::{Path, PathBuf};

use kdl::{KdlDocument, KdlNode};

use super::engine::Engine;

/// When a value is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Up,
    /// Between the two phases.
    Between,
    /// After the second phase was taken back.
    Back,
    Down,
}

/// A value that must be found.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) sql: String,
    pub(crate) expected: String,
    pub(crate) when: When,
}

/// What `case.kdl` says to one engine.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) folder: PathBuf,
    /// `area::case`.
    pub(crate) name: String,
    engine: &'static str,
    pub(crate) allow_destructive: bool,
    pub(crate) loses: Vec<String>,
    pub(crate) require: Vec<String>,
    pub(crate) forbid: Vec<String>,
    pub(crate) values: Vec<Value>,
    /// Words that a refusal must say; the first is the code.
    pub(crate) expect_error: Option<Vec<String>>,
    pub(crate) one_way: bool,
    /// What stands in `reconcile.kdl`.
    pub(crate) settings: String,
}

impl Case {
    /// Reads a case for an engine; `Err` says why it does not run there.
    pub(crate) fn read(folder: &Path, name: &str, engine: &Engine) -> Result<Self, String> {
        let mut case = Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
            engine: engine.kind(),
            allow_destructive: false,
            loses: Vec::new(),
            require: Vec::new(),
            forbid: Vec::new(),
            values: Vec::new(),
            expect_error: None,
            one_way: false,
            settings: String::new(),
        };
        let path = folder.join("case.kdl");
        if !path.exists() {
            return Ok(case);
        }
        let text = std::fs::read_to_string(&path).expect("case.kdl is text");
        let document: KdlDocument = text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
        for node in document.nodes() {
            if property(node, "on").is_some_and(|on| on != engine.kind()) {
                continue;
            }
            case.take(node, engine)?;
        }
        Ok(case)
    }

    fn take(&mut self, node: &KdlNode, engine: &Engine) -> Result<(), String> {
        let words = arguments(node);
        match node.name().value() {
            "engines" if !words.iter().any(|word| word == engine.kind()) => {
                let reason = property(node, "reason").unwrap_or_else(|| "not of this engine".to_owned());
                return Err(format!("{} only: {reason}", words.join(", ")));
            }
            "engines" => {}
            "since" => {
                let since = node
                    .entry(engine.kind())
                    .and_then(|entry| entry.value().as_integer());
                if since.is_some_and(|since| i128::from(engine.major) < since) {
                    return Err(property(node, "reason").unwrap_or_default());
                }
            }
            "until" => {
                let until = node
                    .entry(engine.kind())
                    .and_then(|entry| entry.value().as_integer());
                if until.is_some_and(|until| i128::from(engine.major) > until) {
                    return Err(property(node, "reason").unwrap_or_default());
                }
            }
            "allow-destructive" => self.allow_destructive = true,
            "loses" => self.loses.extend(words),
            "require" => self.require.extend(words),
            "forbid" => self.forbid.extend(words),
            "one-way" => self.one_way = true,
            "settings" => self.settings = format!("{}\n", words.join("\n")),
            "expect-error" => self.expect_error = Some(words),
            "value" => self.values.push(Value {
                sql: words[0].clone(),
                expected: words[1].clone(),
                when: match property(node, "when").as_deref() {
                    Some("down") => When::Down,
                    Some("between") => When::Between,
                    Some("back") => When::Back,
                    Some("up") | None => When::Up,
                    Some(other) => panic!("{}: when={other}", self.name),
                },
            }),
            other => panic!("{}: case.kdl knows no `{other}`", self.name),
        }
        Ok(())
    }

    /// `after.kdl`, or the one of this engine, or the folder `after`.
    pub(crate) fn declarations(&self, state: &str) -> PathBuf {
        let folder = Some(self.folder.join(state)).filter(|folder| folder.is_dir());
        self.of_engine(state, "kdl")
            .or(folder)
            .unwrap_or_else(|| self.folder.join(format!("{state}.kdl")))
    }

    /// Writes the settings into the folder of a project; `more` is what the test itself needs.
    pub(crate) fn configure(&self, folder: &Path, more: &str) -> std::io::Result<()> {
        std::fs::write(folder.join("reconcile.kdl"), format!("{more}{}", self.settings))
    }

    /// The rows put in between.
    pub(crate) fn seed(&self) -> Option<String> {
        let path = self
            .of_engine("seed", "sql")
            .or_else(|| Some(self.folder.join("seed.sql")).filter(|path| path.exists()))?;
        Some(std::fs::read_to_string(path).expect("a seed is text"))
    }

    /// The state in hand-written DDL.
    pub(crate) fn hand_written(&self, state: &str) -> Option<String> {
        self.of_engine(state, "sql")
            .map(|path| std::fs::read_to_string(path).expect("DDL is text"))
    }

    fn of_engine(&self, state: &str, extension: &str) -> Option<PathBuf> {
        let path = self.folder.join(format!("{state}.{}.{extension}", self.engine));
        path.exists().then_some(path)
    }

    /// Whether the rows of a column, or of a whole table, are said to be lost.
    pub(crate) fn is_lost(&self, table: &str, column: Option<&str>) -> bool {
        self.loses.iter().any(|lost| match column {
            Some(column) => *lost == format!("{table}.{column}"),
            None => lost == table,
        })
    }
}

fn property(node: &KdlNode, name: &str) -> Option<String> {
    let value = node.entry(name)?.value();
    value.as_string().map(str::to_owned)
}

fn arguments(node: &KdlNode) -> Vec<String> {
    node.entries()
        .iter()
        .filter(|entry| entry.name().is_none())
        .filter_map(|entry| entry.value().as_string().map(str::to_owned))
        .collect()
}

/// Every case folder that is declared in KDL alone, as `(area::case, folder)`, sorted.
pub(crate) fn folders(root: &Path) -> Vec<(String, PathBuf)> {
    let mut all = with_sql(root);
    all.retain(|(_, folder)| folder.join("before.kdl").exists());
    all
}

/// Every case folder, those with SQL among them.
pub(crate) fn with_sql(root: &Path) -> Vec<(String, PathBuf)> {
    let mut out = Vec::new();
    for (area, folder) in children(root) {
        for (case, folder) in children(&folder) {
            assert!(
                folder.join("before.kdl").exists() || folder.join("before").is_dir(),
                "{} has no before.kdl, nor a folder of that name",
                folder.display()
            );
            out.push((format!("{area}::{case}"), folder));
        }
    }
    out.sort();
    out
}

fn children(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .map(|path| {
            (
                path.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                path,
            )
        })
        .collect()
}
