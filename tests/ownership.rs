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
    (
        "whatever-is-not-managed-is-named-and-kept",
        whatever_is_not_managed_is_named_and_kept,
    ),
    ("a-view-over-what-is-not-managed", a_view_over_what_is_not_managed),
    (
        "what-is-observed-is-built-on-and-never-changed",
        what_is_observed_is_built_on_and_never_changed,
    ),
    (
        "what-the-chain-made-can-be-handed-over",
        what_the_chain_made_can_be_handed_over,
    ),
    (
        "what-was-handed-over-had-another-name",
        what_was_handed_over_had_another_name,
    ),
    (
        "what-is-observed-and-differs-is-told",
        what_is_observed_and_differs_is_told,
    ),
    (
        "what-is-observed-and-in-the-way-is-named",
        what_is_observed_and_in_the_way_is_named,
    ),
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

/// One of each kind for which there is no declaration. No server at hand takes a security label: its row is written by hand.
const STRANGE: &str =
    "CREATE FUNCTION to_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'textsend';
CREATE TYPE pair AS (a int, b int);
CREATE TRANSFORM FOR pair LANGUAGE plpgsql (FROM SQL WITH FUNCTION to_sql(internal));
CREATE LANGUAGE tongue HANDLER plpgsql_call_handler;
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE CONVERSION turned FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE SUBSCRIPTION told CONNECTION 'dbname=nowhere password=hidden' PUBLICATION p WITH (connect = false);
SET allow_system_table_mods = on;
INSERT INTO pg_seclabel VALUES ('pair'::regtype, 'pg_type'::regclass, 0, 'guard', 'secret');";

fn whatever_is_not_managed_is_named_and_kept(world: &World<'_>) -> Result<(), Failed> {
    if world.database.engine.is_sqlite() {
        return Ok(());
    }
    world.declare(&format!(
        "{OURS}composite pair {{\n    attribute a integer\n    attribute b integer\n}}\n"
    ))?;
    world.database.execute(STRANGE)?;
    let found = strange_is_named(world);
    // A database with a subscription, or with a label whose provider nobody knows, cannot be dropped.
    world.database.execute(
        "ALTER SUBSCRIPTION told DISABLE; ALTER SUBSCRIPTION told SET (slot_name = NONE); DROP SUBSCRIPTION told; \
         SET allow_system_table_mods = on; DELETE FROM pg_seclabel WHERE provider = 'guard'",
    )?;
    found
}

fn strange_is_named(world: &World<'_>) -> Result<(), Failed> {
    let names = [
        "internal function to_sql(internal)",
        "transform for public.pair in plpgsql",
        "language tongue",
        "access method heap_too",
        "conversion turned",
        "subscription told",
        "security label of guard on type public.pair",
    ];
    let said: Vec<String> = names
        .iter()
        .map(|name| format!("{name} is not managed"))
        .collect();
    let strict = world
        .run(&["plan", "-m", "users", "--strict"])?
        .exits(2, "plan --strict")?;
    if strict.stderr.matches("RC0609").count() < names.len() {
        return Err(format!("not every one is an error:\n{}", strict.stderr).into());
    }
    strict.says(&said, "plan --strict")?;
    for command in [
        &["inspect"][..],
        &["plan", "-m", "users"],
        &["apply", "--yes"],
        &["inspect"],
    ] {
        let ran = world
            .run(command)?
            .exits(0, command[0])?
            .says(&said, command[0])?;
        if format!("{}{}", ran.stdout, ran.stderr).contains("hidden") {
            return Err("what is in a connection is told".into());
        }
    }
    Ok(())
}

