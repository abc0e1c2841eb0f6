//! `plan`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Format, Global, block_on, context, report};
use crate::op::Phase;
use crate::workflow;
use crate::workflow::generate::Planned;

use super::asking::Asking;
use super::phased::Phased;
use super::planned;
use super::way::Way;

/// Plan the declarations against the database, and write a revision
///
/// The plan has been run up and down on a scratch database, and its questions asked of the data, before it is written.
#[derive(Debug, Args)]
pub(in crate::cli) struct Plan {
    /// What the revision is for
    #[arg(long, short, value_name = "TEXT")]
    message: String,
    #[command(flatten)]
    phased: Phased,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    way: Way,
}

impl Plan {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let mut project = context::project(global)?;
        project.preflight = self.asking.preflight(&project.config);
        project.announce = ui.announcer();
        project.phase = self.phased.phase();
        self.way.choose(&mut project);
        let generated = planned(ui, &mut project, |project| {
            block_on(workflow::generate::plan(project, &self.message))
        })?;
        let generated = match generated {
            Planned::Written(generated) => generated,
            Planned::Nothing { warnings } => {
                if ui.is_json() {
                    ui.json(&json!({ "revision": null, "notes": report::json::notes(&warnings) }));
                } else {
                    ui.data(match project.phase {
                        Some(Phase::Expand) => "Nothing is left for the first phase; no revision is written.",
                        _ => "Nothing differs; no revision is written.",
                    });
                    error::print(ui, &warnings);
                }
                return Ok(ExitCode::SUCCESS);
            }
        };
        if ui.format == Format::Json {
            let mut value = report::json::proposal(&generated.proposal);
            value["revision"] = report::json::revision(&generated.revision);
            ui.json(&value);
            return Ok(ExitCode::SUCCESS);
        }
        report::proposal(ui, &generated.proposal);
        if generated.proposal.upgrade.losses().next().is_some() {
            ui.say(&ui.red("Applying it needs --allow-destructive."));
        }
        if !workflow::rewrites(&generated.proposal.upgrade, generated.proposal.server.dialect).is_empty() {
            ui.say(&ui.red("Applying it needs --allow-rewrite."));
        }
        // `path:1`, so that a terminal makes it a link.
        ui.data(&format!("{}:1", generated.path.display()));
        Ok(ExitCode::SUCCESS)
    }
}
