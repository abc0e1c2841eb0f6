//! Rights that nobody declares: what is made anew has them again, whoever planned where, and that they are left alone is
//! said once. Runs on every PostgreSQL server there is.

#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};

use support::engine::{Database, Engine, engines};
use support::program::{Ran, reconcile};

type Story = fn(&World<'_>) -> Result<(), Failed>;

const STORIES: &[(&str, Story)] = &[
    (
        "what-is-made-anew-keeps-its-rights",
        what_is_made_anew_keeps_its_rights,
    ),
    ("another-database-keeps-its-own", another_database_keeps_its_own),
    (
        "that-they-are-left-alone-is-said-once",
        that_they_are_left_alone_is_said_once,
    ),
    ("who-owns-it-needs-no-grant", who_owns_it_needs_no_grant),
    ("who-is-granted-nothing-any-more", who_is_granted_nothing_any_more),
    (
        "what-belongs-to-another-is-not-dropped",
        what_belongs_to_another_is_not_dropped,
    ),
];

fn main() {
    let arguments = Arguments::from_args();
    let (running, missing) = engines();
    let mut trials = Vec::new();
    for engine in running.iter().filter(|engine| !engine.is_sqlite()) {
        for (name, story) in STORIES {
            let engine = engine.clone();
            let title = format!("{name}::{}", engine.name);
            trials.push(Trial::test(title, move || {
                let folder = tempfile::tempdir()?;
                story(&World::new(&engine, folder.path())?)
            }));
        }
    }
    for (engine, reason) in &missing {
        let trial = Trial::test(engine, || Ok(())).with_kind((*reason).to_owned());
        trials.push(trial.with_ignored_flag(true));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// A project and its database.
struct World<'a> {
    folder: &'a Path,
    database: Database<'a>,
}

impl<'a> World<'a> {
    fn new(engine: &'a Engine, folder: &'a Path) -> Result<Self, Failed> {
        std::fs::create_dir(folder.join("schema"))?;
        let database = Database::new(engine, folder, "rights")?;
        Ok(Self { folder, database })
    }

    fn run(&self, command: &str, more: &[&str]) -> Result<Ran, Failed> {
        let url = self.database.url.as_str();
        let common = ["--url", url, "--schema", "schema", "--plans", "plans"];
        reconcile(self.folder, &[&[command], &common[..], more].concat())
    }

    fn declare(&self, text: &str) -> Result<(), Failed> {
        Ok(std::fs::write(self.folder.join("schema/all.kdl"), text)?)
    }

    fn apply(&self, what: &str) -> Result<Ran, Failed> {
        self.run("apply", &["--yes", "--allow-destructive"])?
            .exits(0, what)
    }

    /// Every right and every owner.
    fn rights(&self) -> Result<Vec<String>, Failed> {
        rights(&self.database)
    }
}

/// Every right and every owner in a database.
fn rights(database: &Database<'_>) -> Result<Vec<String>, Failed> {
    let of = |name: &str, catalog: &str, prefix: &str, letter: &str| {
        format!(
            "SELECT {name} || ' of ' || pg_get_userbyid(o.{prefix}owner) || ': ' || coalesce(r.rolname, 'everybody') \
                 || ' ' || a.privilege_type || ' ' || a.is_grantable FROM {catalog} o \
                 CROSS JOIN LATERAL aclexplode(coalesce(o.{prefix}acl, acldefault({letter}, o.{prefix}owner))) a \
                 LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE o.{prefix}namespace = 'public'::regnamespace"
        )
    };
    let all = [
        of(
            "o.relname",
            "pg_class",
            "rel",
            "CASE o.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\"",
        ),
        of("o.proname", "pg_proc", "pro", "'f'"),
        of("o.typname", "pg_type", "typ", "'T'"),
        "SELECT o.attrelid::regclass || '.' || o.attname || ': ' || coalesce(r.rolname, 'everybody') || ' ' \
             || a.privilege_type || ' ' || a.is_grantable FROM pg_attribute o CROSS JOIN LATERAL aclexplode(o.attacl) a \
             LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE o.attrelid > 16384"
            .to_owned(),
    ];
    let rows = database.query(&format!(
        "SELECT q.said FROM ({}) AS q(said) ORDER BY q.said",
        all.join(" UNION ALL ")
    ))?;
    // An array of an enum has the rights of an array.
    let said = rows.into_iter().flatten().flatten();
    Ok(said.filter(|said| !said.starts_with('_')).collect())
}
const BEFORE: &str = "
enum mood sad glad odd

function level returns=integer language=sql {
    as \"SELECT 1\"
}

table t {
    column id bigint
    column mood mood
    primary-key id
}

view v {
    as \"SELECT id FROM t\"
}

view w {
    as \"SELECT v.id, level() AS level FROM v\"
}
";

const AFTER: &str = "
enum mood glad sad

function level returns=bigint language=sql {
    as \"SELECT 1::bigint\"
}

table t {
    column id bigint
    column mood mood
    primary-key id
}

view v {
    as \"SELECT 1 AS one, id FROM t\"
}

view w {
    as \"SELECT v.id, level() AS level FROM v\"
}
";

const GRANTS: &str = "
GRANT SELECT ON v TO rcn_reader; GRANT UPDATE ON v TO \"rcn Odd role\" WITH GRANT OPTION; GRANT SELECT ON w TO PUBLIC;
REVOKE EXECUTE ON FUNCTION level() FROM PUBLIC; GRANT EXECUTE ON FUNCTION level() TO rcn_reader;
REVOKE USAGE ON TYPE mood FROM PUBLIC; GRANT USAGE ON TYPE mood TO rcn_writer WITH GRANT OPTION;
ALTER VIEW v OWNER TO rcn_owner; ALTER FUNCTION level() OWNER TO rcn_owner; ALTER TYPE mood OWNER TO rcn_owner;
GRANT SELECT (id) ON v TO rcn_writer WITH GRANT OPTION; GRANT UPDATE (id) ON w TO PUBLIC; GRANT SELECT ON t TO rcn_owner";

fn same(what: &str, found: &[String], expected: &[String]) -> Result<(), Failed> {
    support::observe::compare(what, found, expected)
}

fn what_is_made_anew_keeps_its_rights(world: &World<'_>) -> Result<(), Failed> {
    world.declare(BEFORE)?;
    world.apply("the first state")?;
    world.database.execute(GRANTS)?;
    let had = world.rights()?;
    assert!(
        had.iter()
            .any(|said| said == "v of rcn_owner: rcn Odd role UPDATE true"),
        "{had:#?}"
    );
    assert!(
        !had.iter()
            .any(|said| said.starts_with("level") && said.contains("everybody")),
        "{had:#?}"
    );
    world.declare(AFTER)?;
    world.apply("everything made anew")?;
    same("after the way up", &world.rights()?, &had)?;
    world
        .run("status", &["--exit-code"])?
        .exits(0, "nothing is left")?;
    world
        .run("downgrade", &["-1", "--yes", "--allow-destructive"])?
        .exits(0, "the way down")?;
    same("after the way down", &world.rights()?, &had)
}

fn another_database_keeps_its_own(world: &World<'_>) -> Result<(), Failed> {
    world.declare(BEFORE)?;
    world.apply("the first state")?;
    let other = Database::new(world.database.engine, world.folder, "other")?;
    let upgrade = |to: &str| -> Result<(), Failed> {
        let arguments = [
            "upgrade", to, "--url", &other.url, "--plans", "plans", "--schema", "schema",
        ];
        let more = ["--yes", "--allow-destructive"];
        reconcile(world.folder, &[&arguments[..], &more].concat())?.exits(0, "upgrade")?;
        Ok(())
    };
    upgrade("head")?;
    other.execute(GRANTS)?;
    let had = rights(&other)?;
    let bare = world.rights()?;
    world.declare(AFTER)?;
    world.apply("planned where nobody has rights")?;
    same("where it was planned", &world.rights()?, &bare)?;
    upgrade("head")?;
    same("elsewhere", &rights(&other)?, &had)
}

fn that_they_are_left_alone_is_said_once(world: &World<'_>) -> Result<(), Failed> {
    world.declare(BEFORE)?;
    world.apply("the first state")?;
    world.database.execute(GRANTS)?;
    world.declare(AFTER)?;
    let planned = world.run("plan", &["-m", "other"])?.exits(0, "plan")?;
    let said = format!("{}{}", planned.stdout, planned.stderr);
    let note = "grants are not managed: 7 objects have grants that PostgreSQL keeps";
    if said.matches(note).count() != 1 {
        return Err(format!("{note:?} is not said once:\n{said}").into());
    }
    world.declare(&AFTER.replace(
        "SELECT 1 AS one, id FROM t\"",
        "SELECT 1 AS one, id FROM t\"\n    grant select to=rcn_reader",
    ))?;
    let arguments = ["diff", "--from", &world.database.url, "--to", "schema"];
    let compared = reconcile(world.folder, &arguments)?.exits(0, "diff with a grant")?;
    let said = format!("{}{}", compared.stdout, compared.stderr);
    if said.contains("grants are not managed") || !said.contains("~ table t\n    - grants") {
        return Err(format!("one declared grant makes all of them managed:\n{said}").into());
    }
    Ok(())
}

fn who_is_granted_nothing_any_more(world: &World<'_>) -> Result<(), Failed> {
    let declared = format!("{BEFORE}\nsequence s {{\n    grant usage to=rcn_reader\n}}\n");
    world.declare(&declared)?;
    world.apply("the first state")?;
    world
        .database
        .execute("GRANT SELECT, INSERT ON t TO rcn_writer; GRANT SELECT (id) ON t TO rcn_reader")?;
    world.apply("what nobody declares is revoked")?;
    let left = world.database.value(
        "SELECT count(*) FROM information_schema.column_privileges WHERE grantee IN ('rcn_reader', 'rcn_writer')",
    )?;
    if left == "0" {
        Ok(())
    } else {
        Err(format!("{left} rights are left").into())
    }
}

/// Who owns something is a matter of the database, where no declaration says it.
fn who_owns_it_needs_no_grant(world: &World<'_>) -> Result<(), Failed> {
    world.declare(&format!(
        "{BEFORE}\nsequence s {{\n    grant usage to=rcn_reader\n}}\n"
    ))?;
    world.apply("the first state")?;
    world
        .database
        .execute("ALTER TABLE t OWNER TO rcn_owner; ALTER VIEW v OWNER TO rcn_owner")?;
    let granted = BEFORE
        .replace(
            "    column mood mood\n",
            "    column mood mood {\n        grant update to=rcn_owner\n    }\n",
        )
        .replace(
            "    primary-key id\n",
            "    primary-key id\n    grant select to=rcn_owner\n    grant select to=rcn_reader\n",
        )
        .replace(
            "    as \"SELECT id FROM t\"\n",
            "    as \"SELECT id FROM t\"\n    grant select to=rcn_owner\n",
        );
    world.declare(&granted)?;
    let words = [
        "`rcn_owner` owns table t in the database",
        "`rcn_owner` owns view v",
    ]
    .map(str::to_owned);
    world
        .apply("the others get theirs")?
        .says(&words, "that it says nothing")?;
    let had = world.rights()?;
    for right in [
        "t of rcn_owner: rcn_owner SELECT false",
        "t of rcn_owner: rcn_reader SELECT false",
    ] {
        if !had.iter().any(|said| said == right) {
            return Err(format!("no {right:?} in {had:#?}").into());
        }
    }
    world
        .run("status", &["--exit-code"])?
        .exits(0, "nothing is left")?;
    let arguments = [
        "diff",
        "--from",
        &world.database.url,
        "--to",
        "schema",
        "--exit-code",
    ];
    reconcile(world.folder, &arguments)?.exits(0, "nor for diff")?;
    world
        .run("downgrade", &["-1", "--yes", "--allow-destructive"])?
        .exits(0, "the way down")?;
    let owns = world
        .database
        .value("SELECT has_table_privilege('rcn_owner', 't', 'select')")?;
    if owns == "t" || owns == "true" {
        Ok(())
    } else {
        Err("the way down took a right from the owner".into())
    }
}

fn what_belongs_to_another_is_not_dropped(world: &World<'_>) -> Result<(), Failed> {
    world.database.execute(
        "CREATE TABLE theirs (id integer); CREATE TABLE ours (id integer); ALTER TABLE ours OWNER TO rcn_owner; \
         CREATE VIEW shown AS SELECT id FROM theirs; GRANT rcn_owner TO rcn_app",
    )?;
    let mut url = url::Url::parse(&world.database.url)?;
    url.set_username("rcn_app").map_err(|()| "no user in this URL")?;
    let plan = |purpose: &str, status: i32| -> Result<String, Failed> {
        let arguments = [
            "plan",
            "--url",
            url.as_str(),
            "--scratch-url",
            &world.database.url,
            "--schema",
            "schema",
            "--plans",
            "plans",
            "-m",
            "mine",
        ];
        let ran = reconcile(world.folder, &arguments)?.exits(status, purpose)?;
        Ok(format!("{}{}", ran.stdout, ran.stderr))
    };
    world.declare("table ours {\n    column id integer nullable\n    column more text nullable\n}\n")?;
    let said = plan("what belongs to another", 2)?;
    for words in [
        "error[RC0606]: table theirs belongs to role postgres: rcn_app may neither change nor drop it",
        "error[RC0606]: view shown belongs to role postgres",
    ] {
        if !said.contains(words) {
            return Err(format!("no {words:?} in:\n{said}").into());
        }
    }
    if said.contains("table ours belongs") {
        return Err(format!("a member of the owner is told to be none:\n{said}").into());
    }
    world.database.execute("DROP VIEW shown; DROP TABLE theirs")?;
    plan("what a member may do", 0).map(|_| ())
}
