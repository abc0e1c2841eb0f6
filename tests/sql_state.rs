//! Desired state in SQL files, alone and beside KDL: it is run in a scratch database, compared, planned and applied as any
//! other, what may not stand there is told with file and line, and the target never sees a statement of it.

#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};

use support::engine::{Database, engines_of_the_day};
use support::program::{Ran, reconcile};

type Test = fn(&Project<'_>) -> Result<(), Failed>;

/// What is the same on every engine.
const EVERYWHERE: &[(&str, Test)] = &[
    ("sql_alone", sql_alone),
    ("beside_kdl", beside_kdl),
    (
        "everything_refused_is_told_at_once",
        everything_refused_is_told_at_once,
    ),
    (
        "the_engine_is_quoted_with_the_line",
        the_engine_is_quoted_with_the_line,
    ),
    ("twice_is_an_error", twice_is_an_error),
    ("a_change_of_kdl_is_an_error", a_change_of_kdl_is_an_error),
    ("a_file_is_a_state", a_file_is_a_state),
    ("files_for_one_engine", files_for_one_engine),
    (
        "a_rename_is_not_written_into_sql",
        a_rename_is_not_written_into_sql,
    ),
];

const ON_POSTGRES: &[(&str, Test)] = &[
    (
        "each_goes_before_what_rests_on_it",
        each_goes_before_what_rests_on_it,
    ),
    ("a_dump_says_more_than_is_wanted", a_dump_says_more_than_is_wanted),
    (
        "nothing_outlives_the_scratch_database",
        nothing_outlives_the_scratch_database,
    ),
    ("settings_end_with_their_file", settings_end_with_their_file),
];

fn main() {
    let arguments = Arguments::from_args();
    let (running, missing) = engines_of_the_day();
    let mut trials = Vec::new();
    for engine in &running {
        let more = if engine.is_sqlite() { &[] } else { ON_POSTGRES };
        for (name, test) in EVERYWHERE.iter().chain(more) {
            let (engine, test) = (engine.clone(), *test);
            trials.push(Trial::test(format!("{name}::{}", engine.name), move || {
                let folder = tempfile::tempdir()?;
                test(&Project {
                    folder: folder.path(),
                    database: Database::new(&engine, folder.path(), "target")?,
                })
            }));
        }
    }
    for (engine, reason) in &missing {
        let trial = Trial::test(format!("all::{engine}"), || Ok(()));
        trials.push(trial.with_kind(*reason).with_ignored_flag(true));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// A project in a folder of its own, with a database of its own.
struct Project<'a> {
    folder: &'a Path,
    database: Database<'a>,
}

impl Project<'_> {
    fn is_sqlite(&self) -> bool {
        self.database.engine.is_sqlite()
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failed> {
        let path = self.folder.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(std::fs::write(path, text)?)
    }

    fn run(&self, arguments: &[&str]) -> Result<Ran, Failed> {
        reconcile(self.folder, &[arguments, &["--url", &self.database.url]].concat())
    }

    fn apply(&self) -> Result<Ran, Failed> {
        self.run(&["apply", "--yes", "--allow-destructive"])?
            .exits(0, "apply")
    }

    /// Nothing is left to do.
    fn is_settled(&self) -> Result<(), Failed> {
        let arguments = [
            "diff",
            "--from",
            &self.database.url,
            "--to",
            "schema",
            "--exit-code",
        ];
        reconcile(self.folder, &arguments)?.exits(0, "nothing differs")?;
        Ok(())
    }

    /// What a plan is refused with; it has left nothing behind.
    fn refused(&self, words: &[&str]) -> Result<(), Failed> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let ran = self.run(&["apply", "--yes"])?;
        ran.exits(2, "it is refused")?.says(&words, "why it is refused")?;
        if self.folder.join("plans").exists() {
            return Err("a revision was written".into());
        }
        Ok(())
    }

    fn value_is(&self, sql: &str, expected: &str) -> Result<(), Failed> {
        let found = self.database.value(sql)?;
        if found == expected {
            return Ok(());
        }
        Err(format!("{sql}: {found}, not {expected}").into())
    }
}

fn sql_alone(project: &Project<'_>) -> Result<(), Failed> {
    project.write(
        "schema/a.sql",
        "-- Who buys.\nCREATE TABLE customers (id integer NOT NULL PRIMARY KEY, name text NOT NULL);\n\n\
         CREATE INDEX customers_by_name ON customers (name);\n",
    )?;
    project.write(
        "schema/b.sql",
        "CREATE VIEW names AS SELECT c.name FROM customers c;",
    )?;
    project.apply()?;
    project.is_settled()?;
    project.run(&["check"])?.exits(0, "the chain leads there")?;
    project.run(&["lint"])?;
    project
        .database
        .execute("INSERT INTO customers VALUES (1, 'a')")?;
    project.value_is("SELECT count(*) FROM names", "1")?;

    project.write(
        "schema/b.sql",
        "CREATE VIEW names AS SELECT c.id, c.name FROM customers c WHERE c.id > 1;",
    )?;
    project.apply()?;
    project.is_settled()?;
    project.value_is("SELECT count(*) FROM names", "0")?;
    project
        .run(&["downgrade", "-1", "--yes", "--allow-destructive"])?
        .exits(0, "downgrade")?;
    project.value_is("SELECT count(*) FROM names", "1")
}

fn beside_kdl(project: &Project<'_>) -> Result<(), Failed> {
    project.write(
        "schema/tables.kdl",
        "table orders {\n    column id integer\n    column state text default=open\n    column buyer integer nullable\n    \
         primary-key id\n    foreign-key buyer references=\"buyers(id)\"\n}\n\
         view open_lines { as \"SELECT l.order_id FROM lines l JOIN open_orders o ON o.id = l.order_id\" }\n",
    )?;
    project.write(
        "schema/buyers.sql",
        "CREATE TABLE buyers (id integer NOT NULL PRIMARY KEY);\n",
    )?;
    project.write(
        "schema/lines.sql",
        "CREATE TABLE lines (order_id integer NOT NULL REFERENCES orders (id), amount integer NOT NULL);\n\
         CREATE VIEW open_orders AS SELECT id FROM orders WHERE state = 'open';\n\
         CREATE VIEW open AS SELECT 1 AS named_like_a_default;\n\
         CREATE INDEX orders_by_state ON orders (state);\n",
    )?;
    project.apply()?;
    project.is_settled()?;
    project
        .database
        .execute("INSERT INTO orders (id) VALUES (7); INSERT INTO lines VALUES (7, 1)")?;
    project.value_is("SELECT order_id FROM open_lines", "7")
}

fn everything_refused_is_told_at_once(project: &Project<'_>) -> Result<(), Failed> {
    let (text, words): (&str, &[&str]) = if project.is_sqlite() {
        (
            "CREATE TABLE t (a integer);\n\nINSERT INTO t VALUES (1);\nATTACH 'other.db' AS other;\nPRAGMA user_version = 3;\n",
            &[
                "schema/a.sql:3",
                "writes rows",
                "`rows`",
                "schema/a.sql:4",
                "another file",
                "schema/a.sql:5",
                "setting",
            ],
        )
    } else {
        (
            "\\connect shop\nCREATE TABLE t (a integer);\n\nCOPY public.t (a) FROM stdin;\n1\n;DROP TABLE t;\n\\.\n\n\
             CREATE ROLE rcn_nobody;\n  SELECT 1;\nCREATE INDEX CONCURRENTLY i ON t (a);\nCOMMIT; ROLLBACK;\n",
            &[
                "schema/a.sql:1:1",
                "command of the client",
                "schema/a.sql:4:1",
                "--schema-only",
                "schema/a.sql:9:1",
                "whole server",
                "schema/a.sql:10:3",
                "declares nothing",
                "schema/a.sql:11:1",
                "leave out CONCURRENTLY",
                "schema/a.sql:12:9",
            ],
        )
    };
    project.write("schema/a.sql", text)?;
    project.write("schema/b.kdl", "table t2 {\n    colum a integer\n}\n")?;
    let mut words = words.to_vec();
    words.push("schema/b.kdl:2");
    project.refused(&words)?;
    // Without a database, too.
    let arguments = ["validate", "--engine", project.database.engine.kind()];
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    reconcile(project.folder, &arguments)?
        .exits(2, "validate")?
        .says(&words, "validate")?;
    Ok(())
}

fn the_engine_is_quoted_with_the_line(project: &Project<'_>) -> Result<(), Failed> {
    project.write("schema/a.sql", "CREATE TABLE t (a integer);\n")?;
    project.write(
        "schema/b.sql",
        "CREATE TABLE s (a integer);\n\n/* who knows */ CREATE INDEX i\n    ON s (a, nothing_like_it);\n",
    )?;
    let (engine, place) = if project.is_sqlite() {
        ("SQLite", "schema/b.sql:3:17")
    } else {
        ("PostgreSQL", "schema/b.sql:3:17")
    };
    project.refused(&[
        engine,
        "CREATE INDEX i ON s (a, nothing_like_it)",
        "nothing_like_it",
        place,
    ])?;
    project.write(
        "schema/b.sql",
        "CREATE TABLE s (\n    a integer,\n    b CHECK CHECK\n);\n",
    )?;
    let place = if project.is_sqlite() {
        "schema/b.sql:1:1"
    } else {
        "schema/b.sql:3:"
    };
    project.refused(&[engine, "syntax error", place])
}

fn twice_is_an_error(project: &Project<'_>) -> Result<(), Failed> {
    project.write("schema/a.kdl", "\ntable t {\n    column a integer\n}\n")?;
    project.write("schema/b.sql", "\n\nCREATE TABLE IF NOT EXISTS t (b integer);\n")?;
    project.refused(&["table t", "schema/a.kdl:2", "schema/b.sql:3"])
}

fn a_change_of_kdl_is_an_error(project: &Project<'_>) -> Result<(), Failed> {
    project.write(
        "schema/a.kdl",
        "table t {\n    column a integer\n    column b integer nullable\n}\n",
    )?;
    project.write(
        "schema/b.sql",
        "CREATE INDEX i ON t (a);\nALTER TABLE t DROP COLUMN b;\n",
    )?;
    project.refused(&["column t.b", "dropped", "schema/a.kdl:3", "schema/b.sql:2"])?;
    project.write("schema/b.sql", "ALTER TABLE t ADD COLUMN c integer;\n")?;
    project.apply()?;
    project.is_settled()
}

fn a_file_is_a_state(project: &Project<'_>) -> Result<(), Failed> {
    project.write("one.sql", "CREATE TABLE t (a integer);\n")?;
    project.write("two.sql", "CREATE TABLE t (a integer, b integer);\n")?;
    let place = if project.is_sqlite() {
        vec!["--engine", "sqlite"]
    } else {
        vec!["--scratch-url", &project.database.url, "--engine", "postgres"]
    };
    let diff = |from: &str, to: &str, status: i32| {
        let arguments = [
            &[
                "diff",
                "--from",
                from,
                "--to",
                to,
                "--exit-code",
                "--format",
                "sql",
            ],
            &place[..],
        ]
        .concat();
        reconcile(project.folder, &arguments)?.exits(status, &format!("{from} to {to}"))
    };
    diff("one.sql", "one.sql", 0)?;
    diff("one.sql", "two.sql", 1)?.says(&["ADD COLUMN b".to_owned()], "the way")?;
    diff("two.sql", "one.sql", 1)?.says(&["DROP COLUMN b".to_owned()], "the way")?;
    diff("empty", "one.sql", 1)?.says(&["CREATE TABLE".to_owned()], "the way")?;
    diff("none.sql", "one.sql", 2)?.says(&["no such file".to_owned()], "a slip")?;
    if !project.is_sqlite() {
        let arguments = [
            "diff", "--from", "empty", "--to", "one.sql", "--engine", "postgres",
        ];
        let ran = reconcile(project.folder, &arguments)?.exits(2, "no server")?;
        ran.says(
            &["RC0515".to_owned(), "--scratch-url".to_owned()],
            "where to run it",
        )?;
    }
    // The database itself is none of these.
    project.value_is("SELECT 1", "1")?;
    let tables = if project.is_sqlite() {
        "SELECT count(*) FROM sqlite_schema"
    } else {
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    };
    project.value_is(tables, "0")
}

fn files_for_one_engine(project: &Project<'_>) -> Result<(), Failed> {
    project.write("schema/a.sql", "CREATE TABLE t (a integer);\n")?;
    project.write(
        "schema/b.sqlite.sql",
        "CREATE VIEW v AS SELECT 'sqlite' AS engine FROM t;\n",
    )?;
    project.write(
        "schema/b.postgres.sql",
        "CREATE VIEW v AS SELECT 'postgres' AS engine FROM t;\n",
    )?;
    project.apply()?;
    project.is_settled()?;
    project.database.execute("INSERT INTO t VALUES (1)")?;
    project.value_is("SELECT engine FROM v", project.database.engine.kind())
}

fn a_rename_is_not_written_into_sql(project: &Project<'_>) -> Result<(), Failed> {
    project.write("schema/a.sql", "CREATE TABLE t (a integer, phone text);\n")?;
    project.apply()?;
    let text = "CREATE TABLE t (a integer, mobile_phone text);\n";
    project.write("schema/a.sql", text)?;
    let ran = project.run(&["apply", "--yes"])?.exits(2, "it may be a rename")?;
    ran.says(&["RC0546".to_owned(), "KDL".to_owned()], "what may be done")?;
    if std::fs::read_to_string(project.folder.join("schema/a.sql"))? != text {
        return Err("the file was written".into());
    }
    Ok(())
}

fn each_goes_before_what_rests_on_it(project: &Project<'_>) -> Result<(), Failed> {
    project.write(
        "schema/main.kdl",
        "schema app\n\
         enum mood sad happy schema=app\n\
         table people schema=app {\n    column id bigint identity=always\n    column email \"app.address\"\n    \
         column mood \"app.mood\" default=happy\n    column changed timestamptz nullable\n    primary-key id\n    \
         check \"app.is_address(email)\"\n    trigger touch { before update; execute app.touch }\n}\n\
         table places schema=app {\n    column name text\n    primary-key name\n}\n",
    )?;
    project.write(
        "schema/sql/a-functions.sql",
        "CREATE EXTENSION IF NOT EXISTS plpgsql;\n\
         CREATE SCHEMA more;\n\
         CREATE DOMAIN app.address AS text CHECK (VALUE LIKE '%@%');\n\
         CREATE FUNCTION app.is_address(t text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT t <> ';' $$;\n\
         CREATE OR REPLACE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $body$\n\
         BEGIN\n    -- ; not the end\n    NEW.changed := now();\n    RETURN NEW;\nEND\n$body$;\n\
         CREATE PROCEDURE more.nothing() LANGUAGE sql AS 'SELECT 1';\n",
    )?;
    project.write(
        "schema/sql/b-views.sql",
        "CREATE MATERIALIZED VIEW more.names AS SELECT p.name FROM app.places p;\n\
         CREATE UNIQUE INDEX ON more.names (name);\n\
         COMMENT ON MATERIALIZED VIEW more.names IS 'told; once';\n\
         CREATE RULE quiet AS ON DELETE TO app.places DO INSTEAD (SELECT 1; SELECT 2);\n",
    )?;
    project.apply()?;
    project.is_settled()?;
    project
        .database
        .execute("INSERT INTO app.people (email) VALUES ('a@b'); UPDATE app.people SET mood = 'sad'")?;
    project.value_is("SELECT changed IS NOT NULL FROM app.people", "true")
}

fn a_dump_says_more_than_is_wanted(project: &Project<'_>) -> Result<(), Failed> {
    let dump = "\\restrict abc\n\nSET statement_timeout = 0;\nSET transaction_timeout = 0;\n\
        SET client_encoding = 'UTF8';\nSELECT pg_catalog.set_config('search_path', '', false);\n\
        CREATE TABLE public.t (a integer);\n\nALTER TABLE public.t OWNER TO rcn_nobody_like_that;\n\
        GRANT SELECT ON TABLE public.t TO rcn_nobody_like_that;\n\\unrestrict abc\n";
    project.write("schema/dump.sql", dump)?;
    let ran = project.run(&["apply", "--yes"])?.exits(0, "apply")?;
    let words = [
        "owners are not taken",
        "rcn_nobody_like_that is not on this server",
        "schema/dump.sql:10",
    ];
    ran.says(&words.map(str::to_owned), "what is left alone")?;
    project.is_settled()?;
    project.write(
        "schema/more.kdl",
        "table u {\n    column a integer\n    grant select to=rcn_reader\n}\n",
    )?;
    let ran = project
        .run(&["apply", "--yes"])?
        .exits(2, "grants are declared")?;
    ran.says(&["RC0513".to_owned(), "create the role".to_owned()], "what to do")?;

    std::fs::remove_file(project.folder.join("schema/more.kdl"))?;
    project.write(
        "schema/dump.sql",
        &dump.replace("rcn_nobody_like_that", "rcn_reader"),
    )?;
    project.apply()?;
    project.is_settled()?;
    project.value_is("SELECT has_table_privilege('rcn_reader', 't', 'SELECT')", "true")
}

fn nothing_outlives_the_scratch_database(project: &Project<'_>) -> Result<(), Failed> {
    project.write(
        "schema/a.sql",
        "DO $$ BEGIN\n    CREATE ROLE rcn_made_by_a_file;\n    CREATE TABLE t (a integer);\n\
         EXCEPTION WHEN duplicate_object THEN NULL;\nEND $$;\n",
    )?;
    project.apply()?;
    project.is_settled()?;
    project.value_is(
        "SELECT count(*) FROM pg_roles WHERE rolname = 'rcn_made_by_a_file'",
        "0",
    )?;
    project.value_is("SELECT count(*) FROM pg_tables WHERE tablename = 't'", "1")
}

fn settings_end_with_their_file(project: &Project<'_>) -> Result<(), Failed> {
    project.write(
        "schema/a.sql",
        "CREATE SCHEMA app;\nSET search_path = app;\nSET default_with_oids = off;\nCREATE TABLE t (a integer);\n",
    )?;
    project.write("schema/b.sql", "CREATE TABLE u (a integer);\n")?;
    project.apply()?;
    project.is_settled()?;
    project.value_is(
        "SELECT string_agg(schemaname || '.' || tablename, ' ' ORDER BY 1) FROM pg_tables \
                      WHERE tablename IN ('t', 'u')",
        "app.t public.u",
    )
}
