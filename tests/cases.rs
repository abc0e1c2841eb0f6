//! Every folder in `tests/cases/` run on every engine, up and down, through the binary.
//!
//! In this order: the declarations of `before.kdl` are applied to an empty database, and rows put in; nothing differs;
//! `after.kdl` is applied; nothing differs; an outside observer finds the same as in a database built directly from
//! `after.kdl`, or from hand-written DDL where the case has it; the rows are there; what `inspect` writes loads to the same
//! state. Then down: the observer finds `before` again, with the rows, and the way up can be taken once more.

#[expect(dead_code, reason = "shared with tests that run on fewer servers")]
mod support;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};

use support::case::{Case, When, with_sql};
use support::engine::{Database, Engine, engines, ignored};
use support::observe::{self, Rows};
use support::program::{Ran, reconcile};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let (running, missing) = engines();
    let running: Vec<Arc<Engine>> = running.into_iter().map(Arc::new).collect();
    // Whoever asks for the second half of a story while the first is being told waits, and does nothing else meanwhile.
    let (mut trials, mut second_halves) = (Vec::new(), Vec::new());
    for (name, folder) in with_sql(&root) {
        for engine in &running {
            let mut halves = trials_of(&name, &folder, engine).into_iter();
            trials.extend(halves.next());
            second_halves.extend(halves);
        }
        for (engine, reason) in &missing {
            trials.push(ignored(&format!("{name}::{engine}"), reason));
        }
    }
    trials.extend(second_halves);
    libtest_mimic::run(&arguments, trials).exit();
}

/// Up and down of a case on an engine. Both are told by one story, which the first of them to run plays.
fn trials_of(name: &str, folder: &Path, engine: &Arc<Engine>) -> Vec<Trial> {
    let title = format!("{name}::{}", engine.name);
    let case = match Case::read(folder, name, engine) {
        Ok(case) => case,
        Err(reason) => return vec![ignored(&title, &reason)],
    };
    if !engine.is_sqlite() && engine.pg_dump.is_none() {
        return vec![ignored(&title, "no pg_dump that reads this server")];
    }
    if case.expect_error.is_some() {
        let engine = Arc::clone(engine);
        return vec![Trial::test(format!("{title}::refused"), move || {
            let folder = tempfile::tempdir()?;
            Story::new(&case, &engine, folder.path())?.refused()
        })];
    }
    let one_way = case.one_way;
    let story: Arc<OnceLock<[Result<(), String>; 2]>> = Arc::default();
    let play = {
        let engine = Arc::clone(engine);
        Arc::new(move || -> [Result<(), String>; 2] { story.get_or_init(|| told(&case, &engine)).clone() })
    };
    let direction = |at: usize, word: &str| {
        let play = Arc::clone(&play);
        Trial::test(format!("{title}::{word}"), move || {
            play()[at].clone().map_err(Failed::from)
        })
    };
    if one_way {
        vec![direction(0, "up")]
    } else {
        vec![direction(0, "up"), direction(1, "down")]
    }
}

fn told(case: &Case, engine: &Engine) -> [Result<(), String>; 2] {
    let text = |failed: Failed| failed.message().unwrap_or("failed").to_owned();
    let played = || -> Result<[Result<(), String>; 2], Failed> {
        let folder = tempfile::tempdir()?;
        let mut story = Story::new(case, engine, folder.path())?;
        if let Err(failed) = story.up() {
            return Ok([Err(text(failed)), Err("the way up failed".to_owned())]);
        }
        let down = if case.one_way { Ok(()) } else { story.down() };
        Ok([Ok(()), down.map_err(text)])
    };
    match played() {
        Ok(results) => results,
        Err(failed) => {
            let failed = text(failed);
            [Err(failed.clone()), Err(failed)]
        }
    }
}

