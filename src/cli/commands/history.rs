//! `history`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::{self, CommandError};
use crate::cli::report::chain::{Parents, detail, graph, line};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::workflow::{chain, status};

/// List the revisions, newest first; needs no database
///
/// Examples:
///   reconcile history -r 3f2a:head
///   reconcile history -r current: --graph
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct History {
    /// Only these, both ends included: FROM:TO, with what `upgrade` takes, and `current`
    #[arg(long, short, value_name = "RANGE", allow_hyphen_values = true)]
    range: Option<String>,
    /// Show at which the database stands
    #[arg(long, short)]
    indicate_current: bool,
    /// Everything about each
    #[arg(long, short)]
    verbose: bool,
    /// Draw how they stand on each other
    #[arg(long, conflicts_with = "verbose")]
    graph: bool,
}

impl History {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let map = chain::load(&project)?;
        let range = self.range.as_deref().unwrap_or(":");
        let rows = if self.indicate_current || range.contains("current") {
            block_on(status::current(&project))??
        } else {
            Vec::new()
        };
        let revisions = map.history(range, &rows).map_err(CommandError::from)?;
        if ui.is_json() {
            let revisions: Vec<_> = revisions.into_iter().map(report::json::revision).collect();
            ui.json(&json!({ "revisions": revisions }));
            return Ok(ExitCode::SUCCESS);
        }
        if self.graph {
            ui.data(&graph(ui, &map, &revisions, &rows));
        }
        for revision in revisions.iter().filter(|_| !self.graph) {
            ui.data(&if self.verbose {
                detail(ui, &map, revision, &rows)
            } else {
                line(ui, &map, revision, &rows, Parents::Shown)
            });
        }
        if map.in_order().is_empty() {
            ui.say("The chain is empty.");
        }
        error::print(ui, &map.warnings());
        Ok(ExitCode::SUCCESS)
    }
}
