//! `sql`.

use std::process::ExitCode;

use clap::Args;

use crate::cli::error::CommandError;
use crate::cli::report::sql::script;
use crate::cli::ui::Ui;
use crate::cli::{Global, context};
use crate::dialect::{Dialect, VersionTable};
use crate::revision::Stage;
use crate::runner::{self, Direction};
use crate::workflow::{Project, chain};

/// Print the SQL of a range of revisions; needs no database
///
/// Examples:
///   reconcile sql base:head --engine postgres
///   reconcile sql head:base            (the way down)
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Sql {
    /// FROM:TO; either may be left out
    range: String,
}

impl Sql {
    pub(in crate::cli) fn run(&self, ui: &Ui, global: &Global) -> Result<ExitCode, CommandError> {
        let project = context::project(global)?;
        let dialect = dialect(&project)?;
        let table = chain::version_table(&project)?;
        let (stages, direction) = chain::range(&project, &self.range)?;
        let from_base = stages.first().is_some_and(|first| first.before.is_empty());
        if direction == Direction::Upgrade && from_base {
            for statement in runner::version_table(&table, dialect) {
                ui.data(&format!("{statement};"));
            }
        }
        for stage in &stages {
            ui.data(&one(stage, &table, dialect, direction)?);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn dialect(project: &Project) -> Result<Dialect, CommandError> {
    let named = project
        .engine
        .or_else(|| project.url.as_ref().map(|url| url.dialect));
    let first = || {
        project
            .config
            .engines
            .first()
            .and_then(|name| Dialect::from_name(name))
    };
    named
        .or_else(first)
        .ok_or_else(|| CommandError::with_help("which engine's SQL?", "give --engine or --url"))
}

fn one(
    stage: &Stage,
    table: &VersionTable,
    dialect: Dialect,
    direction: Direction,
) -> Result<String, CommandError> {
    let revision = &stage.revision;
    let found = revision.script(dialect.name()).ok_or_else(|| {
        CommandError::user(format!(
            "revision {} carries no script for {dialect}",
            revision.id
        ))
    })?;
    let body = match direction {
        Direction::Upgrade => script(&found.upgrade),
        Direction::Downgrade => script(&found.downgrade),
    };
    let arrow = match direction {
        Direction::Upgrade => format!("{} -> {}", revision.down_revisions.join(", "), revision.id),
        Direction::Downgrade => format!("{} -> {}", revision.id, revision.down_revisions.join(", ")),
    };
    let version: String = runner::version_statements(table, &stage.before, &stage.after, dialect)
        .into_iter()
        .map(|statement| format!("{statement};\n"))
        .collect();
    Ok(format!("\n-- {arrow}, {}\n{body}{version}", revision.message))
}
