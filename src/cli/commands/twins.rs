//! `twins`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::cli::{Global, context};
use crate::workflow;

/// Write the Alembic files of our revisions that are missing, or that do not say what the revisions say
#[derive(Debug, Args)]
pub(in crate::cli) struct Twins {}

impl Twins {
    #[expect(clippy::unused_self, reason = "every command runs the same way")]
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let written = workflow::twin::write(&project)?;
        let files: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        if ui.is_json() {
            ui.json(&json!({ "written": files }));
            return Ok(ExitCode::SUCCESS);
        }
        for file in &files {
            ui.data(&format!("{file}:1"));
        }
        if files.is_empty() {
            ui.say("Every twin says what its revision says.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
