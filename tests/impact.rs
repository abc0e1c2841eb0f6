//! What a plan says of its steps, held against a real server: the locks in `pg_locks`, the files of tables and indexes,
//! and which tables were read from end to end, for every kind of op, up and down, on each version.
//!
//! The plans are those of `tests/cases/` and of `tests/impact/`, which has the forms that no case needs. Each step is run
//! in a transaction of its own, and looked at before the commit.

#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use support::case::{Case, folders};
use support::engine::{Database, Engine, engines_of_the_day};
use support::program::reconcile;

/// The locks that somebody waits for in the work of every day, the weakest first.
const LOCKS: &[&str] = &[
    "row exclusive",
    "share update exclusive",
    "share",
    "share row exclusive",
    "exclusive",
    "access exclusive",
];

/// What the plans must contain between them, as `op kind` and `alter kind attribute`.
const FORMS: &[&str] = &[
    "create table",
    "drop table",
    "rename table",
    "alter table ext",
    "create column",
    "drop column",
    "rename column",
    "alter column data type",
    "alter column nullable",
    "alter column not null",
    "alter column default",
    "alter column identity",
    "alter column generated",
    "alter column collation",
    "backfill column",
    "create primary key",
    "drop primary key",
    "create unique constraint",
    "drop unique constraint",
    "create check constraint",
    "drop check constraint",
    "create foreign key",
    "drop foreign key",
    "alter foreign key deferrable",
    "alter foreign key not enforced",
    "create index",
    "drop index",
    "rename index",
    "create view",
    "drop view",
    "rename view",
    "alter view security barrier",
    "alter view check option",
    "create materialized view",
    "drop materialized view",
    "rename materialized view",
    "create trigger",
    "drop trigger",
    "alter trigger enabled",
    "create event trigger",
    "drop event trigger",
    "alter event trigger enabled",
    "create function",
    "drop function",
    "create aggregate",
    "drop aggregate",
    "create collation",
    "drop collation",
    "rename collation",
    "create text search dictionary",
    "drop text search dictionary",
    "rename text search dictionary",
    "alter text search dictionary options",
    "create text search configuration",
    "drop text search configuration",
    "rename text search configuration",
    "alter text search configuration mappings",
    "create enum",
    "drop enum",
    "rename enum",
    "alter enum values",
    "rebuild enum",
    "create composite type",
    "drop composite type",
    "alter composite type attributes",
    "create range type",
    "drop range type",
    "create sequence",
    "drop sequence",
    "alter sequence options",
    "create schema",
    "drop schema",
    "create statistics",
    "drop statistics",
    "rename statistics",
    "alter statistics target",
    "create rule",
    "drop rule",
    "rename rule",
    "alter rule condition",
    "alter rule enabled",
    "create publication",
    "drop publication",
    "rename publication",
    "alter publication publish",
    "create cast",
    "drop cast",
    "create foreign data wrapper",
    "drop foreign data wrapper",
    "rename foreign data wrapper",
    "alter foreign data wrapper options",
    "create foreign server",
    "drop foreign server",
    "rename foreign server",
    "alter foreign server options",
    "create published table",
    "drop published table",
    "create policy",
    "drop policy",
    "rename policy",
    "alter policy roles",
    "alter policy using",
    "create row security",
    "drop row security",
    "alter row security forced",
    "create partition",
    "drop partition",
    "create owner",
    "alter owner role",
    "create grants",
    "drop grants",
    "alter grants granted",
    "alter grants revoked",
    "create default privileges",
    "drop default privileges",
    "alter default privileges grants",
    "create comment",
    "drop comment",
    "create extension",
    "alter extension version",
    "alter extension schema",
    "create rows",
    "drop rows",
    "alter rows rows",
];

/// The forms that the oldest servers have no statement for, with the first major version that has one.
const SINCE: &[(&str, u32)] = &[
    ("alter column generated", 17),
    ("alter foreign key not enforced", 18),
    ("alter column not null", 18),
];

