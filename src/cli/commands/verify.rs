//! `verify`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context};
use crate::workflow::verify::{Asked, OnEngine, Outcome, Verified, verify};

/// Prove revisions: up, down and up again on scratch databases, with made-up rows, and an outside observer's word
///
/// Each revision is run on what the chain makes before it, and must lead where it says and back; every row and value that
/// both states have must come through. Beside our own introspection, `pg_dump` (where it is on the path) or SQLite's own
/// schema table must see no difference. Ends with status 1 if anything is found.
#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    /// A revision, or FROM:TO; the whole chain if left out
    which: Option<String>,
    /// The `pg_dump` to run, in the place of the one on the path
    #[arg(long, value_name = "PROGRAM")]
    pg_dump: Option<PathBuf>,
}

impl Verify {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let asked = Asked {
            which: self.which.clone(),
            pg_dump: self.pg_dump.clone(),
        };
        let verified = block_on(verify(&project, &asked))??;
        if ui.is_json() {
            ui.json(&as_json(&verified));
        } else {
            for engine in &verified.engines {
                on_engine(ui, engine);
            }
            error::print(ui, &verified.notes);
        }
        Ok(if verified.holds() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(1)
        })
    }
}

fn on_engine(ui: &Ui, engine: &OnEngine) {
    ui.data(&ui.bold(&engine.server.to_string()));
    if engine.outcomes.is_empty() {
        ui.data("  there is no revision");
    }
    for outcome in &engine.outcomes {
        let mark = if outcome.findings.is_empty() {
            ui.green("✓")
        } else {
            ui.red("✗")
        };
        let shown = if outcome.shown.is_empty() {
            String::new()
        } else {
            format!(": {}", outcome.shown.join(", "))
        };
        ui.data(&format!("{mark} {} {}{shown}", outcome.id, outcome.message));
        for open in &outcome.open {
            ui.data(&format!("  {}", ui.dim(&format!("not shown: {open}"))));
        }
        error::print(ui, &outcome.findings);
    }
}

fn as_json(verified: &Verified) -> Value {
    let outcome = |outcome: &Outcome| {
        json!({
            "id": outcome.id,
            "message": outcome.message,
            "findings": outcome.findings.iter().map(error::as_json).collect::<Vec<_>>(),
            "shown": outcome.shown,
            "not_shown": outcome.open,
        })
    };
    let engine = |engine: &OnEngine| {
        json!({
            "engine": engine.server.dialect.name(),
            "version": engine.server.version_text,
            "observer": engine.observer.as_ref().ok(),
            "revisions": engine.outcomes.iter().map(outcome).collect::<Vec<_>>(),
        })
    };
    json!({
        "holds": verified.holds(),
        "engines": verified.engines.iter().map(engine).collect::<Vec<_>>(),
        "notes": verified.notes.iter().map(error::as_json).collect::<Vec<_>>(),
    })
}
