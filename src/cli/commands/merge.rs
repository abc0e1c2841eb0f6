//! `merge`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::workflow::merge::{Commutes, Merged, merge};

/// Join two branches of the chain, after trying both orders on scratch databases
///
/// Says whether the branches commute and what both touched, and writes into the merge what is left to do to arrive at the
/// declarations. Branches in each other's way are refused.
///
/// Examples:
///   reconcile merge heads -m "join the release branch"
///   reconcile merge 3f2a 9c1b -m "join both"
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Merge {
    /// The two revisions, or `heads`
    #[arg(value_name = "REVISION", default_value = "heads")]
    revisions: Vec<String>,
    /// What the merge is for
    #[arg(long, short, value_name = "TEXT", default_value = "merge")]
    message: String,
    /// Merge branches that touched the same objects, or that leave something else in the other order
    #[arg(long)]
    allow_conflict: bool,
}

impl Merge {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let merged = block_on(merge(
            &project,
            &self.revisions,
            &self.message,
            self.allow_conflict,
        ))??;
        if ui.is_json() {
            let found: Vec<_> = merged.found.iter().map(as_json).collect();
            ui.json(&json!({
                "revision": report::json::revision(&merged.revision),
                "engines": found,
                "notes": merged.notes.iter().map(error::as_json).collect::<Vec<_>>(),
            }));
        } else {
            print(ui, &merged);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn as_json(found: &Commutes) -> serde_json::Value {
    json!({
        "engine": found.dialect.name(),
        "commute": found.same,
        "both": found.both,
        "difference": report::json::proposal(&found.proposal),
    })
}

fn print(ui: &Ui, merged: &Merged) {
    for found in &merged.found {
        let title = found.dialect.engine().title();
        let how = match (found.same, found.both.is_empty()) {
            (true, true) => ui.green("the branches commute, and touch nothing in common"),
            (true, false) => ui.yellow(&format!(
                "the branches commute, and both touch {}",
                found.both.join(", ")
            )),
            (false, _) => ui.red("the order decides what the branches leave"),
        };
        ui.say(&format!("{title}: {how}"));
        if found.proposal.is_empty() {
            ui.say("    together they are what is declared");
        } else {
            ui.say(&report::text::proposal(ui, &found.proposal));
        }
    }
    error::print(ui, &merged.notes);
    ui.data(&format!("{}:1", merged.revision.path.display()));
}
