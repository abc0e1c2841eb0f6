//! `upgrade` and `downgrade`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context};
use crate::revision::Revision;
use crate::runner::Direction;
use crate::workflow::migrate::{migrate, path};
use crate::workflow::{self, Project};

use super::{consent, warn_of, warnings, watch};

/// Run revisions up to a target
///
/// A target is head, a revision or the beginning of its id, +N, or REV+N.
#[derive(Debug, Args)]
pub(in crate::cli) struct Upgrade {
    /// Where to go
    #[arg(default_value = "head", allow_hyphen_values = true)]
    target: String,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

/// Take revisions back down to a target
///
/// A target is base, a revision or the beginning of its id, -N, or REV-N. What the way back loses is shown first.
#[derive(Debug, Args)]
pub(in crate::cli) struct Downgrade {
    /// Where to go
    #[arg(allow_hyphen_values = true)]
    target: String,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Upgrade {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        walk(ui, global, &self.target, Direction::Upgrade, self.yes)
    }
}

impl Downgrade {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        walk(ui, global, &self.target, Direction::Downgrade, self.yes)
    }
}

fn walk(
    ui: &Ui,
    global: &Global,
    target: &str,
    direction: Direction,
    yes: bool,
) -> Result<ExitCode, CommandError> {
    let project = context::project(global)?;
    let revisions = block_on(path(&project, target, direction))??;
    let database = project.url.as_ref().map(ToString::to_string).unwrap_or_default();
    if revisions.is_empty() {
        if ui.is_json() {
            ui.json(&json!({ "ran": [], "database": database }));
        } else {
            ui.data(&format!("Nothing to do: {database} is there already."));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let (mark, verb) = match direction {
        Direction::Upgrade => (ui.green("+"), "applied"),
        Direction::Downgrade => (ui.red("-"), "took back"),
    };
    for revision in &revisions {
        ui.say(&format!("{mark} {} {}", ui.bold(&revision.id), revision.message));
    }
    let engine = project
        .url
        .as_ref()
        .map(|url| url.dialect.name())
        .unwrap_or_default();
    let lost = lost(&revisions, engine, direction);
    warn_of(ui, &lost);
    if direction == Direction::Upgrade {
        warn_of(ui, &agreed(&revisions, engine));
    }
    workflow::permit(&project, &lost)?;
    workflow::permit_rewrites(&project, &rewritten(&revisions, &project, direction))?;
    if !consent(ui, yes, "Go ahead?")? {
        ui.say("Nothing was changed.");
        return Ok(ExitCode::SUCCESS);
    }
    let bar = ui.progress();
    let result = block_on(migrate(&project, target, direction, &mut watch(ui, &bar, verb)))?;
    bar.finish_and_clear();
    let report = result?;
    warnings(ui, &report);
    if ui.is_json() {
        let ran: Vec<_> = report
            .ran
            .iter()
            .map(|(id, took)| json!({ "id": id, "ms": took.as_millis() }))
            .collect();
        ui.json(&json!({ "ran": ran, "database": database }));
    }
    Ok(ExitCode::SUCCESS)
}

fn rewritten(revisions: &[Revision], project: &Project, direction: Direction) -> Vec<String> {
    let Some(dialect) = project.url.as_ref().map(|url| url.dialect) else {
        return Vec::new();
    };
    let scripts = revisions
        .iter()
        .filter_map(|revision| revision.script(dialect.name()));
    scripts
        .flat_map(|script| match direction {
            Direction::Upgrade => workflow::rewrites(&script.upgrade, dialect),
            Direction::Downgrade => workflow::rewrites(&script.downgrade, dialect),
        })
        .collect()
}

/// What goes because its time in quarantine is over.
fn agreed(revisions: &[Revision], engine: &str) -> Vec<String> {
    let scripts = revisions.iter().filter_map(|revision| revision.script(engine));
    scripts
        .flat_map(|script| script.upgrade.agreed_losses().map(str::to_owned))
        .collect()
}

fn lost(revisions: &[Revision], engine: &str, direction: Direction) -> Vec<String> {
    let scripts = revisions.iter().filter_map(|revision| revision.script(engine));
    scripts
        .flat_map(|script| match direction {
            Direction::Upgrade => script.upgrade.losses().map(str::to_owned).collect::<Vec<_>>(),
            Direction::Downgrade => script.downgrade.losses().map(str::to_owned).collect(),
        })
        .collect()
}
