//! Texts with everything that a driver, SQLAlchemy, Alembic or Python could take for something else: they arrive letter
//! by letter, on every driver and on paper.

use libtest_mimic::Failed;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use reconcile::revision::RevisionMap;

use super::offline;
use super::project::{Manner, Project, USUAL};
use super::revisions::{inside, revision, script};
use crate::support::engine::{Database, Engine};

const COUNT: usize = 400;

const PIECES: &[&str] = &[
    ":",
    "::",
    ":name",
    "\\:name",
    "12:30",
    "%",
    "%%",
    "%s",
    "%(a)s",
    "'",
    "''",
    "\"",
    "\"\"\"",
    "\\",
    "\\\\",
    "\\n",
    "\\'",
    "$$",
    "$q$",
    "$1",
    "?",
    "{x}",
    "{",
    "\n",
    "\t",
    "\r",
    " ",
    "  ",
    ";",
    "--",
    "/*",
    "*/",
    "-- x\n",
    "é",
    "слово",
    "\u{1f600}",
    "\u{2028}",
    "\u{feff}",
    "\u{85}",
    "\u{1}",
    "\u{7f}",
    "a",
    "E'",
    "`",
    "[",
    "]",
    "BEGIN ",
    " END",
    "#",
    "@",
    "\\x41",
    "\\N{BULLET}",
    "::text",
    "[:alpha:]",
];

fn texts() -> Vec<String> {
    let piece = proptest::sample::select(PIECES);
    let text = vec(piece, 0..12).prop_map(|pieces| pieces.concat());
    let mut runner = TestRunner::default();
    (0..COUNT)
        .map(|_| text.new_tree(&mut runner).expect("a text").current())
        .collect()
}

/// The text as SQL, in one of the ways in which it can be written.
fn literal(text: &str, way: usize, on_sqlite: bool) -> String {
    let doubled = text.replace('\'', "''");
    match way % 3 {
        1 if !on_sqlite => format!("E'{}'", doubled.replace('\\', "\\\\")),
        2 if !on_sqlite && !text.contains("$t$") && !text.ends_with('$') => format!("$t${text}$t$"),
        _ => format!("'{doubled}'"),
    }
}

fn statement(at: usize, text: &str, on_sqlite: bool) -> String {
    let literal = literal(text, at, on_sqlite);
    match at % 5 {
        0 => format!("INSERT INTO texts (id, a) VALUES ({at}, {literal}) -- 50% of :them; 'are"),
        1 => format!("/* 50% :of; 'it */ INSERT INTO texts (id, a)\nVALUES ({at}, {literal});"),
        _ => format!("INSERT INTO texts (id, a) VALUES ({at}, {literal})"),
    }
}

pub(super) fn arrive(engine: &Engine, driver: &str, on_paper: bool) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut texts = texts();
    if on_paper && engine.is_sqlite() {
        // The program takes the end of a line for a newline, whatever it is.
        texts = texts.into_iter().map(|text| text.replace('\r', "")).collect();
    }
    let mut statements = vec!["CREATE TABLE texts (id integer PRIMARY KEY, a text NOT NULL)".to_owned()];
    statements.extend(
        texts
            .iter()
            .enumerate()
            .map(|(at, text)| statement(at, text, engine.is_sqlite())),
    );
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    let only = revision(
        "aaaaaaaaaaaa",
        &[],
        vec![script(engine.kind(), inside(&statements))],
    );
    let map = RevisionMap::new(vec![only]).map_err(|problems| format!("{problems:?}"))?;
    let project = Project::new(folder.path().join("alembic"))?;
    project.write(&map)?;
    let database = Database::new(engine, folder.path(), "texts")?;
    let manner = Manner {
        driver,
        offline: on_paper,
        ..USUAL
    };
    let target = if on_paper { "base:head" } else { "head" };
    let answer = project
        .run(&database, "upgrade", target, manner)?
        .succeeds("upgrade head")?;
    if on_paper {
        let program = offline::program(engine).ok_or("no program to run it with")?;
        offline::feed(&program, &database, &answer.output)?;
    }
    let rows = database.query("SELECT CAST(id AS text), a FROM texts ORDER BY texts.id")?;
    let found: Vec<String> = rows
        .into_iter()
        .map(|row| row[1].clone().unwrap_or_default())
        .collect();
    for (at, text) in texts.iter().enumerate() {
        if found.get(at) != Some(text) {
            let statement = statement(at, text, engine.is_sqlite());
            return Err(format!("{statement}\nbecame {:?}", found.get(at)).into());
        }
    }
    Ok(())
}
