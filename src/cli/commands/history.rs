//! `history`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::cli::{Global, context, report};
use crate::workflow::chain;

/// List the revisions, newest first; needs no database
#[derive(Debug, Args)]
pub(in crate::cli) struct History {}

impl History {
    #[expect(clippy::unused_self, reason = "every command runs the same way")]
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let map = chain::load(&context::project(global)?)?;
        let mut revisions = map.in_order();
        revisions.reverse();
        if ui.is_json() {
            let revisions: Vec<_> = revisions.into_iter().map(report::json::revision).collect();
            ui.json(&json!({ "revisions": revisions }));
            return Ok(ExitCode::SUCCESS);
        }
        let heads: Vec<&str> = map.heads().iter().map(|head| head.id.as_str()).collect();
        for revision in &revisions {
            let down = if revision.down_revisions.is_empty() {
                "<base>".to_owned()
            } else {
                revision.down_revisions.join(", ")
            };
            let head = if heads.contains(&revision.id.as_str()) {
                " (head)"
            } else {
                ""
            };
            ui.data(&format!(
                "{down} -> {}{head}, {}",
                ui.bold(&revision.id),
                revision.message
            ));
        }
        if revisions.is_empty() {
            ui.say("The chain is empty.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
