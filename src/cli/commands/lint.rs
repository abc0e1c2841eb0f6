//! `lint`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::{self, CommandError};
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::lint::{self, is_finding};
use crate::workflow::lint::{Linted, Scope, lint};

/// Ask the rules what they think of the declarations; with --plan and --chain, also of what is done with them
///
/// Needs no database but for --plan. Ends with status 1 if anything is found at the level `warn` or `error`. Levels are
/// chosen in reconcile.kdl, for a rule or for a rule in some files; one case is allowed where it is declared, with a reason:
/// `allow RULE because="…"`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Lint {
    /// Tell only what stands in these files or folders
    #[arg(value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Also look at the plan that leads from the database to the declarations
    #[arg(long)]
    plan: bool,
    /// Also look at the revisions
    #[arg(long)]
    chain: bool,
    /// Explain a rule, with an example of what it speaks of and one of what to write instead
    #[arg(long, value_name = "RULE", conflicts_with_all = ["files", "plan", "chain", "rules"])]
    explain: Option<String>,
    /// List the rules
    #[arg(long, conflicts_with_all = ["files", "plan", "chain"])]
    rules: bool,
}

impl Lint {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        if let Some(name) = &self.explain {
            return explain(ui, name);
        }
        let project = context::project(global)?;
        if self.rules {
            report::rules::list(ui, &project.config.lint);
            return Ok(ExitCode::SUCCESS);
        }
        let scope = Scope {
            plan: self.plan,
            chain: self.chain,
            files: self.files.clone(),
        };
        let linted = block_on(lint(&project, &scope))??;
        say(ui, &linted)?;
        Ok(if linted.found.iter().any(is_finding) {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn explain(ui: &Ui, name: &str) -> Result<ExitCode, CommandError> {
    let rule = lint::find(name).map_err(|near| {
        let help = match near {
            Some(near) => format!("did you mean `{}`?", near.id),
            None => "`reconcile lint --rules` lists them".to_owned(),
        };
        CommandError::with_help(format!("there is no rule `{name}`"), help)
    })?;
    if ui.is_json() {
        ui.json(&report::rules::as_json(rule));
    } else {
        ui.data(&report::rules::explained(ui, rule));
    }
    Ok(ExitCode::SUCCESS)
}

/// Findings are the result, and go to stdout.
fn say(ui: &Ui, linted: &Linted) -> Result<(), CommandError> {
    if report::findings::for_tools(ui, &[&linted.found])? {
        return Ok(());
    }
    if ui.is_json() {
        let engines: Vec<&str> = linted.engines.iter().map(|dialect| dialect.name()).collect();
        let findings: Vec<_> = linted.found.iter().map(error::as_json).collect();
        ui.json(&json!({ "engines": engines, "findings": findings }));
        return Ok(());
    }
    for found in &linted.found {
        ui.data(&error::render(ui, found));
    }
    ui.say(&report::findings::counted(&linted.found));
    Ok(())
}