/// A case in the middle of its run.
struct Story<'a> {
    case: &'a Case,
    folder: &'a Path,
    database: Database<'a>,
    /// What the observer said, and the rows, before the way up.
    before: Vec<String>,
    seeded: Rows,
    /// What the observer said after it.
    after: Vec<String>,
}

impl<'a> Story<'a> {
    fn new(case: &'a Case, engine: &'a Engine, folder: &'a Path) -> Result<Self, Failed> {
        case.configure(folder, "")?;
        Ok(Self {
            case,
            folder,
            database: Database::new(engine, folder, "case")?,
            before: Vec::new(),
            seeded: Rows::new(),
            after: Vec::new(),
        })
    }

    fn run(&self, arguments: &[&str]) -> Result<Ran, Failed> {
        reconcile(self.folder, arguments)
    }

    fn apply(&self, database: &Database<'_>, state: &str, plans: &str, more: &[&str]) -> Result<Ran, Failed> {
        let path = self.case.declarations(state);
        let path = path.to_string_lossy();
        let mut arguments = vec![
            "apply",
            "--url",
            &database.url,
            "--schema",
            &path,
            "--plans",
            plans,
            "--yes",
        ];
        arguments.extend(more);
        self.run(&arguments)
    }

    fn in_sync(&self, to: &Path, purpose: &str) -> Result<(), Failed> {
        let to = to.to_string_lossy();
        let from = &self.database.url;
        self.run(&["diff", "--from", from, "--to", &to, "--exit-code"])?
            .exits(0, purpose)
            .map(|_| ())
    }

    /// A database in the state `before.kdl`, with rows.
    fn begin(&mut self) -> Result<(), Failed> {
        self.apply(&self.database, "before", "plans", &[])?
            .exits(0, "apply before.kdl")?;
        self.before = observe::observe(&self.database)?;
        if let Some(seed) = self.case.seed() {
            self.database.execute(&seed)?;
        }
        self.seeded = observe::rows(&self.database)?;
        self.in_sync(
            &self.case.declarations("before"),
            "nothing differs from before.kdl",
        )?;
        if let Some(sql) = self.case.hand_written("before") {
            self.equals_hand_written("before", &sql, &self.before)?;
        }
        Ok(())
    }

    fn refused(mut self) -> Result<(), Failed> {
        self.begin()?;
        // With what the seeds have made and nobody declares.
        self.before = observe::observe(&self.database)?;
        let more: &[&str] = if self.case.allow_destructive {
            &["--allow-destructive"]
        } else {
            &[]
        };
        let words = self.case.expect_error.clone().unwrap_or_default();
        self.apply(&self.database, "after", "plans", more)?
            .exits(2, "apply after.kdl is refused")?
            .says(&words, "the refusal")?;
        self.is_untouched("after a refusal")
    }

    fn is_untouched(&self, when: &str) -> Result<(), Failed> {
        observe::compare(when, &observe::observe(&self.database)?, &self.before)?;
        observe::survive(when, &self.seeded, &observe::rows(&self.database)?, |_, _| false)?;
        self.in_sync(
            &self.case.declarations("before"),
            &format!("nothing differs {when}"),
        )
    }

    fn up(&mut self) -> Result<(), Failed> {
        self.begin()?;
        let mut more: &[&str] = &[];
        if self.case.allow_destructive {
            self.apply(&self.database, "after", "plans", &[])?
                .exits(2, "a loss is refused")?
                .says(&["--allow-destructive".to_owned()], "the refusal")?;
            self.is_untouched("after the refusal of a loss")?;
            more = &["--allow-destructive"];
        }
        self.apply(&self.database, "after", "plans", more)?
            .exits(0, "apply after.kdl")?;
        self.in_sync(&self.case.declarations("after"), "nothing differs from after.kdl")?;
        self.after = observe::observe(&self.database)?;
        match self.case.hand_written("after") {
            Some(sql) => self.equals_hand_written("after", &sql, &self.after)?,
            None => self.equals_direct_build()?,
        }
        let rows = observe::rows(&self.database)?;
        observe::survive("after the way up", &self.seeded, &rows, |table, column| {
            self.case.is_lost(table, column)
        })?;
        self.values(When::Up)?;
        self.shapes()?;
        self.round_trip()
    }

