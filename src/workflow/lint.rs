//! `lint`: what the rules think of the declarations, of the plan that leads to them, and of the chain.
//!
//! In: a project. Out: findings at the levels that it chose. Only a plan needs a database.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::QName;
use crate::declare::Declared;
use crate::diagnostic::{Diagnostic, Severity, Source, Span};
use crate::dialect::Dialect;
use crate::lint::{Linter, Part, is_finding};
use crate::revision::{Direction, Revision, file};

use super::{Failure, Project, Proposal, chain, generate, sides, validate};

/// What is to be looked at besides the declarations.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The plan that leads from the database to the declarations.
    pub plan: bool,
    /// The revisions.
    pub chain: bool,
    /// Only what stands in these files and folders is told; everything, if there are none.
    pub files: Vec<PathBuf>,
}

/// What the rules found.
#[derive(Debug)]
pub struct Linted {
    /// In the order of the files.
    pub found: Vec<Diagnostic>,
    /// The engines for which the declarations were read.
    pub engines: Vec<Dialect>,
}

/// Asks the rules.
pub async fn lint(project: &Project, scope: &Scope) -> Result<Linted, Failure> {
    let mut linter = Linter::new(&project.config.lint);
    let declared = validate::read(project, validate::Databases::Scratch).await?;
    for (dialect, declared) in &declared {
        linter.declarations(declared, &dialect.engine().default_server());
    }
    if scope.plan {
        let proposal = generate::proposal(project).await?;
        let declared = sides::declared(project, &project.config.schema, &proposal.server).await?;
        plan(&mut linter, &proposal, &declared);
    }
    if scope.chain {
        let sources = RefCell::default();
        let map = chain::load(project)?;
        linter.chain(&map, &|revision, part| place(&sources, revision, part));
    }
    let mut found = linter.finish();
    if !scope.files.is_empty() {
        let files = scope.files.iter().map(|path| real(path));
        let files = files.collect::<Result<Vec<_>, _>>()?;
        found.retain(|finding| stands_in(finding, &files));
    }
    Ok(Linted {
        found,
        engines: declared.iter().map(|(dialect, _)| *dialect).collect(),
    })
}

/// Puts what rules find in a plan among its notes, where readers of the plan and of the revision see it.
pub(super) fn note(project: &Project, proposal: &mut Proposal, declared: &Declared) {
    let mut linter = Linter::new(&project.config.lint);
    plan(&mut linter, proposal, declared);
    proposal.notes.extend(as_notes(linter));
}

/// What rules find in the declarations, as notes.
pub(super) fn declared_notes(project: &Project, declared: &[(Dialect, Declared)]) -> Vec<Diagnostic> {
    let mut linter = Linter::new(&project.config.lint);
    for (dialect, declared) in declared {
        linter.declarations(declared, &dialect.engine().default_server());
    }
    as_notes(linter)
}

/// A table whose size is not known is taken to have rows.
fn plan(linter: &mut Linter<'_>, proposal: &Proposal, declared: &Declared) {
    let has_rows = |table: &QName| {
        !proposal.plan.from.is_foreign(table) && proposal.sizes.get(table).is_none_or(|size| !size.is_empty())
    };
    linter.plan(
        &proposal.plan,
        proposal.phase,
        declared,
        &proposal.server,
        &has_rows,
    );
}

/// The findings, told where something else is asked.
fn as_notes(linter: Linter<'_>) -> Vec<Diagnostic> {
    let findings = linter.finish().into_iter().filter(is_finding);
    let note = |finding| Diagnostic {
        severity: Severity::Note,
        ..finding
    };
    findings.map(note).collect()
}

/// Where a part of a revision stands; its file is read once.
fn place(
    sources: &RefCell<HashMap<PathBuf, Option<Arc<Source>>>>,
    revision: &Revision,
    part: Part<'_>,
) -> Option<Span> {
    let mut sources = sources.borrow_mut();
    let source = sources.entry(revision.path.clone()).or_insert_with(|| {
        let text = std::fs::read_to_string(&revision.path).ok()?;
        Some(Arc::new(Source {
            name: revision.path.display().to_string(),
            text,
        }))
    });
    let source = source.as_ref()?;
    match part {
        Part::Revision => file::place(source, None, None),
        Part::Script { engine, direction } => file::place(source, Some((engine, direction)), None),
        Part::Step { engine, at } => file::place(source, Some((engine, Direction::Upgrade)), Some(at)),
    }
}

/// The path without links and detours, so that two spellings of it are one.
fn real(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(|error| Failure::Io {
        path: path.to_owned(),
        error,
    })
}

fn stands_in(finding: &Diagnostic, files: &[PathBuf]) -> bool {
    let Some(span) = &finding.span else {
        return false;
    };
    let path = Path::new(&span.source.name).canonicalize();
    path.is_ok_and(|path| files.iter().any(|file| path.starts_with(file)))
}
