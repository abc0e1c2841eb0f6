//! `squash`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::workflow::squash::squash;

/// Make a part of the chain one revision, proven equal on a scratch database
///
/// It keeps the id of the last one, so databases that stand there notice nothing; a database that stands in the middle is
/// told what to do.
///
/// Examples:
///   reconcile squash base:head -m "everything until 2026"
///   reconcile squash 3f2a:9c1b
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Squash {
    /// FROM:TO; FROM itself stays
    #[arg(value_name = "RANGE")]
    range: String,
    /// What the revision is for; the messages of all if left out
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,
}

impl Squash {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let Some((from, to)) = self.range.split_once(':') else {
            return Err(CommandError::with_help(
                format!("`{}` is no range", self.range),
                "write FROM:TO, such as base:head",
            ));
        };
        let squashed = block_on(squash(&project, from, to, self.message.as_deref()))??;
        let proven: Vec<&str> = squashed.proven.iter().map(|dialect| dialect.name()).collect();
        if ui.is_json() {
            let replaced: Vec<_> = squashed.replaced.iter().map(report::json::revision).collect();
            ui.json(&json!({
                "revision": report::json::revision(&squashed.revision),
                "replaced": replaced,
                "proven": proven,
                "notes": squashed.notes.iter().map(error::as_json).collect::<Vec<_>>(),
            }));
            return Ok(ExitCode::SUCCESS);
        }
        for old in &squashed.replaced {
            ui.say(&format!("{} {} {}", ui.red("-"), old.id, old.message));
        }
        let id = &squashed.revision.id;
        ui.say(&format!("{} {id} {}", ui.green("+"), squashed.revision.message));
        error::print(ui, &squashed.notes);
        if !proven.is_empty() {
            ui.say(&format!(
                "Proven equal, up and down, on {}.",
                proven.join(" and ")
            ));
        }
        ui.say(&format!(
            "A database at {id} stays where it is. One that stands before it: `reconcile upgrade {id}` with the files of before."
        ));
        ui.data(&format!("{}:1", squashed.revision.path.display()));
        Ok(ExitCode::SUCCESS)
    }
}
