//! The example in `schema/` and its chain in `plans/`: on each engine the chain leads to the declarations, back to
//! nothing, and there again; and nothing in the folder changes on the way.

#[path = "support/server.rs"]
mod server;

use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

use server::Database;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![Trial::test("example::sqlite", || {
        let folder = tempfile::tempdir()?;
        round(&format!("sqlite:{}", folder.path().join("chat.db").display()))
    })];
    for (name, variable) in [
        ("postgres", "RECONCILE_TEST_POSTGRES"),
        ("postgres_12", "RECONCILE_TEST_POSTGRES_12"),
        ("postgres_18", "RECONCILE_TEST_POSTGRES_18"),
    ] {
        let server = std::env::var(variable).ok();
        let ignored = server.is_none();
        let test = move || server.as_deref().map_or(Ok(()), on_postgres);
        trials.push(Trial::test(format!("example::{name}"), test).with_ignored_flag(ignored));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn on_postgres(server: &str) -> Result<(), Failed> {
    let database = Database::new(server)?;
    database.create()?;
    round(&database.url)
}

/// Up, as declared, down, up.
fn round(url: &str) -> Result<(), Failed> {
    let before = contents();
    reconcile(&["apply", "--frozen", "--yes", "--url", url])?;
    as_declared(url)?;
    reconcile(&["downgrade", "base", "--yes", "--allow-destructive", "--url", url])?;
    let left = reconcile(&["inspect", "--url", url])?;
    if left.lines().any(|line| line.starts_with("table ")) {
        return Err(format!("the way back to base leaves:\n{left}").into());
    }
    reconcile(&["upgrade", "head", "--yes", "--url", url])?;
    as_declared(url)?;
    let again = reconcile(&["apply", "--yes", "--url", url])?;
    if !again.contains("Nothing to do") {
        return Err(format!("the chain does not lead to the declarations:\n{again}").into());
    }
    reconcile(&["check", "--url", url, "--scratch-url", url])?;
    if contents() == before {
        Ok(())
    } else {
        Err("a file of the project changed".into())
    }
}

fn as_declared(url: &str) -> Result<(), Failed> {
    reconcile(&["diff", "--from", url, "--to", "schema", "--exit-code"]).map(|_| ())
}

fn reconcile(arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("DATABASE_URL")
        .stdin(Stdio::null())
        .output()?;
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() {
        return Ok(text);
    }
    Err(format!("{} failed:\n{text}", arguments.join(" ")).into())
}

/// The declarations and the chain, as they stand.
fn contents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    for folder in ["schema", "plans"] {
        for entry in std::fs::read_dir(root.join(folder))
            .into_iter()
            .flatten()
            .flatten()
        {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            out.push((entry.path().display().to_string(), text));
        }
    }
    out.sort();
    out
}
