//! What teams with `SQLAlchemy` and `SQLModel` do by hand today, done through KDL edits on tables with rows.
//!
//! A database of 17 tables made by `real_input/models.py` is inspected; nothing differs; then each edit is applied,
//! taken back and applied again, and the rows are looked at by an outside observer (Python's own drivers). On PostgreSQL no
//! step of it reads or writes a table while others are kept out. Runs with
//! `RECONCILE_TEST_PYTHON` (an interpreter with the packages), on PostgreSQL with `RECONCILE_TEST_POSTGRES`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let python = std::env::var("RECONCILE_TEST_PYTHON").ok();
    let postgres = std::env::var("RECONCILE_TEST_POSTGRES").ok();
    let sqlite = python.clone();
    let server = python.clone().zip(postgres);
    let trials = vec![
        Trial::test("real_input::sqlite", move || match &sqlite {
            Some(python) => on_sqlite(python),
            None => Ok(()),
        })
        .with_ignored_flag(python.is_none()),
        Trial::test("real_input::postgres", {
            let server = server.clone();
            move || match &server {
                Some((python, url)) => on_postgres(python, url),
                None => Ok(()),
            }
        })
        .with_ignored_flag(server.is_none()),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// A database made by the models, and the declarations inspected from it.
struct Desk<'a> {
    folder: &'a Path,
    python: &'a str,
    url: String,
    sqlalchemy: String,
    engine: &'static str,
}

fn on_sqlite(python: &str) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:///{}", folder.path().join("desk.db").display());
    Desk {
        folder: folder.path(),
        python,
        sqlalchemy: url.clone(),
        url,
        engine: "sqlite",
    }
    .story()
}

fn on_postgres(python: &str, server: &str) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let name = format!("reconcile_desk_{}", std::process::id());
    let mut url = url::Url::parse(server)?;
    url.set_path(&name);
    let sqlalchemy = |url: &str| {
        url.replacen("postgres://", "postgresql+psycopg://", 1).replacen(
            "postgresql://",
            "postgresql+psycopg://",
            1,
        )
    };
    let desk = Desk {
        folder: folder.path(),
        python,
        sqlalchemy: sqlalchemy(url.as_str()),
        url: url.to_string(),
        engine: "postgres",
    };
    let admin = sqlalchemy(server);
    desk.python("import sys, sqlalchemy as sa\nwith sa.create_engine(sys.argv[1], isolation_level='AUTOCOMMIT').connect() as c: c.execute(sa.text(sys.argv[2]))", &[&admin, &format!("CREATE DATABASE {name}")])?;
    let result = desk.story();
    desk.python("import sys, sqlalchemy as sa\nwith sa.create_engine(sys.argv[1], isolation_level='AUTOCOMMIT').connect() as c: c.execute(sa.text(sys.argv[2]))", &[&admin, &format!("DROP DATABASE {name} WITH (FORCE)")])?;
    result
}

