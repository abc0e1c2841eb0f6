//! `check`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::workflow::check::check;

/// The gate before a merge: declarations, chain and revisions, in one run; ends with status 1 if anything is found
///
/// The declarations are valid, the chain has one head and leads to them, every revision does what it says up and down on a
/// scratch database, and none was edited after it was applied to the database, if one is named.
#[derive(Debug, Args)]
pub(in crate::cli) struct Check {}

impl Check {
    #[expect(clippy::unused_self, reason = "every command runs the same way")]
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let checked = block_on(check(&project))??;
        if report::findings::for_tools(ui, &[&checked.findings, &checked.notes])? {
            // Said.
        } else if ui.is_json() {
            ui.json(&json!({
                "findings": checked.findings.iter().map(error::as_json).collect::<Vec<_>>(),
                "passed": checked.passed,
                "notes": checked.notes.iter().map(error::as_json).collect::<Vec<_>>(),
            }));
        } else {
            for passed in &checked.passed {
                ui.data(&format!("{} {passed}", ui.green("✓")));
            }
            error::print(ui, &checked.notes);
            error::print(ui, &checked.findings);
        }
        Ok(if checked.findings.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(1)
        })
    }
}