type Forms = Arc<Mutex<BTreeSet<String>>>;

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let (running, missing) = engines_of_the_day();
    let forms = Forms::default();
    let mut trials = Vec::new();
    let all = ["cases", "impact"].map(|part| folders(&root.join(part)));
    for (name, folder) in all.iter().flatten() {
        for engine in running.iter().filter(|engine| !engine.is_sqlite()) {
            let title = format!("{name}::{}", engine.name);
            let Ok(case) = Case::read(folder, name, engine) else {
                continue;
            };
            if case.expect_error.is_some() {
                continue;
            }
            let (engine, forms) = (engine.clone(), Arc::clone(&forms));
            trials.push(Trial::test(title, move || compared(&case, &engine, &forms)));
        }
    }
    let is_whole = arguments.filter.is_none() && !trials.is_empty();
    for (engine, reason) in &missing {
        trials.push(
            Trial::test(engine, || Ok(()))
                .with_kind((*reason).to_owned())
                .with_ignored_flag(true),
        );
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if is_whole && !arguments.list && !conclusion.has_failed() {
        let found = forms.lock().expect("no test has panicked with it");
        let newest = running
            .iter()
            .filter(|engine| !engine.is_sqlite())
            .map(|engine| engine.major)
            .max();
        let runs = |form: &str| {
            SINCE
                .iter()
                .all(|(newer, since)| *newer != form || newest >= Some(*since))
        };
        let wanting: Vec<&&str> = FORMS
            .iter()
            .filter(|form| runs(form) && !found.contains(**form))
            .collect();
        assert!(
            wanting.is_empty(),
            "no plan has {wanting:?}; there are {found:#?}"
        );
    }
    conclusion.exit();
}

/// Plans a case, and carries the steps out under observation.
fn compared(case: &Case, engine: &Engine, forms: &Forms) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    case.configure(folder.path(), "")?;
    let database = Database::new(engine, folder.path(), "impact")?;
    let (before, after) = (case.declarations("before"), case.declarations("after"));
    let (before, after) = (before.to_string_lossy(), after.to_string_lossy());
    let url = &database.url;
    reconcile(
        folder.path(),
        &[
            "apply", "--url", url, "--schema", &before, "--plans", "plans", "--yes",
        ],
    )?
    .exits(0, "apply before.kdl")?;
    if let Some(seed) = case.seed() {
        database.execute(&seed)?;
    }
    let ran = reconcile(
        folder.path(),
        &["diff", "--from", url, "--to", &after, "--format", "json"],
    )?
    .exits(0, "diff")?;
    let plan: Value = serde_json::from_str(&ran.stdout)?;
    note_forms(&plan, forms);
    let mut wrong = Vec::new();
    let directions: &[&str] = if case.one_way {
        &["upgrade"]
    } else {
        &["upgrade", "downgrade"]
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let mut connection = PgConnection::connect(url).await?;
            run(
                &mut connection,
                "SET search_path = public; SET TimeZone = 'UTC'; SET check_function_bodies = off; \
                 DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_foreign_table) THEN ANALYZE; END IF; END$$",
            )
            .await?;
            for direction in directions {
                let there: BTreeSet<String> = relations(&mut connection).await?.into_keys().collect();
                for step in array(&plan[direction]["steps"]) {
                    let found = observed(&mut connection, step, &there).await?;
                    wrong.extend(
                        differences(step, &found)
                            .into_iter()
                            .map(|what| format!("{direction}: {}: {what}", text(&step["title"]))),
                    );
                }
            }
            Ok::<(), Failed>(())
        })?;
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n").into())
    }
}

fn note_forms(plan: &Value, forms: &Forms) {
    let mut forms = forms.lock().expect("no test panics with it");
    for change in array(&plan["changes"]) {
        let form = format!("{} {}", text(&change["op"]), text(&change["kind"]));
        for attribute in array(&change["attributes"]) {
            forms.insert(format!("{form} {}", text(attribute)));
        }
        forms.insert(form.clone());
        // What goes up comes back on the way down.
        for (up, down) in [("create", "drop"), ("drop", "create")] {
            if let Some(kind) = form.strip_prefix(up) {
                forms.insert(format!("{down}{kind}"));
            }
        }
    }
}

/// A relation of the user's before a step.
#[derive(Debug)]
struct Relation {
    kind: String,
    /// Its name; of an index and of the sequence of an identity, that of the table.
    owner: String,
    name: String,
    file: String,
}

