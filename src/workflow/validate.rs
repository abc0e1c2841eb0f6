//! `validate`: the declarations alone, for every engine the project names.

use crate::declare::Declared;
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;

use super::{Failure, Project, sides};

/// What was checked.
#[derive(Debug)]
pub struct Validated {
    /// The engines the declarations were read for.
    pub engines: Vec<Dialect>,
    /// How many objects they declare, lowered for the first engine.
    pub objects: usize,
    /// Worth knowing.
    pub warnings: Vec<Diagnostic>,
}

/// Reads the declarations for each engine; errors of all of them come back at once.
pub async fn validate(project: &Project) -> Result<Validated, Failure> {
    let read = read(project, Databases::InMemory).await?;
    Ok(Validated {
        engines: read.iter().map(|(dialect, _)| *dialect).collect(),
        objects: read.first().map_or(0, |(_, declared)| declared.catalog.len()),
        warnings: read
            .into_iter()
            .flat_map(|(_, declared)| declared.warnings)
            .collect(),
    })
}

/// Where SQL files may be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Databases {
    /// On no server.
    InMemory,
    /// Wherever a scratch database can be made.
    Scratch,
}

/// The declarations, by engine.
pub(super) async fn read(
    project: &Project,
    databases: Databases,
) -> Result<Vec<(Dialect, Declared)>, Failure> {
    let mut out = Vec::new();
    let mut problems: Vec<Diagnostic> = Vec::new();
    for dialect in engines(project) {
        let path = &project.config.schema;
        let declared = match databases {
            Databases::InMemory => sides::declared_without(project, path, dialect).await,
            Databases::Scratch => sides::declared_as_far(project, path, dialect).await,
        };
        match declared {
            Ok(declared) => out.push((dialect, declared)),
            Err(Failure::Diagnostics(found)) => {
                let known = |new: &Diagnostic| {
                    problems
                        .iter()
                        .any(|old| old.message == new.message && old.span == new.span)
                };
                let fresh: Vec<Diagnostic> = found.into_iter().filter(|problem| !known(problem)).collect();
                problems.extend(fresh);
            }
            Err(other) => return Err(other),
        }
    }
    if problems.is_empty() {
        Ok(out)
    } else {
        Err(problems.into())
    }
}

/// The engines a project is for: those it names, else the one of its database, else the embedded one.
pub(super) fn engines(project: &Project) -> Vec<Dialect> {
    let named: Vec<Dialect> = project
        .config
        .engines
        .iter()
        .filter_map(|name| Dialect::from_name(name))
        .collect();
    let one = project
        .engine
        .or_else(|| project.url.as_ref().map(|url| url.dialect));
    match (one, named.is_empty()) {
        (Some(one), _) => std::iter::once(one)
            .chain(named.into_iter().filter(|other| *other != one))
            .collect(),
        (None, false) => named,
        (None, true) => Dialect::ALL
            .iter()
            .copied()
            .filter(|dialect| dialect.engine().is_embedded())
            .collect(),
    }
}