/// A scratch database has no virtual table, and who declares a view over one is not told that it is missing.
fn a_view_over_what_is_not_managed(world: &World<'_>) -> Result<(), Failed> {
    if !world.database.engine.is_sqlite() {
        return Ok(());
    }
    world
        .database
        .execute("CREATE VIRTUAL TABLE pages USING fts5(text)")?;
    world.declare(&format!(
        "{OURS}view found {{\n    as \"SELECT text FROM pages\"\n}}\n"
    ))?;
    world.run(&["apply", "--yes"])?.exits(0, "apply")?;
    world.in_sync("nothing is left to do")?;
    world.declare(&format!(
        "{OURS}view found {{\n    as \"SELECT text FROM page\"\n}}\n"
    ))?;
    let refused = world.run(&["plan", "-m", "wrong"])?.exits(2, "another name")?;
    let said = [
        "SQLite takes view found, and cannot use it: no such table: main.page",
        "all.kdl:6:1",
    ];
    refused.says(&words(&said), "the refusal").map(drop)
}

/// What another team owns, and what this project declares of it.
const BILLING: &str =
    "CREATE TABLE billing_customers (id bigint PRIMARY KEY, name varchar(40) NOT NULL, internal text);
INSERT INTO billing_customers VALUES (1, 'kept', 'x');";
const OBSERVED: &str = "observe {\n    table \"billing_*\"\n}\n";
const BUILT_ON_IT: &str = "table billing_customers {
    column id bigint
    column name \"varchar(40)\"
    primary-key id
}
table users {
    column id bigint
    column customer_id bigint nullable
    primary-key id
    foreign-key customer_id references=billing_customers
    index customer_id
}
view names {
    as \"SELECT users.id, c.name FROM users JOIN billing_customers c ON c.id = users.customer_id\"
}
";

fn what_is_observed_is_built_on_and_never_changed(world: &World<'_>) -> Result<(), Failed> {
    world.settings(OBSERVED)?;
    world.declare(BUILT_ON_IT)?;
    let url = &world.database.url;
    let missing = world.run(&["plan", "-m", "before it is there"])?;
    missing.exits(2, "it is not there")?.says(
        &words(&[
            "billing_customers is observed, and is not in the database",
            "all.kdl:1",
        ]),
        "what is missing",
    )?;
    world.database.execute(BILLING)?;
    let applied = world.run(&["apply", "--yes"])?.exits(0, "apply")?;
    if applied.stdout.contains("create table billing_customers") {
        return Err(format!("the plan makes what is observed:\n{}", applied.stdout).into());
    }
    let check = reconcile(world.folder, &["check", "--url", url])?;
    check.exits(
        0,
        "the chain holds on a scratch database, where nobody else makes the table",
    )?;
    // Its owner goes on with it, and neither a plan nor a deploy minds.
    world
        .database
        .execute("ALTER TABLE billing_customers ADD COLUMN since date")?;
    world.in_sync("what nobody declared was added")?;
    world.declare(&BUILT_ON_IT.replace(
        "    index customer_id\n",
        "    column at date nullable\n    index customer_id\n",
    ))?;
    world.run(&["apply", "--yes"])?.exits(0, "a second plan")?;
    let down = world.run(&["downgrade", "base", "--yes", "--allow-destructive"])?;
    down.exits(0, "downgrade")?;
    world
        .run(&["upgrade", "head", "--yes"])?
        .exits(0, "upgrade again")?;
    let name = world.database.value("SELECT name FROM billing_customers")?;
    if name != "kept" {
        return Err(format!("a row of what is observed: {name}").into());
    }
    Ok(())
}

fn what_is_observed_and_differs_is_told(world: &World<'_>) -> Result<(), Failed> {
    world.settings(OBSERVED)?;
    world.declare(&BUILT_ON_IT.replace("varchar(40)", "varchar(80)"))?;
    world.database.execute(BILLING)?;
    let applied = world.run(&["apply", "--yes"])?.exits(0, "apply")?;
    let said = "column billing_customers.name has data type";
    applied.says(&words(&[said]), "the difference")?;
    let again = world.run(&["plan", "-m", "again"])?;
    again
        .exits(0, "nothing else differs")?
        .says(&words(&[said]), "it is told as long as it is so")?;
    world.declare(&BUILT_ON_IT.replace(
        "table billing_customers {",
        "table billing_customers was=customers {",
    ))?;
    let renamed = world.run(&["plan", "-m", "renamed"])?;
    let said = "billing_customers is renamed here, and reconcile.kdl only observes it";
    renamed
        .exits(2, "not ours to rename")?
        .says(&words(&[said]), "the refusal")
        .map(drop)
}

