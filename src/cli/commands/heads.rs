//! `heads`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::cli::{Global, context, report};
use crate::workflow::chain;

/// Show the last revisions of the chain; needs no database
#[derive(Debug, Args)]
pub(in crate::cli) struct Heads {}

impl Heads {
    #[expect(clippy::unused_self, reason = "every command runs the same way")]
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let map = chain::load(&context::project(global)?)?;
        let heads = map.heads();
        if ui.is_json() {
            let heads: Vec<_> = heads.into_iter().map(report::json::revision).collect();
            ui.json(&json!({ "heads": heads }));
            return Ok(ExitCode::SUCCESS);
        }
        for head in &heads {
            ui.data(&format!("{} (head), {}", head.id, head.message));
        }
        if heads.is_empty() {
            ui.say("The chain is empty.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