/// What a step did.
#[derive(Debug, Default)]
struct Observed {
    locks: BTreeMap<String, &'static str>,
    read: BTreeSet<String>,
    rewritten: BTreeSet<String>,
    rebuilt: BTreeSet<String>,
    is_inside: bool,
    /// The relations that were there.
    there: BTreeSet<String>,
}

impl Observed {
    /// Takes in a lock; the strongest one counts.
    fn hold(&mut self, relation: &str, lock: &'static str) {
        let strongest = self.locks.entry(relation.to_owned()).or_insert(lock);
        if strength(lock) > strength(strongest) {
            *strongest = lock;
        }
    }
}

const RELATIONS: &str = "SELECT c.oid::text, c.relkind::text, \
    coalesce(t.nspname || '.' || t.relname, n.nspname || '.' || c.relname), n.nspname || '.' || c.relname, \
    coalesce(pg_relation_filenode(c.oid), 0)::text \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN (SELECT p.part, tn.nspname, tc.relname \
    FROM (SELECT indexrelid AS part, indrelid AS whole FROM pg_index UNION ALL SELECT objid, refobjid FROM pg_depend \
    WHERE classid = 'pg_class'::regclass AND refclassid = classid AND deptype = 'i' AND refobjsubid > 0) p \
    JOIN pg_class tc ON tc.oid = p.whole JOIN pg_namespace tn ON tn.oid = tc.relnamespace) t ON t.part = c.oid \
    WHERE c.relkind IN ('r', 'p', 'f', 'i', 'I', 'v', 'm', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'reconcile')";

const SCANS: &str = "SELECT relid::text, seq_scan::text FROM pg_stat_xact_user_tables WHERE seq_scan > 0";

/// Runs a step, and looks at what it does to the relations that were there before the plan.
async fn observed(
    connection: &mut PgConnection,
    step: &Value,
    there: &BTreeSet<String>,
) -> Result<Observed, Failed> {
    let mut before = relations(connection).await?;
    // An index that takes the place of another was built by a step of its own.
    let built: BTreeSet<String> = before.values().map(|relation| relation.file.clone()).collect();
    before.retain(|oid, _| there.contains(oid));
    let is_inside = step["transaction"] != "none";
    let mut found = Observed {
        is_inside,
        there: before
            .values()
            .flat_map(|relation| [relation.owner.clone(), relation.name.clone()])
            .collect(),
        ..Observed::default()
    };
    if is_inside {
        run(connection, "BEGIN").await?;
    }
    // In a transaction, so that the counters are not taken away meanwhile.
    let scanned = rows(connection, SCANS).await?;
    for statement in array(&step["statements"]) {
        if statement["expect"].is_null() && !statement["sql"].is_null() {
            run(connection, text(&statement["sql"])).await?;
        }
    }
    let mut of_indexes = Vec::new();
    let locks = "SELECT DISTINCT relation::text, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted";
    for row in rows(connection, locks).await? {
        let Some(relation) = before.get(&row[0]) else {
            continue;
        };
        let Some(lock) = LOCKS.iter().find(|lock| **lock == words(&row[1])) else {
            continue;
        };
        // A value taken from a sequence holds nobody up.
        if relation.kind == "S" && *lock == "row exclusive" {
            continue;
        }
        // Whoever uses a table opens its indexes: with a lock that keeps them out of one, the table is locked. With a weaker
        // one it is not, unless by itself.
        if matches!(relation.kind.as_str(), "i" | "I") && *lock != "access exclusive" {
            of_indexes.push((relation, *lock));
        } else {
            found.hold(&relation.owner, lock);
        }
    }
    for (index, lock) in of_indexes {
        let table_too = found.locks.contains_key(&index.owner);
        found.hold(if table_too { &index.owner } else { &index.name }, lock);
    }
    for row in rows(connection, SCANS).await? {
        // Counters go on where another transaction of the session left them.
        if !scanned.contains(&row) {
            found
                .read
                .extend(before.get(&row[0]).map(|relation| relation.owner.clone()));
        }
    }
    let after = relations(connection).await?;
    let files: BTreeMap<&str, &str> = after
        .values()
        .map(|relation| (relation.name.as_str(), relation.file.as_str()))
        .collect();
    for (oid, relation) in &before {
        let now = match relation.kind.as_str() {
            "r" => after.get(oid).map(|relation| relation.file.as_str()),
            // A rebuilt index may be another object of the same name.
            "i" => files
                .get(relation.name.as_str())
                .copied()
                .filter(|file| *file == relation.file || !built.contains(*file)),
            _ => None,
        };
        if now.is_some_and(|now| now != relation.file) {
            let which = if relation.kind == "r" {
                &mut found.rewritten
            } else {
                &mut found.rebuilt
            };
            which.insert(relation.owner.clone());
        }
    }
    if is_inside {
        run(connection, "COMMIT").await?;
    }
    Ok(found)
}

