//! `show`.

use std::process::ExitCode;

use clap::Args;

use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::script::Script;
use crate::workflow::{chain, status};

/// Show a revision: what it does, step by step, on each engine
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// head, current, a revision or the beginning of its id
    #[arg(default_value = "head")]
    target: String,
}

impl Show {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let map = chain::load(&project)?;
        let target = if self.target == "current" {
            let rows = block_on(status::current(&project))??;
            rows.into_iter().next().unwrap_or_else(|| "base".to_owned())
        } else {
            self.target.clone()
        };
        let Some(revision) = map.resolve(&target, &[])? else {
            ui.say("That is before the first revision.");
            return Ok(ExitCode::SUCCESS);
        };
        if ui.is_json() {
            let mut value = report::json::revision(revision);
            for script in &revision.scripts {
                value["scripts"][&script.engine] = serde_json::json!({
                    "version": script.version,
                    "from": script.from.as_str(),
                    "to": script.to.as_str(),
                    "proof": script.proof,
                    "upgrade": report::json::script(&script.upgrade),
                    "downgrade": report::json::script(&script.downgrade),
                });
            }
            ui.json(&value);
            return Ok(ExitCode::SUCCESS);
        }
        let down = if revision.down_revisions.is_empty() {
            "<base>".to_owned()
        } else {
            revision.down_revisions.join(", ")
        };
        ui.data(&format!("{} {}", ui.bold(&revision.id), revision.message));
        ui.data(&format!("after {down}, created {}", revision.created));
        ui.data(&revision.path.display().to_string());
        for note in &revision.notes {
            ui.data(&format!("note: {note}"));
        }
        for script in &revision.scripts {
            if let Some(proof) = &script.proof {
                ui.data(&format!("proof on {}: {proof}", script.engine));
            }
        }
        for script in &revision.scripts {
            steps(
                ui,
                &format!("{} {}, upgrade", script.engine, script.version),
                &script.upgrade,
            );
            steps(
                ui,
                &format!("{} {}, downgrade", script.engine, script.version),
                &script.downgrade,
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn steps(ui: &Ui, title: &str, script: &Script) {
    ui.data(&format!("\n{}", ui.bold(title)));
    for step in &script.steps {
        let loses = if step.loses.is_empty() {
            String::new()
        } else {
            format!("  {}", ui.red(&step.loses.join("; ")))
        };
        ui.data(&format!("  {}{loses}", step.title));
    }
}