fn what_is_observed_and_in_the_way_is_named(world: &World<'_>) -> Result<(), Failed> {
    world.settings("observe {\n    view \"theirs_*\"\n}\n")?;
    world.run(&["apply", "--yes"])?.exits(0, "apply")?;
    world
        .database
        .execute("CREATE VIEW theirs_report AS SELECT id, email FROM users")?;
    world.in_sync("their view is nobody's business")?;
    if world.database.url.starts_with("sqlite") {
        return Ok(());
    }
    world.declare(&OURS.replace("column email text", "column email \"varchar(90)\""))?;
    let refused = world.run(&["plan", "-m", "retype", "--allow-rewrite"])?;
    let said = "the plan would have to change view theirs_report, which reconcile.kdl only observes";
    refused
        .exits(2, "their view is in the way")?
        .says(&words(&[said]), "the refusal")
        .map(drop)
}

fn what_the_chain_made_can_be_handed_over(world: &World<'_>) -> Result<(), Failed> {
    world.declare(BUILT_ON_IT)?;
    world.run(&["apply", "--yes"])?.exits(0, "apply")?;
    world.settings(OBSERVED)?;
    world.declare(&BUILT_ON_IT.replace(
        "    index customer_id\n",
        "    column at date nullable\n    index customer_id\n",
    ))?;
    world
        .run(&["apply", "--yes"])?
        .exits(0, "a plan after it is handed over")?;
    world.in_sync("nothing is left to do")?;
    world
        .run(&["check"])?
        .exits(0, "the revision of before still does what it says")
        .map(drop)
}

/// One table is renamed and then handed over, another one later: revisions of three ages, all of which go on to hold, here and on
/// a database that begins anew.
fn what_was_handed_over_had_another_name(world: &World<'_>) -> Result<(), Failed> {
    let first = BUILT_ON_IT.replace("billing_customers", "customers");
    let audit = "table audit {\n    column id bigint\n    column note text nullable\n    primary-key id\n}\n";
    let plan = |text: &str, purpose: &str| -> Result<(), Failed> {
        world.declare(text)?;
        world.run(&["apply", "--yes"])?.exits(0, purpose).map(drop)
    };
    plan(&format!("{first}{audit}"), "the first state")?;
    let renamed = BUILT_ON_IT.replace(
        "table billing_customers {",
        "table billing_customers was=customers {",
    );
    plan(&format!("{renamed}{audit}"), "renamed")?;
    world.settings(OBSERVED)?;
    let more = "    column at date nullable\n    index customer_id\n";
    let second = BUILT_ON_IT.replace("    index customer_id\n", more);
    plan(&format!("{second}{audit}"), "after the first was handed over")?;
    world.settings("observe {\n    table \"billing_*\"\n    table audit\n}\n")?;
    let third = second.replace(
        "column at date nullable",
        "column at date nullable\n    column since date nullable",
    );
    plan(&format!("{third}{audit}"), "after the second was handed over")?;
    world.in_sync("nothing is left to do")?;
    let steps: [(&[&str], &str); 4] = [
        (&["check"], "every revision does what it says"),
        (
            &["downgrade", "base", "--yes", "--allow-destructive"],
            "all the way down",
        ),
        (&["upgrade", "head", "--yes"], "all the way up"),
        (&["status", "--exit-code"], "and nothing drifted"),
    ];
    for (command, purpose) in steps {
        let ran = world.run(command)?.exits(0, purpose)?;
        let all = format!("{}{}", ran.stdout, ran.stderr);
        if all.contains("not in the state that was planned") {
            return Err(all.into());
        }
    }
    Ok(())
}
