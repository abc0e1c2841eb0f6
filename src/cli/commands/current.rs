//! `current`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context};
use crate::workflow::{chain, status};

/// Show the revision at which the database stands
#[derive(Debug, Args)]
pub(in crate::cli) struct Current {}

impl Current {
    #[expect(clippy::unused_self, reason = "every command runs the same way")]
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let rows = block_on(status::current(&project))??;
        if ui.is_json() {
            ui.json(&json!({ "rows": rows }));
            return Ok(ExitCode::SUCCESS);
        }
        let map = chain::load(&project)?;
        let heads: Vec<String> = map.heads().iter().map(|head| head.id.clone()).collect();
        for row in &rows {
            let head = if heads.contains(row) { " (head)" } else { "" };
            let known = map.get(row).map_or(" (not in the chain)".to_owned(), |revision| {
                format!(", {}", revision.message)
            });
            ui.data(&format!("{row}{head}{known}"));
        }
        if rows.is_empty() {
            ui.say("The database stands at no revision.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
