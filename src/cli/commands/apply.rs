//! `apply`.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::config::duration;
use crate::op::Phase;
use crate::runner::{Report, RunError};
use crate::workflow::apply::{Preview, apply, preview};
use crate::workflow::{self, Failure, Project};

use super::asking::Asking;
use super::phased::Phased;
use super::way::Way;
use super::{consent, planned, warn_of, warnings, watch};

/// Bring the database to the declarations
///
/// Applies the revisions that the database does not have; where the declarations still differ, plans a revision, shows
/// it, asks, writes it and applies it.
#[derive(Debug, Args)]
pub(in crate::cli) struct Apply {
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Never write a revision: apply what is in the chain, and nothing else (CI, deploys)
    #[arg(long, conflicts_with_all = ["expand", "contract"])]
    frozen: bool,
    /// Where what a step makes was made by hand and is the same, record the step as done instead of failing
    #[arg(long)]
    accept_existing: bool,
    /// Wait this long for the database and for other appliers (30s, 2m)
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    wait: Option<Duration>,
    /// What the new revision is for
    #[arg(long, short, value_name = "TEXT", default_value = "apply the declarations")]
    message: String,
    #[command(flatten)]
    phased: Phased,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    way: Way,
}

/// How often another applier may be faster before that is an error.
const OVERTAKEN: u32 = 5;

/// How one round ended.
enum Round {
    Done,
    Declined,
    /// Another applier changed the version meanwhile; what is left to do has to be found out again.
    Overtaken(CommandError),
}

impl Apply {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let mut project = context::project(global)?;
        project.accept_existing = self.accept_existing;
        project.preflight = self.asking.preflight(&project.config);
        project.announce = ui.announcer();
        project.phase = self.phased.phase();
        self.way.choose(&mut project);
        if let Some(wait) = self.wait {
            project.lock_wait = block_on(workflow::wait::until_reachable(&project, wait))??;
        }
        let mut done = Report::default();
        // First what is pending, then what differs after it; and once more for each time somebody else was faster.
        let mut overtaken = 0;
        loop {
            let preview = planned(ui, &mut project, |project| {
                block_on(preview(project, self.frozen))
            })?;
            if preview.is_empty() {
                if !ui.is_json() {
                    crate::cli::error::print(ui, &preview.warnings);
                }
                break;
            }
            match self.round(ui, &project, &preview, &mut done)? {
                Round::Done if preview.proposal.is_some() => break,
                Round::Done => {}
                Round::Declined => return Ok(ExitCode::SUCCESS),
                Round::Overtaken(_) if overtaken < OVERTAKEN => overtaken += 1,
                Round::Overtaken(error) => return Err(error),
            }
        }
        self.conclude(ui, &project, &done);
        Ok(ExitCode::SUCCESS)
    }

    /// Shows, asks, and does one preview.
    fn round(
        &self,
        ui: &Ui,
        project: &Project,
        preview: &Preview,
        done: &mut Report,
    ) -> Result<Round, CommandError> {
        if !ui.is_json() {
            show(ui, preview);
        }
        if preview.proposal.is_none() {
            warn_of(ui, &preview.losses);
            warn_of(ui, &preview.agreed);
        }
        workflow::permit(project, &preview.losses)?;
        workflow::permit_rewrites(project, &preview.rewrites)?;
        // What stands in the chain was read and agreed to when it was merged; a deploy has nobody to ask.
        let agreed = self.yes || (self.frozen && !Ui::can_ask());
        if !consent(ui, agreed, "Apply?")? {
            ui.say("Nothing was changed.");
            return Ok(Round::Declined);
        }
        let bar = ui.progress();
        let result = block_on(apply(
            project,
            preview,
            &self.message,
            &mut watch(ui, &bar, "applied"),
        ))?;
        bar.finish_and_clear();
        let report = match result {
            Err(Failure::Run(error @ RunError::Elsewhere { .. })) => {
                return Ok(Round::Overtaken(Failure::Run(error).into()));
            }
            result => result?,
        };
        warnings(ui, &report);
        done.ran.extend(report.ran);
        Ok(Round::Done)
    }

    fn conclude(&self, ui: &Ui, project: &Project, done: &Report) {
        let database = project.url.as_ref().map(ToString::to_string).unwrap_or_default();
        if ui.is_json() {
            let ran: Vec<_> = done
                .ran
                .iter()
                .map(|(id, took)| json!({ "id": id, "ms": took.as_millis() }))
                .collect();
            ui.json(&json!({ "applied": ran, "database": database }));
            return;
        }
        let schema = project.config.schema.display();
        match (done.ran.is_empty(), self.frozen) {
            (true, true) => ui.data(&format!(
                "Nothing to do: {database} has every revision of {}.",
                project.config.plans.display()
            )),
            (true, false) if project.phase == Some(Phase::Expand) => {
                ui.data(&format!(
                    "Nothing to do: {database} has the first phase of what {schema} declares."
                ));
            }
            (true, false) => ui.data(&format!("Nothing to do: {database} is as {schema} declares it.")),
            (false, true) => ui.data(&format!("{database} is up to date.")),
            (false, false) => {
                ui.data(&format!("{database} is up to date."));
                ui.say(&ui.dim(&format!("Next: edit a file in {schema} and run the same command again, or look at `reconcile history`.")));
            }
        }
    }
}

fn show(ui: &Ui, preview: &Preview) {
    for revision in &preview.pending {
        ui.say(&format!(
            "{} {} {}",
            ui.green("+"),
            ui.bold(&revision.id),
            revision.message
        ));
    }
    if let Some(proposal) = &preview.proposal {
        ui.say(&report::text::proposal(ui, proposal));
        crate::cli::error::print(ui, &proposal.notes);
    }
}
