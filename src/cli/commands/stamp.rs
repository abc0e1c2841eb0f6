//! `stamp`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context};
use crate::workflow::migrate::stamp;

/// Say that the database stands at a revision, without running anything
#[derive(Debug, Args)]
pub(in crate::cli) struct Stamp {
    /// head, heads, base, revisions or the beginnings of their ids
    #[arg(required = true, value_name = "REVISION")]
    targets: Vec<String>,
    /// Forget the rows that are there first, even if the chain does not know them
    #[arg(long)]
    purge: bool,
    /// Even if the database is not in the state that the revision leaves
    #[arg(long)]
    force: bool,
}

impl Stamp {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let rows = block_on(stamp(&project, &self.targets, self.purge, self.force))??;
        if ui.is_json() {
            ui.json(&json!({ "rows": rows }));
        } else {
            let now = if rows.is_empty() {
                "base".to_owned()
            } else {
                rows.join(", ")
            };
            ui.data(&format!("The database stands at {now}."));
        }
        Ok(ExitCode::SUCCESS)
    }
}
