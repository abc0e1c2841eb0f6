//! Texts with everything that a driver, SQLAlchemy, Alembic or Python could take for something else: they arrive letter
//! by letter, on every driver and on paper, in statements and in Alembic's operations.

use libtest_mimic::Failed;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use reconcile::catalog::kinds::{
    Check, Column, Comment, Generated, Index, IndexKey, IndexTerm, Table, TableExt,
};
use reconcile::catalog::{Canonical, Catalog, DataType, Expr, Kind, Object, ObjectId};
use reconcile::dialect::{Choices, Dialect, Sizes, qualify, render};
use reconcile::diff::{Intents, diff};
use reconcile::plan::{Context, plan};
use reconcile::revision::RevisionMap;
use reconcile::script::Script;

use super::offline;
use super::project::{Manner, Project, USUAL};
use super::revisions::{inside, revision, script};
use crate::support::engine::{Database, Engine};
use crate::support::observe;

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

/// How many texts a table is made of.
const PER_TABLE: usize = 3;

/// Tables with the texts as names, defaults, checks, generated values, conditions of indexes, and comments.
fn tables(texts: &[String], dialect: Dialect, on_sqlite: bool) -> Catalog {
    let engine = dialect.engine();
    let mut catalog = Catalog::new();
    let plain = |data_type: &str| Column {
        data_type: DataType::builtin(engine.data_type(data_type)),
        nullable: true,
        default: None,
        identity: None,
        generated: None,
        collation: None,
        not_null: reconcile::catalog::kinds::NotNull::default(),
        options: Vec::new(),
    };
    for (number, texts) in texts.chunks(PER_TABLE).enumerate() {
        let table = qualify(dialect, None, &format!("t{number}"));
        let ext = TableExt::Plain;
        catalog.insert(ObjectId::table(table.clone()), Object::Table(Table::new(ext)));
        let a = engine.ident("a");
        catalog.insert(ObjectId::column(&table, a.clone()), Object::Column(plain("text")));
        for (at, text) in texts.iter().enumerate() {
            let literal = literal(text, at, on_sqlite);
            let short: String = text.chars().take(8).collect();
            let named = ObjectId::column(&table, engine.ident(&format!("{short}{at}")));
            let default = Some(Expr::new(literal.clone()));
            catalog.insert(
                named.clone(),
                Object::Column(Column {
                    default,
                    ..plain("text")
                }),
            );
            let generated = Some(Generated {
                expr: Expr::new(format!("a || {literal}")),
                stored: true,
            });
            let computed = ObjectId::column(&table, engine.ident(&format!("computed{at}")));
            catalog.insert(
                computed,
                Object::Column(Column {
                    generated,
                    ..plain("text")
                }),
            );
            let member = |kind, name: &str| {
                ObjectId::member(kind, &table, engine.ident(&format!("{name}_{number}_{at}")))
            };
            let condition = Expr::new(format!("a <> {literal}"));
            let check = Check::new(condition.clone());
            catalog.insert(member(Kind::Check, &short), Object::Check(check));
            let key = IndexKey {
                term: IndexTerm::Column(a.clone()),
                collation: None,
                opclass: None,
                descending: false,
                nulls: None,
            };
            let index = Index {
                method: "btree".into(),
                unique: false,
                nulls_not_distinct: false,
                keys: vec![key],
                include: Vec::new(),
                predicate: Some(condition),
            };
            catalog.insert(member(Kind::Index, "ix"), Object::Index(index));
            if !on_sqlite && !text.is_empty() {
                let said = Comment {
                    text: text.as_str().into(),
                };
                catalog.insert(ObjectId::on(Kind::Comment, named), Object::Comment(said));
            }
        }
    }
    catalog
}

/// The way from nothing to a catalog.
fn way_to(catalog: Catalog, dialect: Dialect) -> Result<Script, Failed> {
    let engine = dialect.engine();
    let server = engine.default_server();
    let (from, to) = (Canonical::assumed(Catalog::new()), Canonical::assumed(catalog));
    let intents = Intents::default();
    let difference = diff(&from, &to, &intents, &|name| engine.quote(name));
    let context = Context {
        server: &server,
        intents: &intents,
        locate: &|_| None,
        sizes: &Sizes::new(),
        choices: &Choices::DEFAULT,
    };
    let plan = plan(&from.shared(), &difference, &context).map_err(|problems| format!("{problems:?}"))?;
    Ok(render::render(&plan, &server))
}

/// Operations make what the statements make.
pub(super) fn survive_in_operations(engine: &Engine, driver: &str, on_paper: bool) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let dialect = Dialect::from_name(engine.kind()).ok_or("an engine without a name")?;
    let mut texts = texts();
    texts.truncate(COUNT / 2);
    if on_paper && engine.is_sqlite() {
        texts = texts.into_iter().map(|text| text.replace('\r', "")).collect();
    }
    let way = way_to(tables(&texts, dialect, engine.is_sqlite()), dialect)?;
    let spoken = way.steps.iter().filter(|step| step.operations.is_some()).count();
    if spoken * 4 < way.steps.len() {
        return Err(format!("only {spoken} of {} steps are operations", way.steps.len()).into());
    }
    let expected = {
        let database = Database::new(engine, folder.path(), "statements")?;
        for sql in way.statements() {
            database.execute(sql)?;
        }
        observe::observe(&database)?
    };
    let only = revision("aaaaaaaaaaaa", &[], vec![script(engine.kind(), way)]);
    let map = RevisionMap::new(vec![only]).map_err(|problems| format!("{problems:?}"))?;
    let project = Project::new(folder.path().join("alembic"))?;
    project.write(&map)?;
    let database = Database::new(engine, folder.path(), "operations")?;
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
    observe::compare("in operations", &observe::observe(&database)?, &expected)
}
