//! What the project does not manage: declared nevertheless, or there although everything was to be managed (`--strict`).
//!
//! Must not: decide what is managed.

use crate::declare::Declared;
use crate::diagnostic::Diagnostic;
use crate::dialect::Patterns;
use crate::scratch::written::UNMANAGED as MADE_BY_SQL;

use super::{Failure, Project};

/// What becomes of what is there and not managed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmanaged {
    /// It is named in the output.
    #[default]
    Named,
    /// It is an error.
    Refused,
}

/// Notes that are about something that is there and is not managed.
const UNMANAGED: &[&str] = &["RC0601", "RC0602", "RC0604", "RC0607"];

/// What is worth knowing of declarations, for who reads it beside what was found in a database: what neither of the two
/// manages is told once.
pub(super) fn beside(found: &[Diagnostic], declared: &Declared) -> Vec<Diagnostic> {
    let is_there = |note: &Diagnostic| {
        note.code == MADE_BY_SQL && found.iter().any(|other| other.subject == note.subject)
    };
    let warnings = declared.warnings.iter();
    warnings.filter(|note| !is_there(note)).cloned().collect()
}

/// Something is declared that `reconcile.kdl` says to leave alone.
pub(super) fn refuse_ignored(ignored: &Patterns, declared: &Declared) -> Result<(), Failure> {
    let ids = declared.catalog.iter().map(|(id, _)| id);
    let problems: Vec<Diagnostic> = ignored
        .among(ids.filter(|id| declared.sources.get(id).is_some()))
        .into_iter()
        .map(|id| {
            Diagnostic::error(
                "RC0608",
                format!("{id} is declared, and reconcile.kdl ignores it"),
            )
            .about(id)
            .at_opt(declared.sources.get(id).cloned())
            .help("take the declaration out, or make the pattern below `ignore` narrower")
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.into())
    }
}

/// With `--strict`, everything that is there and not managed is an error.
pub(super) fn refuse_strictly(project: &Project, unmodelled: &[Diagnostic]) -> Result<(), Failure> {
    let is_unmanaged = |note: &&Diagnostic| UNMANAGED.contains(&note.code);
    let found = unmodelled
        .iter()
        .filter(|_| project.unmanaged == Unmanaged::Refused)
        .filter(is_unmanaged);
    let problems: Vec<Diagnostic> = found
        .map(|note| {
            let mut problem = Diagnostic::error("RC0609", note.message.clone())
                .help("name it below `ignore` in reconcile.kdl, or plan without --strict");
            problem.subject.clone_from(&note.subject);
            problem
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.into())
    }
}
