//! Whole schemas of different styles, rebuilt from what `inspect` writes of them: an outside observer finds the same, nothing
//! differs from either side, and the way down leaves nothing behind.
//!
//! Each file in `tests/rebuilt/` is DDL as somebody would write it. `-- since 14` in its first line says from which version of
//! PostgreSQL on it can be run.

#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

use support::engine::{Database, Engine, engines};
use support::observe;
use support::program::{Ran, reconcile};

fn main() {
    let arguments = Arguments::from_args();
    let (running, missing) = engines();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rebuilt");
    let mut files: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("the folder of schemas")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut trials = Vec::new();
    for engine in running.iter().filter(|engine| !engine.is_sqlite()) {
        for file in &files {
            trials.push(trial(file, engine));
        }
    }
    for (engine, reason) in &missing {
        let trial = Trial::test(format!("all::{engine}"), || Ok(()));
        trials.push(trial.with_kind(*reason).with_ignored_flag(true));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(file: &Path, engine: &Engine) -> Trial {
    let name = file
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let ddl = std::fs::read_to_string(file).expect("DDL is text");
    let since = ddl.strip_prefix("-- since ").map(|rest| {
        let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
        number.parse::<u32>().expect("a version")
    });
    let title = format!("{name}::{}", engine.name);
    if since.is_some_and(|since| engine.major < since) || engine.pg_dump.is_none() {
        let why = "the version has not all of it, or no pg_dump reads it";
        return Trial::test(title, || Ok(()))
            .with_kind(why)
            .with_ignored_flag(true);
    }
    let engine = engine.clone();
    Trial::test(title, move || rebuilt(&ddl, &engine))
}

fn rebuilt(ddl: &str, engine: &Engine) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let by_hand = Database::new(engine, folder, "by-hand")?;
    by_hand.execute(ddl)?;
    let run = |arguments: &[&str]| -> Result<Ran, Failed> { reconcile(folder, arguments) };
    run(&["inspect", "--url", &by_hand.url, "--out", "schema"])?.exits(0, "inspect")?;

    let ours = Database::new(engine, folder, "ours")?;
    let empty = observe::observe(&ours)?;
    run(&["apply", "--url", &ours.url, "--yes"])?.exits(0, "apply what inspect wrote")?;
    let expected = observe::observe(&by_hand)?;
    if expected.len() < 20 {
        return Err(format!("the observer says little of the original: {expected:?}").into());
    }
    observe::compare("the rebuilt schema", &observe::observe(&ours)?, &expected)?;
    for (what, database) in [("the original", &by_hand), ("what was rebuilt", &ours)] {
        let arguments = ["diff", "--from", &database.url, "--to", "schema", "--exit-code"];
        run(&arguments)?.exits(0, &format!("nothing differs from {what}"))?;
    }

    let down = [
        "downgrade",
        "base",
        "--url",
        &ours.url,
        "--yes",
        "--allow-destructive",
    ];
    run(&down)?.exits(0, "downgrade")?;
    observe::compare("the way down", &observe::observe(&ours)?, &empty)
}
