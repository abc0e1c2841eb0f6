//! Whole schemas of different styles, rebuilt from what `inspect` writes of them, as declarations and as SQL for the engine's
//! own client: an outside observer finds the same, nothing differs from either side, and the way down leaves nothing behind.
//!
//! Each file in `tests/rebuilt/` is DDL as somebody would write it for PostgreSQL, each one in `tests/rebuilt/sqlite/` for
//! SQLite. `-- since 14` in its first line says from which version of PostgreSQL on it can be run.

#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};

use support::engine::{Database, Engine, engines};
use support::observe;
use support::program::{Ran, reconcile};

fn main() {
    let arguments = Arguments::from_args();
    let (running, missing) = engines();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rebuilt");
    let mut trials = Vec::new();
    for engine in &running {
        let files = if engine.is_sqlite() {
            schemas(&root.join("sqlite"))
        } else {
            schemas(&root)
        };
        trials.extend(files.iter().map(|file| trial(file, engine)));
    }
    for (engine, reason) in &missing {
        let trial = Trial::test(format!("all::{engine}"), || Ok(()));
        trials.push(trial.with_kind(*reason).with_ignored_flag(true));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn schemas(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder of schemas");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    files
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
    if since.is_some_and(|since| engine.major < since) || (engine.pg_dump.is_none() && !engine.is_sqlite()) {
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

    by_client(&by_hand, &expected, folder)?;
    by_dump(&by_hand, &expected, folder)?;

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

/// What `inspect` writes as SQL, run by the engine's own client on an empty database, makes the same again.
fn by_client(original: &Database<'_>, expected: &[String], folder: &Path) -> Result<(), Failed> {
    let arguments = ["inspect", "--url", &original.url, "--format", "sql"];
    let written = reconcile(folder, &arguments)?.exits(0, "inspect as SQL")?.stdout;
    let made = Database::new(original.engine, folder, "by-client")?;
    if original.engine.is_sqlite() {
        made.execute(&written)?;
    } else {
        let script = folder.join("schema.sql");
        std::fs::write(&script, &written)?;
        let mut client = Command::new(psql());
        client.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file"]);
        let output = client.arg(script).arg(&made.url).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("psql: {said}\n{written}").into());
        }
    }
    observe::compare("what the client made", &observe::observe(&made)?, expected)?;
    let arguments = ["diff", "--from", &made.url, "--to", &original.url, "--exit-code"];
    reconcile(folder, &arguments)?.exits(0, "nothing differs from what the client made")?;
    Ok(())
}

/// `psql`, beside a `pg_dump` of the tests or on the path: any of them talks to any server.
fn psql() -> String {
    let programs = std::env::var("RECONCILE_TEST_PG_DUMP").unwrap_or_default();
    let beside = programs
        .split(':')
        .map(|program| Path::new(program).with_file_name("psql"));
    let mut found = beside.filter(|psql| psql.is_file());
    found
        .next()
        .map_or_else(|| "psql".to_owned(), |psql| psql.display().to_string())
}

/// What `pg_dump` writes of it, owners and rights included, is a desired state as it stands.
fn by_dump(original: &Database<'_>, expected: &[String], folder: &Path) -> Result<(), Failed> {
    let Some(pg_dump) = &original.engine.pg_dump else {
        return Ok(());
    };
    let dumped = folder.join("dumped");
    std::fs::create_dir(&dumped)?;
    let mut dump = Command::new(pg_dump);
    dump.args(["--schema-only", "--no-password", "--file"]);
    let output = dump.arg(dumped.join("dump.sql")).arg(&original.url).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let arguments = [
        "diff",
        "--from",
        &original.url,
        "--to",
        "dumped/dump.sql",
        "--exit-code",
    ];
    reconcile(folder, &arguments)?.exits(0, "nothing differs from the dump")?;
    let made = Database::new(original.engine, folder, "by-dump")?;
    let arguments = ["--url", &made.url, "--schema", "dumped", "--plans", "of-dump"];
    reconcile(folder, &[&["apply", "--yes"], &arguments[..]].concat())?.exits(0, "apply the dump")?;
    observe::compare("what was made of the dump", &observe::observe(&made)?, expected)?;
    let arguments = ["diff", "--from", &made.url, "--to", "dumped", "--exit-code"];
    reconcile(folder, &arguments)?.exits(0, "nothing differs from what was made of the dump")?;
    Ok(())
}
