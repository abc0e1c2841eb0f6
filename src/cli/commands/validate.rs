//! `validate`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context};
use crate::workflow;

/// Check the declarations; needs no database
///
/// Every error of every file is told in one run, for every engine that reconcile.kdl names.
#[derive(Debug, Args)]
pub(in crate::cli) struct Validate {}

impl Validate {
    #[expect(clippy::unused_self, reason = "every command runs the same way")]
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let found = block_on(workflow::validate::validate(&project))??;
        let engines: Vec<&str> = found
            .engines
            .iter()
            .map(|dialect| dialect.engine().title())
            .collect();
        if ui.is_json() {
            let engines: Vec<&str> = found.engines.iter().map(|dialect| dialect.name()).collect();
            let warnings: Vec<_> = found.warnings.iter().map(error::as_json).collect();
            ui.json(&json!({ "engines": engines, "objects": found.objects, "warnings": warnings }));
        } else {
            error::print(ui, &found.warnings);
            ui.data(&format!(
                "{} objects, valid for {}.",
                found.objects,
                engines.join(" and ")
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
