//! Random catalogs and random edits of them, on real servers: up, compare, down, compare.
//!
//! For each pair: the first state is applied to an empty database, and rows put in; the second is applied; nothing differs then,
//! and an outside observer finds the same as in a database built directly from the second state; the rows that both states have
//! are there. Then down: nothing differs from the first state, for the program and for the observer.
//!
//! `RECONCILE_RANDOM_PAIRS=2000` makes more pairs than 50, `RECONCILE_RANDOM_SEED=7` other ones than those of 1. A pair that fails is made
//! smaller for as long as `RECONCILE_RANDOM_SHRINK` seconds. Runs on the first PostgreSQL server, on the others too where
//! `RECONCILE_TEST_WIDE` is `all`.

#[path = "random/mod.rs"]
mod generate;
#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};

use generate::{Pair, Told};
use support::engine::{Database, Engine, engines_of_the_day};
use support::observe;
use support::program::{Ran, reconcile};

/// Rows in the way of a change: an answer, not a failure.
const REFUSED_FOR_ROWS: &str = "RC0540";

/// Rows in the way of a step of a downgrade.
const NO_WAY_BACK: &str = "RC0610";

/// What came of the pairs.
#[derive(Default)]
struct Tally {
    arrived: AtomicUsize,
    refused: AtomicUsize,
    /// How many of those that arrived had nothing to do.
    empty: AtomicUsize,
}

#[expect(
    clippy::print_stdout,
    reason = "a run without a failure says what it did, too"
)]
fn main() {
    let arguments = Arguments::from_args();
    let pairs = number("RECONCILE_RANDOM_PAIRS", 50);
    let seed = number("RECONCILE_RANDOM_SEED", 1);
    let (running, missing) = engines_of_the_day();
    let tally = Arc::new(Tally::default());
    let mut trials = Vec::new();
    for engine in running
        .into_iter()
        .filter(|engine| !engine.is_sqlite())
        .map(Arc::new)
    {
        let why = engine
            .pg_dump
            .is_none()
            .then_some("no pg_dump that reads this server");
        for at in 0..pairs {
            let (engine, tally) = (Arc::clone(&engine), Arc::clone(&tally));
            let title = format!("random::{}::{seed}::{at}", engine.name);
            let trial = Trial::test(title, move || one(seed, at, &engine, &tally));
            trials.push(match why {
                Some(why) => trial.with_kind(why).with_ignored_flag(true),
                None => trial,
            });
        }
    }
    for (engine, reason) in &missing {
        trials.push(
            Trial::test(format!("random::{engine}"), || Ok(()))
                .with_kind(*reason)
                .with_ignored_flag(true),
        );
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    let count = |of: &AtomicUsize| of.load(Ordering::Relaxed);
    let (arrived, refused, empty) = (count(&tally.arrived), count(&tally.refused), count(&tally.empty));
    if arrived + refused > 0 {
        println!(
            "random pairs: {arrived} there and back ({empty} without a difference), {refused} refused for their rows"
        );
    }
    // A test that refuses everything shows nothing.
    if arrived + refused >= 20 && !conclusion.has_failed() {
        assert!(
            refused * 8 <= arrived,
            "too many pairs are refused: {refused} of {}",
            arrived + refused
        );
        assert!(
            empty * 8 <= arrived,
            "too many edits change nothing: {empty} of {arrived}"
        );
    }
    conclusion.exit();
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// How a pair ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Arrived,
    Nothing,
    Refused,
}

fn one(seed: usize, at: usize, engine: &Engine, tally: &Tally) -> Result<(), Failed> {
    let pair = Pair::new((seed as u64) << 32 | at as u64, engine.major);
    let failed = match played(&pair, engine) {
        Ok(end) => {
            let of = if end == End::Refused {
                &tally.refused
            } else {
                &tally.arrived
            };
            of.fetch_add(1, Ordering::Relaxed);
            tally
                .empty
                .fetch_add(usize::from(end == End::Nothing), Ordering::Relaxed);
            return Ok(());
        }
        Err(failed) => failed,
    };
    let (pair, failed) = shrunk(pair, failed, engine);
    let told = pair.told();
    let message = failed.message().unwrap_or("failed");
    Err(format!(
        "RECONCILE_RANDOM_SEED={seed}, pair {at}, with {} and {} steps:\n{message}\n==== before\n{}\n==== after\n{}\n==== rows\n{}",
        pair.builds.len(),
        pair.edits.len(),
        told.before,
        told.after,
        told.rows,
    )
    .into())
}

/// What kind of a failure this is: a smaller pair has to fail in the same way.
fn kind(failed: &Failed) -> String {
    let text = failed.message().unwrap_or_default();
    let code = text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| {
        word.len() == 6
            && word.starts_with("RC")
            && word[2..].bytes().all(|byte| byte.is_ascii_digit())
            && *word != "RC0604"
    });
    let first = text.lines().next().unwrap_or_default();
    format!(
        "{} {}",
        first.split(':').next().unwrap_or_default(),
        code.unwrap_or_default()
    )
}

