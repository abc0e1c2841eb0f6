//! `rebase`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::workflow::rebase::rebase;

/// Plan a branch that no database has anew, on top of another
///
/// One revision takes the place of those of the branch. Refused where a database of the project has one of them.
///
/// Examples:
///   reconcile rebase 3f2a
///   reconcile rebase 3f2a --onto 9c1b -m "phone numbers"
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Rebase {
    /// The head of the branch
    #[arg(value_name = "REVISION")]
    revision: String,
    /// What it is to stand on; the other head if left out
    #[arg(long, value_name = "REVISION")]
    onto: Option<String>,
    /// What the new revision is for; the messages of the branch if left out
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,
}

impl Rebase {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let rebased = block_on(rebase(
            &project,
            &self.revision,
            self.onto.as_deref(),
            self.message.as_deref(),
        ))??;
        if ui.is_json() {
            let replaced: Vec<_> = rebased.replaced.iter().map(report::json::revision).collect();
            ui.json(&json!({
                "revision": report::json::revision(&rebased.revision),
                "replaced": replaced,
                "difference": report::json::proposal(&rebased.proposal),
                "notes": rebased.notes.iter().map(error::as_json).collect::<Vec<_>>(),
            }));
            return Ok(ExitCode::SUCCESS);
        }
        ui.say(&report::text::proposal(ui, &rebased.proposal));
        for old in &rebased.replaced {
            ui.say(&format!("{} {} {}", ui.red("-"), old.id, old.message));
        }
        error::print(ui, &rebased.notes);
        ui.data(&format!("{}:1", rebased.revision.path.display()));
        Ok(ExitCode::SUCCESS)
    }
}
