//! `diff`.

use std::process::ExitCode;

use clap::Args;

use crate::cli::error::CommandError;
use crate::cli::ui::Ui;
use crate::cli::{Global, block_on, context, report};
use crate::workflow;

use super::way::Way;

/// Compare any two states; writes nothing
///
/// A state is a database URL, a file or folder of declarations (KDL, SQL), a revision (head, an id), or `empty`.
///
/// Examples:
///   reconcile diff --from sqlite:chat.db --to schema
///   reconcile diff --from head --to schema --format sql
///   reconcile diff --from empty --to schema --engine postgres --format sql
///   reconcile diff --from sqlite:chat.db --to dump.sql
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Diff {
    /// The state to start from
    #[arg(long, value_name = "STATE")]
    from: String,
    /// The state to arrive at
    #[arg(long, value_name = "STATE")]
    to: String,
    /// End with status 1 if anything differs
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    way: Way,
}

impl Diff {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let mut project = context::project(global)?;
        self.way.choose(&mut project);
        let (from, to) = (context::state(&self.from)?, context::state(&self.to)?);
        let proposal = block_on(workflow::difference::difference(&project, &from, &to))??;
        report::proposal(ui, &proposal);
        let differs = self.exit_code && !proposal.is_empty();
        Ok(if differs {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    }
}