/// The smallest pair that is found in the time there is and fails in the same way.
fn shrunk(pair: Pair, failed: Failed, engine: &Engine) -> (Pair, Failed) {
    let seconds = number("RECONCILE_RANDOM_SHRINK", 60);
    let until = Instant::now() + Duration::from_secs(seconds as u64);
    let (mut pair, mut failed) = (pair, failed);
    let wanted = kind(&failed);
    'smaller: loop {
        for smaller in pair.smaller() {
            if Instant::now() >= until {
                return (pair, failed);
            }
            if let Err(found) = played(&smaller, engine)
                && kind(&found) == wanted
            {
                (pair, failed) = (smaller, found);
                continue 'smaller;
            }
        }
        return (pair, failed);
    }
}

/// A pair from an empty database there and back.
fn played(pair: &Pair, engine: &Engine) -> Result<End, Failed> {
    let folder = tempfile::tempdir()?;
    let told = pair.told();
    let before = folder.path().join("before.kdl");
    let after = folder.path().join("after.kdl");
    std::fs::write(&before, &told.before)?;
    std::fs::write(&after, &told.after)?;
    Story {
        told: &told,
        folder: folder.path(),
        database: Database::new(engine, folder.path(), "random")?,
    }
    .told()
}

/// A pair in the middle of its run.
struct Story<'a> {
    told: &'a Told,
    folder: &'a std::path::Path,
    database: Database<'a>,
}

impl Story<'_> {
    fn apply(&self, database: &Database<'_>, state: &str, plans: &str) -> Result<Ran, Failed> {
        let schema = format!("{state}.kdl");
        let url = &database.url;
        let arguments = [
            "apply",
            "--url",
            url,
            "--schema",
            &schema,
            "--plans",
            plans,
            "--yes",
            "--allow-destructive",
        ];
        reconcile(self.folder, &arguments)
    }

    fn in_sync(&self, state: &str, when: &str) -> Result<(), Failed> {
        let to = format!("{state}.kdl");
        let arguments = ["diff", "--from", &self.database.url, "--to", &to, "--exit-code"];
        reconcile(self.folder, &arguments)?.exits(0, when).map(|_| ())
    }

    fn told(&self) -> Result<End, Failed> {
        self.apply(&self.database, "before", "plans")?
            .exits(0, "apply the first state")?;
        let before = observe::observe(&self.database)?;
        self.database.execute(&self.told.rows)?;
        let seeded = observe::rows(&self.database)?;
        let up = self.apply(&self.database, "after", "plans")?;
        if up.status == Some(2) && up.stderr.contains(REFUSED_FOR_ROWS) {
            observe::compare("after a refusal", &observe::observe(&self.database)?, &before)?;
            return Ok(End::Refused);
        }
        up.exits(0, "apply the second state")?;
        let after = observe::observe(&self.database)?;
        self.in_sync("after", "a second plan is empty")?;

        let direct = Database::new(self.database.engine, self.folder, "direct")?;
        self.apply(&direct, "after", "direct-plans")?
            .exits(0, "apply the second state to an empty database")?;
        observe::compare("after the way up", &after, &observe::observe(&direct)?)?;
        drop(direct);
        let is_changed = |table: &str, column: Option<&str>| {
            let name = column.map_or(table.to_owned(), |column| format!("{table}.{column}"));
            self.told.changed.contains(&name)
        };
        observe::survive(
            "rows after the way up",
            &seeded,
            &observe::rows(&self.database)?,
            is_changed,
        )?;
        if before == after && self.told.before == self.told.after {
            return Ok(End::Nothing);
        }

        let plans = std::fs::read_dir(self.folder.join("plans"))?.count();
        if plans > 1 {
            let url = &self.database.url;
            let arguments = [
                "downgrade",
                "-1",
                "--url",
                url,
                "--schema",
                "after.kdl",
                "--plans",
                "plans",
                "--yes",
                "--allow-destructive",
            ];
            let down = reconcile(self.folder, &arguments)?;
            // A required column that went cannot come back to rows, nor a reference to rows that went.
            if down.stderr.contains(NO_WAY_BACK) && matches!(down.status, Some(2 | 3)) {
                if down.status == Some(2) {
                    let found = observe::observe(&self.database)?;
                    observe::compare("after a downgrade that is refused", &found, &after)?;
                }
                return Ok(End::Refused);
            }
            down.exits(0, "downgrade")?;
        }
        self.in_sync("before", "nothing differs after the way down")?;
        observe::compare("after the way down", &observe::observe(&self.database)?, &before)?;
        observe::survive(
            "rows after the way down",
            &seeded,
            &observe::rows(&self.database)?,
            is_changed,
        )?;
        Ok(if plans > 1 { End::Arrived } else { End::Nothing })
    }
}
