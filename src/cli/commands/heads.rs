//! `heads`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::report::chain::{Parents, detail, line};
use crate::cli::ui::Ui;
use crate::cli::{Global, context, report};
use crate::workflow::chain;

/// Show the last revisions of the chain; needs no database
#[derive(Debug, Args)]
pub(in crate::cli) struct Heads {
    /// Everything about each
    #[arg(long, short)]
    verbose: bool,
    /// Leave out what another revision depends on
    #[arg(long)]
    resolve_dependencies: bool,
}

impl Heads {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let map = chain::load(&context::project(global)?)?;
        let heads = if self.resolve_dependencies {
            map.real_heads()
        } else {
            map.heads()
        };
        if ui.is_json() {
            let heads: Vec<_> = heads.into_iter().map(report::json::revision).collect();
            ui.json(&json!({ "heads": heads }));
            return Ok(ExitCode::SUCCESS);
        }
        for head in &heads {
            ui.data(&if self.verbose {
                detail(ui, &map, head, &[])
            } else {
                line(ui, &map, head, &[], Parents::Left)
            });
        }
        if heads.is_empty() {
            ui.say("The chain is empty.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
