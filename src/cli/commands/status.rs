//! `status`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::workflow;
use crate::workflow::aside::SetAside;

/// Show where the database is, what is pending, what drifted, and what differs from the declarations
#[derive(Debug, Args)]
pub(in crate::cli) struct Status {
    /// End with status 1 unless the database is at the head and as declared
    #[arg(long)]
    exit_code: bool,
}

impl Status {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let status = block_on(workflow::status::status(&project))??;
        let settled = status.pending.is_empty() && status.heads.is_none();
        let clean = settled && status.drift.is_empty() && status.proposal.is_none();
        if ui.is_json() {
            ui.json(&json!({
                "rows": status.rows,
                "pending": status.pending.iter().map(report::json::revision).collect::<Vec<_>>(),
                "drift": status.drift.iter().map(error::as_json).collect::<Vec<_>>(),
                "expanded": status.expanded,
                "heads": status.heads.as_ref().map(error::as_json),
                "difference": status.proposal.as_ref().map(report::json::proposal),
                "aside": status.aside.iter().map(as_json).collect::<Vec<_>>(),
            }));
        } else {
            print(ui, &status, &project);
        }
        Ok(if self.exit_code && !clean {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn as_json(aside: &SetAside) -> serde_json::Value {
    json!({
        "kind": aside.id.kind.noun(),
        "name": aside.id.label(),
        "was": aside.was,
        "until": aside.until.to_string(),
    })
}

fn print(ui: &Ui, status: &workflow::status::Status, project: &workflow::Project) {
    let database = project.url.as_ref().map(ToString::to_string).unwrap_or_default();
    match status.current.as_slice() {
        [] if status.rows.is_empty() => ui.data(&format!("{database} stands at no revision.")),
        [] => ui.data(&format!(
            "{database} stands at {}, which the chain does not have.",
            status.rows.join(", ")
        )),
        current => {
            for revision in current {
                ui.data(&format!(
                    "{database} stands at {} ({}).",
                    ui.bold(&revision.id),
                    revision.message
                ));
            }
        }
    }
    for revision in &status.pending {
        ui.data(&format!(
            "{} pending: {} {}",
            ui.green("+"),
            ui.bold(&revision.id),
            revision.message
        ));
    }
    error::print(ui, &status.drift);
    error::print(ui, status.heads.as_slice());
    for held in &status.aside {
        ui.data(&format!(
            "{} in quarantine: {} until {}",
            ui.yellow("~"),
            held.id,
            held.until
        ));
    }
    match &status.proposal {
        Some(proposal) => {
            if status.expanded {
                ui.data(&format!("It is {}.", workflow::between::EXPANDED));
            }
            ui.data(&format!("It differs from {}:\n", project.config.schema.display()));
            report::proposal(ui, proposal);
        }
        None if status.pending.is_empty() && status.drift.is_empty() && status.heads.is_none() => {
            ui.data(&format!(
                "It is as {} declares it.",
                project.config.schema.display()
            ));
        }
        None => {}
    }
}
