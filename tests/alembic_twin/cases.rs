//! Every case folder, and renames in two phases: what our own `apply` does, the twins do under Alembic, up and down, online and offline, in Alembic's
//! operations as in plain statements.

use std::path::Path;

use libtest_mimic::Failed;
use reconcile::revision::RevisionMap;

use super::offline;
use super::project::{Manner, Project, USUAL};
use crate::support::case::Case;
use crate::support::engine::{Database, Engine};
use crate::support::observe::{self, Rows};
use crate::support::program::reconcile;

/// What an outside observer says, and the rows.
struct Seen {
    facts: Vec<String>,
    rows: Rows,
}

impl Seen {
    fn of(database: &Database<'_>) -> Result<Self, Failed> {
        Ok(Self {
            facts: observe::observe(database)?,
            rows: observe::rows(database)?,
        })
    }

    fn is(&self, what: &str, expected: &Self) -> Result<(), Failed> {
        observe::compare(what, &self.facts, &expected.facts)?;
        observe::survive(what, &expected.rows, &self.rows, |_, _| false)?;
        observe::survive(what, &self.rows, &expected.rows, |_, _| false)
    }
}

/// The settings under which `apply` writes twins by itself.
const SETTINGS: &str = "chain \"alembic\"\n";
const INI: &str = "[alembic]\nscript_location = %(here)s/alembic\n";

/// The chain that `apply` wrote, and what it left at its stages.
struct Ours {
    map: RevisionMap,
    /// The last revision before the rows were put in.
    first: Option<String>,
    before: Seen,
    after: Seen,
    down: Option<Seen>,
    /// The way back, as both tools are told it.
    back: &'static str,
}

fn ours(case: &Case, database: &Database<'_>, folder: &Path, phases: bool) -> Result<Ours, Failed> {
    let run = |words: &[&str], state: &str| {
        let schema = case.declarations(state);
        let schema = schema.to_string_lossy();
        let common = [
            "--url",
            &database.url,
            "--schema",
            &schema,
            "--plans",
            "plans",
            "--yes",
            "--allow-destructive",
        ];
        reconcile(folder, &[words, &common].concat())?.exits(0, &words.join(" "))
    };
    let plans = folder.join("plans");
    let load = || RevisionMap::load(&plans).map_err(|problems| Failed::from(format!("{problems:?}")));
    run(&["apply"], "before")?;
    let first = load()?.in_order().last().map(|revision| revision.id.clone());
    if let Some(seed) = case.seed() {
        database.execute(&seed)?;
    }
    let before = Seen::of(database)?;
    let back = if phases {
        run(&["apply", "--expand"], "after")?;
        run(&["apply", "--contract"], "after")?;
        "-2"
    } else {
        run(&["apply"], "after")?;
        "-1"
    };
    let after = Seen::of(database)?;
    let down = if case.one_way {
        None
    } else {
        run(&["downgrade", back], "after")?;
        Some(Seen::of(database)?)
    };
    Ok(Ours {
        map: load()?,
        first,
        before,
        after,
        down,
        back,
    })
}

/// Brings an empty database to the state before, with Alembic.
fn begin(case: &Case, database: &Database<'_>, (ours, project): Made<'_>) -> Result<(), Failed> {
    if let Some(first) = &ours.first {
        project
            .run(database, "upgrade", first, USUAL)?
            .succeeds("upgrade to the state before")?;
    }
    if let Some(seed) = case.seed() {
        database.execute(&seed)?;
    }
    let rows = observe::rows(database)?;
    observe::survive("the rows before", &ours.before.rows, &rows, |_, _| false)
}

type Made<'a> = (&'a Ours, &'a Project);