/// Where the plan and the server say different things.
fn differences(step: &Value, found: &Observed) -> Vec<String> {
    let mut out = Vec::new();
    let mut say = |what: &str, claimed: String, seen: String| {
        if claimed != seen {
            out.push(format!("{what}: the plan says {claimed}, the server {seen}"));
        }
    };
    let claimed: BTreeMap<String, &str> = array(&step["locks"])
        .iter()
        .map(|lock| (full(text(&lock["relation"])), text(&lock["lock"])))
        .filter(|(relation, _)| found.there.contains(relation))
        .collect();
    if found.is_inside {
        say("locks", format!("{claimed:?}"), format!("{:?}", found.locks));
        let strongest = found.locks.values().max_by_key(|lock| strength(lock));
        if !claimed.is_empty() {
            say(
                "lock",
                step["lock"].as_str().unwrap_or("none").to_owned(),
                (*strongest.unwrap_or(&"none")).to_owned(),
            );
        }
    }
    let claims_rewrite = step["rewrites"] == true;
    say(
        "rewrite",
        claims_rewrite.to_string(),
        (!found.rewritten.is_empty()).to_string(),
    );
    say(
        "indexes",
        step["rebuilds_indexes"].to_string(),
        (!found.rebuilt.is_empty()).to_string(),
    );
    // Small tables are read from end to end where a large one's index would be used, but then nobody says `scan`.
    let by_key = ["backfill", "copy column"]
        .iter()
        .any(|start| text(&step["title"]).starts_with(start))
        || text(&step["title"]).contains(" rows of ");
    // What is filled by a query reads others than it locks.
    let is_filled = text(&step["title"]).starts_with("create materialized view");
    let is_read =
        is_filled && !found.read.is_empty() || claimed.keys().any(|table| found.read.contains(table));
    if found.is_inside && !by_key && !(claimed.is_empty() && found.read.is_empty()) {
        let cost = text(&step["cost"]);
        say(
            "every row is read",
            matches!(cost, "scan" | "rewrite").to_string(),
            is_read.to_string(),
        );
    }
    out
}

fn strength(lock: &str) -> Option<usize> {
    LOCKS.iter().position(|other| *other == lock)
}

/// `AccessExclusiveLock` as `access exclusive`.
fn words(mode: &str) -> String {
    let mut out = String::new();
    for character in mode.trim_end_matches("Lock").chars() {
        if character.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}

/// The name with its schema.
fn full(name: &str) -> String {
    if name.contains('.') {
        name.to_owned()
    } else {
        format!("public.{name}")
    }
}

async fn relations(connection: &mut PgConnection) -> Result<BTreeMap<String, Relation>, Failed> {
    let rows = rows(connection, RELATIONS).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let [oid, kind, owner, name, file] = <[String; 5]>::try_from(row).expect("five columns");
            let relation = Relation {
                kind,
                owner,
                name,
                file,
            };
            (oid, relation)
        })
        .collect())
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), Failed> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .map_err(|error| format!("{error}\n{sql}"))?;
    Ok(())
}

async fn rows(connection: &mut PgConnection, sql: &str) -> Result<Vec<Vec<String>>, Failed> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .fetch_all(connection)
        .await?;
    let rows = rows.iter().map(|row| {
        (0..row.len())
            .map(|at| {
                row.try_get_unchecked::<Option<String>, _>(at)
                    .map(Option::unwrap_or_default)
            })
            .collect::<Result<Vec<String>, _>>()
    });
    Ok(rows.collect::<Result<_, _>>()?)
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