    fn equals_hand_written(&self, state: &str, sql: &str, found: &[String]) -> Result<(), Failed> {
        let other = Database::new(self.database.engine, self.folder, &format!("hand-{state}"))?;
        other.execute(sql)?;
        let expected = observe::observe(&other)?;
        observe::compare(&format!("{state} by hand"), found, &expected)
    }

    fn equals_direct_build(&self) -> Result<(), Failed> {
        let other = Database::new(self.database.engine, self.folder, "direct")?;
        self.apply(&other, "after", "direct-plans", &[])?
            .exits(0, "apply after.kdl to an empty database")?;
        let expected = observe::observe(&other)?;
        observe::compare(
            "the observer sees a difference after the way up",
            &self.after,
            &expected,
        )
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

    /// The titles of the steps up in the newest revision.
    fn shapes(&self) -> Result<(), Failed> {
        let mut files: Vec<_> = std::fs::read_dir(self.folder.join("plans"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        let newest =
            |path: &std::path::PathBuf| path.metadata().and_then(|metadata| metadata.modified()).ok();
        files.sort_by_key(newest);
        let text = std::fs::read_to_string(files.last().ok_or("no revision was written")?)?;
        let up = text.split("\ndowngrade").next().unwrap_or_default();
        // Facts about the data are no shape.
        let is_shape = |word: &&str| {
            !["rows=", "bytes=", "one-way="]
                .iter()
                .any(|fact| word.starts_with(fact))
        };
        let titles: Vec<String> = up
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("step "))
            .map(|title| title.split(' ').filter(is_shape).collect::<Vec<_>>().join(" "))
            .collect();
        let has = |shape: &String| titles.iter().any(|title| title.contains(shape.as_str()));
        if let Some(shape) = self.case.require.iter().find(|shape| !has(shape)) {
            return Err(format!("no step {shape:?} in {titles:#?}").into());
        }
        if let Some(shape) = self.case.forbid.iter().find(|shape| has(shape)) {
            return Err(format!("a step {shape:?} in {titles:#?}").into());
        }
        Ok(())
    }

    fn round_trip(&self) -> Result<(), Failed> {
        let inspected = self
            .run(&["inspect", "--url", &self.database.url])?
            .exits(0, "inspect")?;
        let path = self.folder.join("inspected.kdl");
        std::fs::write(&path, &inspected.stdout)?;
        self.in_sync(&path, "what inspect wrote is what is there")
            .map_err(|failed| {
                format!("{}\n{}", failed.message().unwrap_or_default(), inspected.stdout).into()
            })
    }

    fn down(&mut self) -> Result<(), Failed> {
        let url = self.database.url.clone();
        let schema = self.case.declarations("after");
        let schema = schema.to_string_lossy();
        let common = [
            "--url",
            &url,
            "--schema",
            &schema,
            "--plans",
            "plans",
            "--yes",
            "--allow-destructive",
        ];
        self.run(&[&["downgrade", "-1"], &common[..]].concat())?
            .exits(0, "downgrade")?;
        self.in_sync(
            &self.case.declarations("before"),
            "nothing differs from before.kdl after the way down",
        )?;
        observe::compare(
            "the observer sees a difference after the way down",
            &observe::observe(&self.database)?,
            &self.before,
        )?;
        let rows = observe::rows(&self.database)?;
        observe::survive("after the way down", &self.seeded, &rows, |table, column| {
            self.case.is_lost(table, column)
        })?;
        self.values(When::Down)?;
        self.run(&[&["upgrade", "head"], &common[..]].concat())?
            .exits(0, "upgrade again")?;
        observe::compare(
            "the observer sees a difference after the second way up",
            &observe::observe(&self.database)?,
            &self.after,
        )
    }
}
