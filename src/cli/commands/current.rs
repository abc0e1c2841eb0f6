//! `current`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::report::chain::{Parents, detail, line};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context};
use crate::workflow::{chain, status};

/// Show the revision at which the database stands
#[derive(Debug, Args)]
pub(in crate::cli) struct Current {
    /// Everything about each
    #[arg(long, short)]
    verbose: bool,
    /// Fail if the database does not have every revision
    #[arg(long)]
    check_heads: bool,
}

impl Current {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let rows = block_on(status::current(&project))??;
        let map = chain::load(&project)?;
        if ui.is_json() {
            ui.json(&json!({ "rows": rows }));
        } else {
            for row in &rows {
                ui.data(&match map.get(row) {
                    Some(revision) if self.verbose => detail(ui, &map, revision, &[]),
                    Some(revision) => line(ui, &map, revision, &[], Parents::Left),
                    None => format!("{row} (not in the chain)"),
                });
            }
            if rows.is_empty() {
                ui.say("The database stands at no revision.");
            }
        }
        // What only something else depends on is no row of its own: the rows of a complete database are the real heads.
        let missing = map.real_heads().into_iter().find(|head| !rows.contains(&head.id));
        match missing.filter(|_| self.check_heads) {
            None => Ok(ExitCode::SUCCESS),
            Some(head) => Err(CommandError::with_help(
                format!("the database does not have {} ({})", head.id, head.message),
                "run `reconcile upgrade heads`",
            )),
        }
    }
}
