//! What is set aside instead of being dropped comes back whole, is in nobody's way, and goes when its time is over.
//!
//! Two parts. Every case of `tests/cases` that would lose something is taken up, down and up again under quarantine, and then
//! purged: nothing needs a flag, nothing is lost on the way back, and nothing is left at the end. And stories of what people do
//! meanwhile.

#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};

use support::case::{Case, folders};
use support::engine::{Database, Engine, engines_of_the_day};
use support::observe;
use support::program::{Ran, reconcile};

/// The day of the first plans.
const NOW: &str = "2026-11-21T09:30:00Z";
/// The last moment at which what was set aside then is kept, and the first at which it may go.
const BEFORE_DUE: &str = "2026-12-20T23:59:59Z";
const DUE: &str = "2026-12-21T00:00:00Z";

const POLICY: &str = "policy {\n    drop \"quarantine\" keep=\"30d\"\n}\n";

type Story = fn(&World<'_>) -> Result<(), Failed>;

const STORIES: &[(&str, Story)] = &[
    ("the-living-are-not-disturbed", the_living_are_not_disturbed),
    ("declared-again", declared_again),
    (
        "declared-again-as-something-else",
        declared_again_as_something_else,
    ),
    ("names-are-free-again", names_are_free_again),
    ("nobody-stumbles", nobody_stumbles),
    ("goes-when-it-is-due", goes_when_it_is_due),
    ("without-the-policy", without_the_policy),
    ("long-names", long_names),
    ("a-rename-is-still-asked-about", a_rename_is_still_asked_about),
    (
        "a-rename-of-what-is-inherited-is-asked-about-once",
        a_rename_of_what_is_inherited_is_asked_about_once,
    ),
];

fn main() {
    let arguments = Arguments::from_args();
    let (running, missing) = engines_of_the_day();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut trials = Vec::new();
    for engine in &running {
        for (name, story) in STORIES {
            let engine = engine.clone();
            let title = format!("{name}::{}", engine.name);
            trials.push(Trial::test(title, move || {
                let folder = tempfile::tempdir()?;
                story(&World::new(&engine, folder.path())?)
            }));
        }
        for (name, folder) in folders(&root) {
            trials.extend(
                Case::read(&folder, &name, engine)
                    .ok()
                    .filter(loses_tables_or_columns)
                    .map(|case| {
                        let engine = engine.clone();
                        Trial::test(format!("cases::{name}::{}", engine.name), move || {
                            let folder = tempfile::tempdir()?;
                            up_down_and_purged(&case, &World::new(&engine, folder.path())?)
                        })
                    }),
            );
        }
    }
    for (engine, _) in &missing {
        trials.push(Trial::test(format!("all::{engine}"), || Ok(())).with_ignored_flag(true));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Declared rows are not set aside: nobody could tell them from others.
fn loses_tables_or_columns(case: &Case) -> bool {
    case.allow_destructive && case.expect_error.is_none() && !case.name.starts_with("rows::")
}

/// Runs the program at a time.
fn reconcile_at(folder: &Path, now: &str, arguments: &[&str]) -> Result<Ran, Failed> {
    reconcile(
        folder,
        &[&[format!("RECONCILE_NOW={now}").as_str()], arguments].concat(),
    )
}

/// A project with a database.
struct World<'a> {
    folder: &'a Path,
    database: Database<'a>,
}

impl<'a> World<'a> {
    fn new(engine: &'a Engine, folder: &'a Path) -> Result<Self, Failed> {
        std::fs::write(folder.join("reconcile.kdl"), POLICY)?;
        Ok(Self {
            folder,
            database: Database::new(engine, folder, "app")?,
        })
    }

    fn run(&self, now: &str, arguments: &[&str]) -> Result<Ran, Failed> {
        let all = [arguments, &["--url", &self.database.url]].concat();
        reconcile_at(self.folder, now, &all)
    }

    fn declare(&self, text: &str) -> Result<(), Failed> {
        std::fs::create_dir_all(self.folder.join("schema"))?;
        Ok(std::fs::write(self.folder.join("schema/all.kdl"), text)?)
    }

    /// Declares and applies; says what was said.
    fn apply(&self, now: &str, text: &str) -> Result<Ran, Failed> {
        self.declare(text)?;
        self.run(now, &["apply", "--yes"])?.exits(0, "apply")
    }

    fn value(&self, sql: &str, expected: &str) -> Result<(), Failed> {
        let found = self.database.value(sql)?;
        if found == expected {
            return Ok(());
        }
        Err(format!("{sql}: {found}, not {expected}").into())
    }

    fn diff(&self, now: &str, path: &Path, status: i32, purpose: &str) -> Result<Ran, Failed> {
        let path = path.to_string_lossy();
        let from = self.database.url.as_str();
        reconcile_at(
            self.folder,
            now,
            &["diff", "--from", from, "--to", &path, "--exit-code"],
        )?
        .exits(status, purpose)
    }
}

/// A case that loses something: nothing is lost, and in the end nothing is left.
fn up_down_and_purged(case: &Case, world: &World<'_>) -> Result<(), Failed> {
    if !world.database.engine.is_sqlite() && world.database.engine.pg_dump.is_none() {
        return Ok(());
    }
    up_and_down(case, world)?;
    purged(case, world)
}

/// Applies a state of a case.
fn apply_case(case: &Case, world: &World<'_>, now: &str, state: &str, more: &[&str]) -> Result<Ran, Failed> {
    let schema = case.declarations(state);
    let schema = schema.to_string_lossy();
    let arguments = [&["apply", "--yes", "--schema", &schema, "--plans", "plans"], more].concat();
    world.run(now, &arguments)
}

fn up_and_down(case: &Case, world: &World<'_>) -> Result<(), Failed> {
    let apply = |state: &str, more: &[&str]| apply_case(case, world, NOW, state, more);
    apply("before", &[])?.exits(0, "apply before.kdl")?;
    let before = observe::observe(&world.database)?;
    if let Some(seed) = case.seed() {
        world.database.execute(&seed)?;
    }
    let seeded = observe::rows(&world.database)?;
    let up = apply("after", &[])?;
    let asks = ["RC0546", "RC0635"].iter().any(|code| up.stderr.contains(code));
    let up = if asks {
        apply("after", &["--allow-destructive"])?.exits(0, "apply after.kdl, told that something is lost")?
    } else {
        up.exits(0, "apply after.kdl without a flag")?
    };
    let mut again = vec!["upgrade", "head", "--yes"];
    if up.stderr.contains("RC0635") {
        again.push("--allow-destructive");
    }
    let declared = case.declarations("after");
    world.diff(BEFORE_DUE, &declared, 0, "nothing differs from after.kdl")?;
    let inspected = world.run(NOW, &["inspect"])?.exits(0, "inspect")?.stdout;
    if inspected.contains("_rcn_") {
        return Err(format!("inspect shows what is set aside:\n{inspected}").into());
    }
    let after = observe::observe(&world.database)?;
    let rows = observe::rows(&world.database)?;
    // What is new goes on the way back.
    world
        .run(NOW, &["downgrade", "-1", "--yes", "--allow-destructive"])?
        .exits(0, "downgrade")?;
    let found = observe::observe(&world.database)?;
    observe::compare("after the way down", &found, &before)?;
    // What a conversion or a backfill changes is another thing than what is set aside.
    let converted = |table: &str, column: Option<&str>| {
        let kept = |name: &str| format!("_rcn_20261221_{name}");
        let is_kept = match column {
            Some(column) => rows.values().any(|table| table.columns.contains(&kept(column))),
            None => rows.contains_key(&kept(table)),
        };
        case.is_lost(table, column) && !is_kept
    };
    let back = observe::rows(&world.database)?;
    observe::survive("after the way down", &seeded, &back, converted)?;
    world.run(NOW, &again)?.exits(0, "upgrade again")?;
    let found = observe::observe(&world.database)?;
    observe::compare("after the second way up", &found, &after)?;
    let again = observe::rows(&world.database)?;
    observe::survive("after the second way up", &rows, &again, converted)
}

/// Nothing happens before the day, and on the day nothing is left of what was set aside.
fn purged(case: &Case, world: &World<'_>) -> Result<(), Failed> {
    apply_case(case, world, BEFORE_DUE, "after", &[])?
        .exits(0, "apply before the day")?
        .says(&["Nothing to do".to_owned()], "the day before")?;
    // An empty schema is nobody's data, and its drop is to be allowed as ever.
    let more: &[&str] = match case.name.as_str() {
        "schema::drop" => &["--allow-destructive"],
        _ => &[],
    };
    apply_case(case, world, DUE, "after", more)?.exits(0, "purge without a flag")?;
    let direct = Database::new(world.database.engine, world.folder, "direct")?;
    let declared = case.declarations("after");
    let schema = declared.to_string_lossy();
    let arguments = [
        "apply",
        "--yes",
        "--url",
        &direct.url,
        "--plans",
        "direct",
        "--schema",
        &schema,
    ];
    reconcile_at(world.folder, NOW, &arguments)?.exits(0, "apply after.kdl to an empty database")?;
    let expected = observe::observe(&direct)?;
    observe::compare("after the purge", &observe::observe(&world.database)?, &expected)?;
    world.diff(DUE, &declared, 0, "nothing differs after the purge")?;
    Ok(())
}

const SHOP: &str = "
table customers {
    column id bigint
    column name text
    primary-key id
}
table orders {
    column id bigint
    column customer_id bigint
    column note text
    column total integer default=7
    primary-key id
    foreign-key customer_id references=customers
    unique note
    index total name=ix_total
}
";

const WITHOUT_NOTE: &str = "
table customers {
    column id bigint
    column name text
    primary-key id
}
table orders {
    column id bigint
    column customer_id bigint
    primary-key id
    foreign-key customer_id references=customers
}
";

const CUSTOMERS: &str = "
table customers {
    column id bigint
    column name text
    primary-key id
}
";

const ROWS: &str = "INSERT INTO customers VALUES (1, 'ann'), (2, 'bob');
INSERT INTO orders (id, customer_id, note, total) VALUES (10, 1, 'x', 3), (11, 2, 'y', 4);";

/// A shop with rows.
fn begin(world: &World<'_>) -> Result<(), Failed> {
    world.apply(NOW, SHOP)?;
    world.database.execute(ROWS)
}

fn the_living_are_not_disturbed(world: &World<'_>) -> Result<(), Failed> {
    begin(world)?;
    world.apply(NOW, WITHOUT_NOTE)?.says(
        &[
            "column note  set aside until 2026-12-21".to_owned(),
            "_rcn_20261221_note".to_owned(),
        ],
        "what is set aside",
    )?;
    // Nobody who writes now knows of the columns.
    world
        .database
        .execute("INSERT INTO orders (id, customer_id) VALUES (12, 1), (13, 1)")?;
    world.value(
        "SELECT count(*) FROM orders WHERE _rcn_20261221_note IS NULL",
        "2",
    )?;
    world.value("SELECT count(*) FROM orders WHERE _rcn_20261221_total = 7", "2")?;
    world.apply(NOW, CUSTOMERS)?;
    // The orders of a customer that goes are kept all the same.
    world.database.execute("DELETE FROM customers WHERE id = 2")?;
    world.value("SELECT count(*) FROM _rcn_20261221_orders", "4")?;
    // What came meanwhile is in the way of the constraints that come back, and that is said before anything is done.
    world
        .run(NOW, &["downgrade", "-1", "--yes"])?
        .exits(2, "a downgrade with an orphan")?;
    world.value("SELECT count(*) FROM _rcn_20261221_orders", "4")?;
    world
        .database
        .execute("INSERT INTO customers VALUES (2, 'bob')")?;
    world
        .run(NOW, &["downgrade", "-1", "--yes"])?
        .exits(0, "downgrade of the table")?;
    world.value("SELECT count(*) FROM orders", "4")?;
    world
        .run(NOW, &["downgrade", "-1", "--yes"])?
        .exits(2, "a downgrade with NULLs")?;
    world
        .database
        .execute("DELETE FROM orders WHERE _rcn_20261221_note IS NULL")?;
    world
        .run(NOW, &["downgrade", "-1", "--yes"])?
        .exits(0, "downgrade of the columns")?;
    world.value("SELECT note FROM orders WHERE id = 10", "x")?;
    world.declare(SHOP)?;
    world.diff(NOW, &world.folder.join("schema"), 0, "all is as it was")?;
    Ok(())
}

fn declared_again(world: &World<'_>) -> Result<(), Failed> {
    begin(world)?;
    world.apply(NOW, WITHOUT_NOTE)?;
    world
        .apply(NOW, SHOP)?
        .says(&["column note  taken back".to_owned()], "the columns come back")?;
    world.value("SELECT note FROM orders WHERE id = 10", "x")?;
    world.value("SELECT total FROM orders WHERE id = 11", "4")?;
    world.apply(NOW, CUSTOMERS)?;
    world.database.execute("INSERT INTO customers VALUES (3, 'cy')")?;
    world.apply(BEFORE_DUE, SHOP)?.says(
        &["table orders  taken back".to_owned(), "RC0633".to_owned()],
        "the table comes back",
    )?;
    world.value("SELECT sum(total) FROM orders", "7")?;
    world.diff(
        DUE,
        &world.folder.join("schema"),
        0,
        "all is as declared, and nothing is due",
    )?;
    world
        .run(NOW, &["downgrade", "-1", "--yes"])?
        .exits(0, "the way back sets it aside again")?;
    world.value("SELECT count(*) FROM _rcn_20261221_orders", "2")?;
    Ok(())
}

fn declared_again_as_something_else(world: &World<'_>) -> Result<(), Failed> {
    begin(world)?;
    world.apply(NOW, WITHOUT_NOTE)?;
    let number = WITHOUT_NOTE.replace(
        "column customer_id bigint",
        "column customer_id bigint\n    column note integer nullable",
    );
    world.apply(NOW, &number)?.says(
        &["RC0634".to_owned(), "another type".to_owned()],
        "what stays there",
    )?;
    world.value("SELECT count(*) FROM orders WHERE note IS NULL", "2")?;
    world.value("SELECT count(*) FROM orders WHERE _rcn_20261221_note = 'x'", "1")?;
    // A second one of the same day is told from the first.
    world.apply(NOW, WITHOUT_NOTE)?;
    world.value(
        "SELECT count(*) FROM orders WHERE _rcn_20261221b_note IS NULL",
        "2",
    )?;
    world.apply(NOW, CUSTOMERS)?;
    let other = format!("{CUSTOMERS}\ntable orders {{\n    column code text\n    primary-key code\n}}\n");
    world
        .apply(NOW, &other)?
        .says(&["RC0634".to_owned(), "other columns".to_owned()], "a new table")?;
    world.value("SELECT count(*) FROM orders", "0")?;
    world.value("SELECT count(*) FROM _rcn_20261221_orders", "2")?;
    world
        .run(NOW, &["downgrade", "base", "--yes", "--allow-destructive"])?
        .exits(0, "all the way back")?;
    Ok(())
}

fn names_are_free_again(world: &World<'_>) -> Result<(), Failed> {
    begin(world)?;
    let replaced = format!(
        "{CUSTOMERS}\ntable purchases {{\n    column code text\n    column sum integer\n    primary-key code name=orders_pkey\n    \
         unique sum name=orders_note_key\n    index sum name=ix_total\n}}\n"
    );
    world.apply(NOW, &replaced)?;
    world.diff(NOW, &world.folder.join("schema"), 0, "nothing differs")?;
    world
        .run(NOW, &["downgrade", "-1", "--yes", "--allow-destructive"])?
        .exits(0, "the way back")?;
    world.value("SELECT count(*) FROM orders", "2")?;
    world.declare(SHOP)?;
    world.diff(NOW, &world.folder.join("schema"), 0, "all is as it was")?;
    // The same in two steps: the names are taken when the new table is declared.
    world.apply(NOW, CUSTOMERS)?;
    world.apply(NOW, &replaced)?;
    world.diff(NOW, &world.folder.join("schema"), 0, "nothing differs")?;
    world.apply(DUE, &replaced)?;
    world.diff(
        DUE,
        &world.folder.join("schema"),
        0,
        "nothing differs after the purge",
    )?;
    Ok(())
}

fn nobody_stumbles(world: &World<'_>) -> Result<(), Failed> {
    begin(world)?;
    world.apply(NOW, WITHOUT_NOTE)?;
    world.apply(NOW, CUSTOMERS)?;
    world
        .run(NOW, &["status", "--exit-code"])?
        .exits(0, "nothing is to be done")?
        .says(
            &["in quarantine: table _rcn_20261221_orders until 2026-12-21".to_owned()],
            "status",
        )?;
    let json = world
        .run(NOW, &["status", "--format", "json"])?
        .exits(0, "status for programs")?;
    json.says(
        &[
            "\"was\": \"orders\"".to_owned(),
            "\"until\": \"2026-12-21\"".to_owned(),
        ],
        "status for programs",
    )?;
    for now in [NOW, DUE] {
        world.run(now, &["check"])?.exits(0, "check")?;
    }
    world
        .run(NOW, &["plan", "-m", "nothing"])?
        .says(&["Nothing differs".to_owned()], "plan")?;
    let more = format!("{CUSTOMERS}\ntable others {{\n    column id bigint\n    primary-key id\n}}\n");
    world.apply(NOW, &more)?.says(
        &["note[RC0632]: in quarantine: table _rcn_20261221_orders".to_owned()],
        "a plan",
    )?;
    world.run(NOW, &["lint"])?.exits(0, "lint")?;
    world.run(NOW, &["squash", "base:head"])?.exits(0, "squash")?;
    world
        .run(DUE, &["check"])?
        .exits(0, "check of what was squashed")?;
    world
        .run(NOW, &["downgrade", "base", "--yes", "--allow-destructive"])?
        .exits(0, "all the way back")?;
    world
        .run(NOW, &["upgrade", "head", "--yes"])?
        .exits(0, "and up again")?;
    world.diff(NOW, &world.folder.join("schema"), 0, "nothing differs")?;
    // The other way round: a folder knows of no quarantine.
    let url = world.database.url.as_str();
    reconcile_at(
        world.folder,
        NOW,
        &["diff", "--from", "schema", "--to", url, "--exit-code"],
    )?
    .exits(0, "the database has nothing that is not declared")?;
    Ok(())
}

fn goes_when_it_is_due(world: &World<'_>) -> Result<(), Failed> {
    begin(world)?;
    world.apply(NOW, WITHOUT_NOTE)?;
    world
        .run(BEFORE_DUE, &["apply", "--yes"])?
        .says(&["Nothing to do".to_owned()], "the day before")?;
    let plan = world.run(DUE, &["plan", "-m", "purge"])?.exits(0, "plan")?;
    let plan = plan.says(&["agreed to when it was set aside".to_owned()], "what is lost")?;
    if plan.stderr.contains("--allow-destructive") {
        return Err(format!("a flag is asked for:\n{}", plan.stderr).into());
    }
    world
        .run(DUE, &["apply", "--yes", "--frozen"])?
        .exits(0, "the purge needs no flag")?
        .says(&["_rcn_20261221_note".to_owned()], "what is lost is said again")?;
    world.diff(DUE, &world.folder.join("schema"), 0, "nothing is left")?;
    world.run(DUE, &["status"])?.exits(0, "status")?;
    // Back past the purge: the columns are there again, and empty.
    world
        .run(DUE, &["downgrade", "-1", "--yes"])?
        .exits(0, "back past the purge")?;
    world.value(
        "SELECT count(*) FROM orders WHERE _rcn_20261221_note IS NULL",
        "2",
    )?;
    Ok(())
}

fn without_the_policy(world: &World<'_>) -> Result<(), Failed> {
    begin(world)?;
    world.apply(NOW, WITHOUT_NOTE)?;
    std::fs::write(world.folder.join("reconcile.kdl"), "")?;
    world
        .run(NOW, &["apply", "--yes"])?
        .exits(0, "apply")?
        .says(&["Nothing to do".to_owned()], "what is kept")?;
    world.declare(CUSTOMERS)?;
    world
        .run(NOW, &["apply", "--yes"])?
        .exits(2, "a drop is a drop")?
        .says(&["RC0541".to_owned()], "the refusal")?;
    world.apply(DUE, WITHOUT_NOTE)?;
    world.run(DUE, &["status"])?.exits(0, "status")?;
    Ok(())
}

fn long_names(world: &World<'_>) -> Result<(), Failed> {
    let (one, other) = (
        format!("{}_one", "t".repeat(58)),
        format!("{}_two", "t".repeat(58)),
    );
    let table = |name: &str| {
        format!(
            "table {name} {{\n    column id bigint\n    column note text nullable\n    primary-key id name=pk_{}\n}}\n",
            &name[59..]
        )
    };
    let both = format!("{}{}", table(&one), table(&other));
    world.apply(NOW, &format!("{CUSTOMERS}{both}"))?;
    world.database.execute(&format!(
        "INSERT INTO {one} VALUES (1, 'a'); INSERT INTO {other} VALUES (2, 'b')"
    ))?;
    world.apply(NOW, CUSTOMERS)?;
    world.apply(NOW, &format!("{CUSTOMERS}{both}"))?;
    world.value(&format!("SELECT note FROM {one}"), "a")?;
    world.value(&format!("SELECT note FROM {other}"), "b")?;
    Ok(())
}

fn a_rename_is_still_asked_about(world: &World<'_>) -> Result<(), Failed> {
    begin(world)?;
    world.declare(
        &SHOP
            .replace("column total", "column sum")
            .replace("index total", "index sum"),
    )?;
    world
        .run(NOW, &["apply", "--yes"])?
        .exits(2, "what looks like a rename")?
        .says(&["RC0546".to_owned()], "the question")?;
    world.value("SELECT sum(total) FROM orders", "7")
}

/// The columns of partitions are renamed with those of the table that they are partitions of.
fn a_rename_of_what_is_inherited_is_asked_about_once(world: &World<'_>) -> Result<(), Failed> {
    if world.database.engine.is_sqlite() {
        return Ok(());
    }
    let text = "table m {\n    column d date\n    column old text\n    partition-by range d\n}\n\
                table m1 {\n    partition-of m from=\"2026-01-01\" to=\"2026-02-01\"\n}\n";
    world.apply(NOW, text)?;
    world
        .database
        .execute("INSERT INTO m VALUES ('2026-01-05', 'a')")?;
    world.declare(&text.replace("column old text", "column new text"))?;
    let asked = world
        .run(NOW, &["apply", "--yes"])?
        .exits(2, "what looks like a rename")?;
    if asked.stderr.matches("RC0546").count() != 1 {
        return Err(format!("not asked about once:\n{}", asked.stderr).into());
    }
    world.apply(NOW, &text.replace("column old text", "column new text was=old"))?;
    world.value("SELECT new FROM m1", "a")
}
