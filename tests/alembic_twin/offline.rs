//! `psql` and `sqlite3`, which run what `alembic --sql` prints.

use std::io::Write as _;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;

use crate::support::engine::{Database, Engine};

/// The engine's own program, if it is there.
pub(crate) fn program(engine: &Engine) -> Option<String> {
    let name = if engine.is_sqlite() { "sqlite3" } else { "psql" };
    let found = Command::new(name).arg("--version").output().ok()?;
    found.status.success().then(|| name.to_owned())
}

/// Runs SQL, and stops at the first error.
pub(crate) fn feed(program: &str, database: &Database<'_>, sql: &str) -> Result<(), Failed> {
    let mut command = Command::new(program);
    if database.engine.is_sqlite() {
        let path = database.url.trim_start_matches("sqlite:");
        command.args(["-batch", "-bail", path]);
    } else {
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", &database.url]);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("no stdin")?;
    let text = sql.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output()?;
    // A program that stopped early has closed its input; what it says is what matters.
    drop(writer.join());
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{program}: {said}\n{sql}").into())
}