pub(super) fn run(case: &Case, engine: &Engine, phases: bool) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let mut database = Database::new(engine, folder, "ours")?;
    let operations = Project::new(folder.join("alembic"))?;
    std::fs::write(folder.join("alembic.ini"), INI)?;
    case.configure(folder, SETTINGS)?;
    let ours = ours(case, &database, folder, phases)?;
    let made = (&ours, &operations);
    let statements = Project::new(folder.join("statements"))?;
    statements.write(&ours.map)?;
    database = Database::new(engine, folder, "online")?;
    begin(case, &database, made)?;
    online(case, &database, &ours, (&operations, &statements))?;
    let program = offline::program(engine).filter(|_| engine.is_sqlite() || is_told_offline(case));
    if let Some(program) = program {
        database = Database::new(engine, folder, "offline")?;
        begin(case, &database, made)?;
        printed(&program, &database, made)?;
    }
    Ok(())
}

/// A server takes its time, and offline nothing is different but the printing.
fn is_told_offline(case: &Case) -> bool {
    let area = case.name.split("::").next().unwrap_or_default();
    ["enum", "function", "mixed", "names", "rows", "trigger"].contains(&area)
}

/// What Alembic left is the state that the revision leads to, by our own introspection.
fn at_the_head(case: &Case, database: &Database<'_>, project: &Project) -> Result<(), Failed> {
    let schema = case.declarations("after");
    let schema = schema.to_string_lossy();
    let words = [
        "status",
        "--exit-code",
        "--url",
        &database.url,
        "--schema",
        &schema,
    ];
    reconcile(project.root(), &words)?.exits(0, "status").map(drop)
}

/// Operations with the usual driver, then statements with an asynchronous one, and connections treated as some projects
/// do; a way without return is gone once, by operations.
fn online(
    case: &Case,
    database: &Database<'_>,
    ours: &Ours,
    (operations, statements): (&Project, &Project),
) -> Result<(), Failed> {
    let (driver, connection) = if database.engine.is_sqlite() {
        ("aiosqlite", "foreign_keys")
    } else {
        ("asyncpg", "per_migration")
    };
    let up = |project: &Project, manner: Manner<'_>, what: &str| {
        project.run(database, "upgrade", "head", manner)?.succeeds(what)
    };
    let down = |project: &Project, what: &str| {
        let manner = Manner { connection, ..USUAL };
        project
            .run(database, "downgrade", ours.back, manner)?
            .succeeds(what)
    };
    up(operations, USUAL, "upgrade head")?;
    Seen::of(database)?.is("after upgrade head", &ours.after)?;
    at_the_head(case, database, operations)?;
    let Some(before) = &ours.down else {
        return Ok(());
    };
    down(operations, "downgrade")?;
    Seen::of(database)?.is("after downgrade", before)?;
    up(
        statements,
        Manner { driver, ..USUAL },
        "upgrade head in statements",
    )?;
    // A row that a downgrade has lost does not come back.
    observe::compare(
        "after upgrade head in statements",
        &observe::observe(database)?,
        &ours.after.facts,
    )?;
    down(statements, "downgrade in statements")?;
    observe::compare(
        "after downgrade in statements",
        &observe::observe(database)?,
        &before.facts,
    )
}

/// What Alembic prints with `--sql`, through the engine's own program.
fn printed(program: &str, database: &Database<'_>, (ours, project): Made<'_>) -> Result<(), Failed> {
    let on_paper = Manner {
        offline: true,
        ..USUAL
    };
    let first = ours.first.as_deref().unwrap_or("base");
    let up = project
        .run(database, "upgrade", &format!("{first}:head"), on_paper)?
        .succeeds("upgrade --sql")?;
    offline::feed(program, database, &up.output)?;
    Seen::of(database)?.is("after upgrade --sql", &ours.after)?;
    let Some(down) = &ours.down else {
        return Ok(());
    };
    let last = ours.map.in_order().last().map(|revision| revision.id.clone());
    let last = last.unwrap_or_default();
    let back = project
        .run(database, "downgrade", &format!("{last}:{first}"), on_paper)?
        .succeeds("downgrade --sql")?;
    offline::feed(program, database, &back.output)?;
    Seen::of(database)?.is("after downgrade --sql", down)
}