impl Desk<'_> {
    fn python(&self, script: &str, arguments: &[&str]) -> Result<String, Failed> {
        let output = Command::new(self.python)
            .arg("-c")
            .arg(script)
            .args(arguments)
            .output()?;
        if !output.status.success() {
            return Err(format!("python: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// One value, read by SQLAlchemy.
    fn value(&self, sql: &str) -> Result<String, Failed> {
        let script = "import sys, sqlalchemy as sa\nwith sa.create_engine(sys.argv[1]).connect() as c: print(c.execute(sa.text(sys.argv[2])).scalar())";
        self.python(script, &[&self.sqlalchemy, sql])
    }

    fn expect(&self, sql: &str, value: &str) -> Result<(), Failed> {
        let found = self.value(sql)?;
        if found == value {
            Ok(())
        } else {
            Err(format!("{sql}: {found}, not {value}").into())
        }
    }

    /// Runs the binary; its output, and whether it succeeded.
    fn reconcile(&self, arguments: &[&str]) -> Result<(bool, String), Failed> {
        let output = Command::new(env!("CARGO_BIN_EXE_reconcile"))
            .args(arguments)
            .current_dir(self.folder)
            .env_remove("DATABASE_URL")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()?;
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok((output.status.success(), text))
    }

    fn succeeds(&self, arguments: &[&str]) -> Result<String, Failed> {
        match self.reconcile(arguments)? {
            (true, output) => Ok(output),
            (false, output) => Err(format!("{} failed:\n{output}", arguments.join(" ")).into()),
        }
    }

    fn apply(&self, more: &[&str]) -> Result<(bool, String), Failed> {
        let mut arguments = vec![
            "apply", "--url", &self.url, "--schema", "schema", "--plans", "plans", "--yes",
        ];
        arguments.extend(more);
        self.reconcile(&arguments)
    }

    fn in_sync(&self) -> Result<(), Failed> {
        self.succeeds(&["diff", "--from", &self.url, "--to", "schema", "--exit-code"])
            .map(|_| ())
    }

    /// The file that declares a table, and the edit of it.
    fn edit(&self, table: &str, edit: impl Fn(&str) -> String) -> Result<(), Failed> {
        let file = self.file(table)?;
        let before = std::fs::read_to_string(&file)?;
        let after = edit(&before);
        if before == after {
            return Err(format!("the edit of {table} changed nothing in:\n{before}").into());
        }
        std::fs::write(file, after)?;
        Ok(())
    }

    fn file(&self, table: &str) -> Result<PathBuf, Failed> {
        let start = format!("table {table} ");
        for entry in std::fs::read_dir(self.folder.join("schema"))? {
            let path = entry?.path();
            if std::fs::read_to_string(&path)?
                .lines()
                .any(|line| line.starts_with(&start))
            {
                return Ok(path);
            }
        }
        Err(format!("no file declares {table}").into())
    }

    /// Up, down, up again; both states are in sync with what was declared, and the rows are as they should be.
    fn change(&self, name: &str, up: &[(&str, &str)], down: &[(&str, &str)]) -> Result<(), Failed> {
        self.step(name, up, down).map_err(|failed| {
            format!(
                "{} / {name}: {}",
                self.engine,
                failed.message().unwrap_or_default()
            )
            .into()
        })
    }

    fn step(&self, name: &str, up: &[(&str, &str)], down: &[(&str, &str)]) -> Result<(), Failed> {
        let (done, output) = self.apply(&["-m", name])?;
        if !done {
            return Err(format!("apply failed:\n{output}").into());
        }
        self.in_sync()?;
        self.holds_up_nobody()?;
        up.iter().try_for_each(|(sql, value)| self.expect(sql, value))?;
        let chain = [
            "--url",
            &self.url,
            "--plans",
            "plans",
            "--schema",
            "schema",
            "--yes",
            "--allow-destructive",
        ];
        self.succeeds(&[&["downgrade", "-1"], &chain[..]].concat())?;
        down.iter().try_for_each(|(sql, value)| self.expect(sql, value))?;
        self.succeeds(&[&["upgrade", "head"], &chain[..]].concat())?;
        self.in_sync()?;
        Ok(())
    }

    /// No step of an upgrade reads or writes every row while others are kept out. (A value that an enum got can only go with the
    /// type made anew.)
    fn holds_up_nobody(&self) -> Result<(), Failed> {
        // The other engine has one lock for everything.
        if self.engine != "postgres" {
            return Ok(());
        }
        let keeps_out =
            ["access exclusive", "share row exclusive", "share"].map(|lock| format!("lock=\"{lock}\""));
        let takes_long = ["cost=scan", "cost=rewrite"];
        for entry in std::fs::read_dir(self.folder.join("plans"))? {
            let text = std::fs::read_to_string(entry?.path())?;
            let upgrade = text.split("\ndowngrade").next().unwrap_or_default();
            let slow = upgrade.lines().find(|line| {
                line.trim_start().starts_with("step ")
                    && keeps_out.iter().any(|lock| line.contains(lock))
                    && takes_long.iter().any(|cost| line.contains(cost))
            });
            if let Some(slow) = slow {
                return Err(format!("a step keeps others out for long: {slow}").into());
            }
        }
        Ok(())
    }

    fn story(&self) -> Result<(), Failed> {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_input/models.py");
        let made = Command::new(self.python)
            .arg(models)
            .arg(&self.sqlalchemy)
            .output()?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into_owned().into());
        }
        self.succeeds(&["inspect", "--url", &self.url, "--out", "schema"])?;
        std::fs::write(
            self.folder.join("reconcile.kdl"),
            "strategies {\n    on type-by-copy\n}\n",
        )?;
        self.in_sync()?;
        self.columns()?;
        self.names()?;
        self.types()?;
        self.lookup()?;
        self.dropping()
    }

    fn columns(&self) -> Result<(), Failed> {
        self.edit("users", |text| {
            after(text, "column name", "    column nickname text nullable")
        })?;
        self.change(
            "add a nullable column",
            &[("SELECT count(*) FROM users WHERE nickname IS NULL", "3")],
            &[("SELECT count(*) FROM users", "3")],
        )?;
        self.edit("users", |text| {
            after(text, "column name", "    column phone text backfill=unknown")
        })?;
        self.change(
            "add a required column",
            &[("SELECT count(*) FROM users WHERE phone = 'unknown'", "3")],
            &[],
        )?;
        self.edit("tickets", |text| {
            line(text, "column note", |line| {
                line.replace(" nullable", " backfill=none")
            })
        })?;
        self.change(
            "make a column required",
            &[("SELECT count(*) FROM tickets WHERE note = 'none'", "2")],
            &[],
        )?;
        self.edit("tickets", |text| {
            line(text, "column title", |line| format!("{line} nullable"))
        })?;
        self.change(
            "make a column optional",
            &[("SELECT count(*) FROM tickets", "4")],
            &[],
        )?;
        self.edit("tickets", |text| {
            after(text, "column note", "").replace(
                "    index requester_id",
                "    index title\n    index requester_id",
            )
        })?;
        self.change("add an index", &[], &[])
    }

    fn names(&self) -> Result<(), Failed> {
        self.edit("tickets", |text| {
            let renamed = line(text, "column legacy_code", |line| {
                line.replace("column legacy_code", "column old_code")
                    .replace(" nullable", " nullable was=legacy_code")
            });
            renamed
                .replace(" legacy_code", " old_code")
                .replace("was=old_code", "was=legacy_code")
        })?;
        self.change(
            "rename a column",
            &[("SELECT count(*) FROM tickets WHERE old_code = 'L1'", "4")],
            &[("SELECT count(*) FROM tickets WHERE legacy_code = 'L1'", "4")],
        )?;
        self.edit("tags", |text| {
            text.replace("table tags {", "table labels was=tags {")
        })?;
        self.edit("ticket_tags", |text| {
            text.replace("references=tags", "references=labels")
        })?;
        if self.engine == "postgres" {
            self.edit_any("owned-by tags", |line| line.replace("tags", "labels"))?;
        }
        self.change(
            "rename a table",
            &[("SELECT label FROM labels", "billing")],
            &[
                ("SELECT label FROM tags", "billing"),
                ("SELECT count(*) FROM ticket_tags", "4"),
            ],
        )
    }

    fn types(&self) -> Result<(), Failed> {
        let case = "CASE priority WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END";
        self.edit("tickets", |text| {
            line(text, "column priority", |_| {
                format!("    column priority integer using=\"{case}\"")
            })
        })?;
        self.change(
            "priority becomes a number",
            &[
                ("SELECT sum(priority) FROM tickets", "8"),
                ("SELECT count(*) FROM comments", "4"),
            ],
            &[("SELECT count(*) FROM tickets", "4")],
        )?;
        if self.engine == "postgres" {
            self.edit_any("enum ticket_status", |line| format!("{line} WAITING"))?;
        } else {
            self.edit("tickets", |text| {
                text.replace("('OPEN', 'CLOSED')", "('OPEN', 'CLOSED', 'WAITING')")
            })?;
        }
        self.change(
            "add an enum value",
            &[("SELECT count(*) FROM tickets WHERE status = 'OPEN'", "4")],
            &[("SELECT count(*) FROM tickets WHERE status = 'OPEN'", "4")],
        )?;
        self.value("SELECT 1")?;
        Ok(())
    }

    /// Edits the one line of the schema that starts with `start`.
    fn edit_any(&self, start: &str, edit: impl Fn(&str) -> String) -> Result<(), Failed> {
        for entry in std::fs::read_dir(self.folder.join("schema"))? {
            let path = entry?.path();
            let before = std::fs::read_to_string(&path)?;
            let after = line(&before, start, &edit);
            if after != before {
                std::fs::write(path, after)?;
                return Ok(());
            }
        }
        Err(format!("no line starts with {start}").into())
    }

    fn lookup(&self) -> Result<(), Failed> {
        let declared = "table priorities {\n    column id integer\n    column name text\n    primary-key id\n}\nrows priorities key=id {\n    row id=1 name=High\n    row id=2 name=Normal\n    row id=3 name=Low\n}\n";
        std::fs::write(self.folder.join("schema/priorities.kdl"), declared)?;
        self.edit("tickets", |text| {
            let at = text.rfind('}').unwrap_or(text.len());
            format!(
                "{}    foreign-key priority references=priorities\n{}",
                &text[..at],
                &text[at..]
            )
        })?;
        self.change(
            "a lookup table",
            &[(
                "SELECT count(*) FROM tickets t JOIN priorities p ON p.id = t.priority",
                "4",
            )],
            &[("SELECT count(*) FROM tickets", "4")],
        )
    }

    fn dropping(&self) -> Result<(), Failed> {
        self.edit("organizations", |text| {
            line(text, "column city", |_| String::new())
        })?;
        let (done, output) = self.apply(&["-m", "drop"])?;
        if done || !output.contains("--allow-destructive") || !output.contains("organizations.city") {
            return Err(format!("a drop was not refused:\n{output}").into());
        }
        self.expect("SELECT city FROM organizations", "Bern")?;
        let (done, output) = self.apply(&["-m", "drop", "--allow-destructive"])?;
        if !done {
            return Err(format!("an allowed drop failed:\n{output}").into());
        }
        self.in_sync()?;
        self.expect("SELECT name FROM organizations", "Acme")
    }
}

/// The text with a line put after the first one that declares `start`.
fn after(text: &str, start: &str, new: &str) -> String {
    if new.is_empty() {
        text.to_owned()
    } else {
        line(text, start, |line| format!("{line}\n{new}"))
    }
}

/// The text with the line that declares `start` edited.
fn line(text: &str, start: &str, edit: impl Fn(&str) -> String) -> String {
    let hit = |line: &str| {
        line.trim_start()
            .strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let lines: Vec<String> = text
        .lines()
        .map(|line| if hit(line) { edit(line) } else { line.to_owned() })
        .collect();
    lines.join("\n") + "\n"
}
