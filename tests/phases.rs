//! Every folder in `tests/phases/` taken in two phases on every engine, with code of before and code of after at work in
//! between.
//!
//! `before.kdl` is applied, and `seed.sql` put in. `plan --expand` towards `after.kdl` is applied; then `old.sql` runs, the
//! statements of code of before, and `new.sql`, those of code of after. Nothing is left for the first phase then, `status`
//! and `check` say where the database is. `plan --contract` leads to just what `after.kdl` alone leads to. Both are taken
//! back: an outside observer finds what was there after the first phase, and then what was there at the start, with every
//! row that was written on the way (`one-way` leaves the last step out). `case.kdl` is read as in `tests/cases/`; `says.txt` holds what `plan --expand` must say, a line each.

mod support;

use std::path::Path;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use support::case::{Case, When, folders};
use support::engine::{Database, Engine, engines_of_the_day, ignored};
use support::observe::{self, Rows};
use support::program::{Ran, reconcile};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/phases");
    let (running, missing) = engines_of_the_day();
    let running: Vec<Arc<Engine>> = running.into_iter().map(Arc::new).collect();
    let mut trials = Vec::new();
    for (name, folder) in folders(&root) {
        for engine in &running {
            trials.push(trial(&name, &folder, engine));
        }
        for (engine, reason) in &missing {
            trials.push(ignored(&format!("{name}::{engine}"), reason));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(name: &str, folder: &Path, engine: &Arc<Engine>) -> Trial {
    let title = format!("{name}::{}", engine.name);
    let case = match Case::read(folder, name, engine) {
        Ok(case) => case,
        Err(reason) => return ignored(&title, &reason),
    };
    if !engine.is_sqlite() && engine.pg_dump.is_none() {
        return ignored(&title, "no pg_dump that reads this server");
    }
    let engine = Arc::clone(engine);
    Trial::test(title, move || {
        let folder = tempfile::tempdir()?;
        case.configure(folder.path(), "")?;
        Story {
            case: &case,
            folder: folder.path(),
            database: Database::new(&engine, folder.path(), "phases")?,
        }
        .told()
    })
}

struct Story<'a> {
    case: &'a Case,
    folder: &'a Path,
    database: Database<'a>,
}

impl Story<'_> {
    fn told(&self) -> Result<(), Failed> {
        self.on(&self.database, "before", &["apply", "--yes"])?
            .exits(0, "apply before.kdl")?;
        let start = observe::observe(&self.database)?;
        if let Some(seed) = self.case.seed() {
            self.database.execute(&seed)?;
        }
        let seeded = observe::rows(&self.database)?;
        self.run(&["plan", "--contract", "-m", "too early"])?
            .exits(2, "the second phase before the first")?
            .says(&["RC0670".to_owned(), "--expand".to_owned()], "the refusal")?;
        let between = self.expand(&seeded)?;
        self.contract()?;
        self.back(&between)?;
        if self.case.one_way {
            return Ok(());
        }
        let rows = observe::rows(&self.database)?;
        self.run(&["downgrade", "-1", "--yes", "--allow-destructive"])?
            .exits(0, "take the first phase back")?;
        let found = observe::observe(&self.database)?;
        observe::compare("after both phases were taken back", &found, &start)?;
        self.survive("after both phases were taken back", &rows)?;
        self.values(When::Down)
    }

    fn run(&self, arguments: &[&str]) -> Result<Ran, Failed> {
        self.on(&self.database, "after", arguments)
    }

    fn on(&self, database: &Database<'_>, state: &str, arguments: &[&str]) -> Result<Ran, Failed> {
        let schema = self.case.declarations(state);
        let schema = schema.to_string_lossy();
        let common = ["--url", &database.url, "--schema", &schema, "--plans", "plans"];
        reconcile(self.folder, &[arguments, &common[..]].concat())
    }

    fn expand(&self, seeded: &Rows) -> Result<Vec<String>, Failed> {
        let ran = self
            .run(&["plan", "--expand", "-m", "expand"])?
            .exits(0, "plan the first phase")?;
        let says = self.case.folder.join("says.txt");
        let says = says.exists().then(|| std::fs::read_to_string(says)).transpose()?;
        let lines: Vec<String> = says.unwrap_or_default().lines().map(str::to_owned).collect();
        ran.says(&lines, "the first phase")?;
        self.run(&["upgrade", "head", "--yes"])?
            .exits(0, "the first phase")?;
        let between = observe::observe(&self.database)?;
        self.survive("after the first phase", seeded)?;
        for code in ["old", "new"] {
            if let Some(sql) = self.sql(code)? {
                self.database
                    .execute(&sql)
                    .map_err(|failed| format!("{code} code: {}", failed.message().unwrap_or_default()))?;
            }
        }
        self.values(When::Between)?;
        self.run(&["plan", "--expand", "-m", "again"])?
            .exits(0, "plan the first phase again")?
            .says(
                &["Nothing is left for the first phase".to_owned()],
                "a second first phase",
            )?;
        self.run(&["status"])?
            .exits(0, "status")?
            .says(&["plan --contract".to_owned()], "status between the phases")?;
        self.run(&["check"])?
            .exits(0, "check")?
            .says(&["plan --contract".to_owned()], "check between the phases")?;
        Ok(between)
    }

    fn contract(&self) -> Result<(), Failed> {
        self.run(&["plan", "--contract", "-m", "contract"])?
            .exits(0, "plan the second phase")?;
        let mut upgrade = vec!["upgrade", "head", "--yes"];
        if self.case.allow_destructive {
            self.run(&upgrade)?.exits(2, "a loss is refused")?;
            upgrade.push("--allow-destructive");
        }
        self.run(&upgrade)?.exits(0, "the second phase")?;
        let after = self.case.declarations("after");
        self.run_plain(&[
            "diff",
            "--from",
            &self.database.url,
            "--to",
            &after.to_string_lossy(),
            "--exit-code",
        ])?
        .exits(0, "nothing differs from after.kdl")?;
        let direct = Database::new(self.database.engine, self.folder, "direct")?;
        reconcile(
            self.folder,
            &[
                "apply",
                "--yes",
                "--url",
                &direct.url,
                "--schema",
                &after.to_string_lossy(),
                "--plans",
                "direct",
            ],
        )?
        .exits(0, "apply after.kdl to an empty database")?;
        let found = observe::observe(&self.database)?;
        observe::compare("after the second phase", &found, &observe::observe(&direct)?)?;
        if let Some(sql) = self.sql("later")? {
            self.database.execute(&sql)?;
        }
        self.values(When::Up)
    }

    fn run_plain(&self, arguments: &[&str]) -> Result<Ran, Failed> {
        reconcile(self.folder, arguments)
    }

    fn back(&self, between: &[String]) -> Result<(), Failed> {
        self.run(&["downgrade", "-1", "--yes", "--allow-destructive"])?
            .exits(0, "take the second phase back")?;
        let found = observe::observe(&self.database)?;
        observe::compare("after the second phase was taken back", &found, between)?;
        self.values(When::Back)
    }

    /// The statements of a code, for this engine or for all.
    fn sql(&self, code: &str) -> Result<Option<String>, Failed> {
        if let Some(own) = self.case.hand_written(code) {
            return Ok(Some(own));
        }
        let path = self.case.folder.join(format!("{code}.sql"));
        Ok(path.exists().then(|| std::fs::read_to_string(path)).transpose()?)
    }

    fn survive(&self, when: &str, before: &Rows) -> Result<(), Failed> {
        let rows = observe::rows(&self.database)?;
        observe::survive(when, before, &rows, |table, column| {
            self.case.is_lost(table, column)
        })
    }

    fn values(&self, when: When) -> Result<(), Failed> {
        for value in self.case.values.iter().filter(|value| value.when == when) {
            let found = self.database.value(&value.sql)?;
            if found != value.expected {
                return Err(format!("{when:?}: {}: {found}, not {}", value.sql, value.expected).into());
            }
        }
        Ok(())
    }
}
