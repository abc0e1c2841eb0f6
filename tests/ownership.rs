//! Parts of a database that are other teams' are left alone, and what nobody manages is named.

#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};

use support::engine::{Database, Engine, engines_of_the_day};
use support::observe;
use support::program::{Ran, reconcile};

type Story = fn(&World<'_>) -> Result<(), Failed>;

const STORIES: &[(&str, Story)] = &[
    ("what-is-ignored-is-left-alone", what_is_ignored_is_left_alone),
    ("what-rests-on-it-is-named", what_rests_on_it_is_named),
    ("a-key-to-what-is-ignored", a_key_to_what_is_ignored),
    ("declaring-it-is-an-error", declaring_it_is_an_error),
    ("a-kind-that-is-none-is-an-error", a_kind_that_is_none_is_an_error),
    ("strict", strict),
];

const OURS: &str = "table users {
    column id bigint
    column email text
    primary-key id
}
";

const THEIRS: &str = "CREATE TABLE legacy_orders (id bigint PRIMARY KEY, note text);
CREATE INDEX legacy_orders_note ON legacy_orders (note);
CREATE VIEW legacy_report AS SELECT id FROM legacy_orders;
INSERT INTO legacy_orders VALUES (1, 'kept');";

fn main() {
    let arguments = Arguments::from_args();
    let (running, missing) = engines_of_the_day();
    let mut trials = Vec::new();
    for engine in &running {
        for (name, story) in STORIES {
            let engine = engine.clone();
            trials.push(Trial::test(format!("{name}::{}", engine.name), move || {
                let folder = tempfile::tempdir()?;
                story(&World::new(&engine, folder.path())?)
            }));
        }
    }
    for (engine, reason) in &missing {
        let trial = Trial::test(format!("all::{engine}"), || Ok(()));
        trials.push(trial.with_kind(*reason).with_ignored_flag(true));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

struct World<'a> {
    folder: &'a Path,
    database: Database<'a>,
}

impl<'a> World<'a> {
    fn new(engine: &'a Engine, folder: &'a Path) -> Result<Self, Failed> {
        std::fs::create_dir(folder.join("schema"))?;
        let world = Self {
            folder,
            database: Database::new(engine, folder, "owned")?,
        };
        world.declare(OURS)?;
        Ok(world)
    }

    fn declare(&self, text: &str) -> Result<(), Failed> {
        Ok(std::fs::write(self.folder.join("schema/all.kdl"), text)?)
    }

    fn settings(&self, text: &str) -> Result<(), Failed> {
        Ok(std::fs::write(self.folder.join("reconcile.kdl"), text)?)
    }

    fn run(&self, arguments: &[&str]) -> Result<Ran, Failed> {
        let url = ["--url", &self.database.url];
        reconcile(self.folder, &[arguments, &url].concat())
    }

    fn in_sync(&self, purpose: &str) -> Result<(), Failed> {
        let arguments = [
            "diff",
            "--from",
            &self.database.url,
            "--to",
            "schema",
            "--exit-code",
        ];
        reconcile(self.folder, &arguments)?.exits(0, purpose).map(drop)
    }
}

fn words(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn what_is_ignored_is_left_alone(world: &World<'_>) -> Result<(), Failed> {
    world.settings("ignore {\n    table \"legacy_*\"\n    view \"*_report\"\n}\n")?;
    world.database.execute(THEIRS)?;
    let theirs = observe::observe(&world.database)?;
    world.run(&["apply", "--yes"])?.exits(0, "apply")?;
    world.in_sync("nothing differs")?;
    let after = observe::observe(&world.database)?;
    if let Some(gone) = theirs.iter().find(|fact| !after.contains(fact)) {
        return Err(format!("what is ignored was changed: {gone}").into());
    }
    let note = world.database.value("SELECT note FROM legacy_orders")?;
    if note != "kept" {
        return Err(format!("a row of what is ignored: {note}").into());
    }
    let inspected = world.run(&["inspect"])?.exits(0, "inspect")?;
    if inspected.stdout.contains("legacy") || !inspected.stdout.contains("users") {
        return Err(format!("inspect writes\n{}", inspected.stdout).into());
    }
    let down = world.run(&["downgrade", "base", "--yes", "--allow-destructive"])?;
    down.exits(0, "downgrade")?;
    world
        .run(&["upgrade", "head", "--yes"])?
        .exits(0, "upgrade again")?;
    let note = world.database.value("SELECT note FROM legacy_orders")?;
    if note != "kept" {
        return Err(format!("a row of what is ignored, after the way down and up: {note}").into());
    }
    world.settings("")?;
    let refused = world.run(&["plan", "-m", "without the pattern"])?;
    let said = "table legacy_orders is there, and is not part of the chain";
    refused
        .exits(2, "without the pattern it is nobody's")?
        .says(&words(&[said]), "the refusal")
        .map(drop)
}

fn what_rests_on_it_is_named(world: &World<'_>) -> Result<(), Failed> {
    world.settings("ignore {\n    table \"legacy_*\"\n}\n")?;
    world.database.execute(THEIRS)?;
    let plan = world.run(&["plan", "-m", "users"])?.exits(0, "plan")?;
    plan.says(
        &words(&[
            "view legacy_report is not managed: it rests on",
            "which is ignored",
        ]),
        "the plan",
    )
    .map(drop)
}

/// PostgreSQL leaves it alone; on SQLite it is in the text of the table that refers.
fn a_key_to_what_is_ignored(world: &World<'_>) -> Result<(), Failed> {
    world.settings("ignore {\n    table \"legacy_*\"\n    view \"*\"\n}\n")?;
    world.database.execute(THEIRS)?;
    world.database.execute(
        "CREATE TABLE users (id bigint NOT NULL, email text NOT NULL, CONSTRAINT users_pkey PRIMARY KEY (id), \
         CONSTRAINT users_legacy_fkey FOREIGN KEY (id) REFERENCES legacy_orders (id))",
    )?;
    let diff = [
        "diff",
        "--from",
        &world.database.url,
        "--to",
        "schema",
        "--exit-code",
    ];
    let ran = reconcile(world.folder, &diff)?;
    let (status, said) = if world.database.engine.is_sqlite() {
        (
            2,
            "table users refers to table legacy_orders, which reconcile.kdl ignores",
        )
    } else {
        (0, "foreign key users.users_legacy_fkey is not managed")
    };
    ran.exits(status, "diff")?.says(&words(&[said]), "diff").map(drop)
}

fn declaring_it_is_an_error(world: &World<'_>) -> Result<(), Failed> {
    world.settings("ignore {\n    table \"u*\"\n}\n")?;
    let refused = world.run(&["plan", "-m", "users"])?.exits(2, "plan")?;
    refused
        .says(
            &words(&["RC0608", "table users is declared", "all.kdl:1:1"]),
            "the refusal",
        )
        .map(drop)
}

fn a_kind_that_is_none_is_an_error(world: &World<'_>) -> Result<(), Failed> {
    world.settings("ignore {\n    tabel \"u*\"\n}\n")?;
    let refused = world.run(&["plan", "-m", "users"])?.exits(2, "plan")?;
    refused
        .says(
            &words(&["unknown kind `tabel`", "did you mean `table`?", "reconcile.kdl:2"]),
            "the refusal",
        )
        .map(drop)
}

/// SQLite has no objects of kinds that are not managed but virtual tables.
fn strict(world: &World<'_>) -> Result<(), Failed> {
    let (statement, pattern, said) = if world.database.engine.is_sqlite() {
        (
            "CREATE VIRTUAL TABLE found USING fts5(text)",
            "table",
            "table found",
        )
    } else {
        (
            "CREATE CONVERSION found FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
            "conversion",
            "conversion found",
        )
    };
    world.database.execute(statement)?;
    let refused = world
        .run(&["plan", "-m", "users", "--strict"])?
        .exits(2, "plan --strict")?;
    refused.says(&words(&["RC0609", said]), "the refusal")?;
    world.settings(&format!("ignore {{\n    {pattern} found\n}}\n"))?;
    let plan = world
        .run(&["plan", "-m", "users", "--strict"])?
        .exits(0, "what is ignored by name")?;
    let all = format!("{}{}", plan.stdout, plan.stderr);
    (!all.contains(said)).then_some(()).ok_or_else(|| all.into())
}
