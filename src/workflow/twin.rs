//! The Alembic twins of the project's revisions, as files: where each one is, whether it still says the same, and how it
//! is written again. A project whose chain is its own has none.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::alembic::AlembicProject;
use crate::diagnostic::{Diagnostic, Source};
use crate::revision::{Origin, Revision, RevisionMap, twin};

use super::{Failure, Project, chain, generate};

/// The names of the files of a new revision, and the text of its twin.
pub(super) struct Files {
    /// Our own file.
    pub(super) own: PathBuf,
    /// The twin and its text, if there is one.
    pub(super) twin: Option<(PathBuf, String)>,
}

/// Where a new revision is to be written.
pub(super) fn files(project: &Project, revision: &Revision) -> Result<Files, Failure> {
    let plans = &project.config.plans;
    let Some(side) = chain::alembic(project)? else {
        let own = plans.join(crate::revision::file_name(revision));
        return Ok(Files { own, twin: None });
    };
    let own = match &side.file_template {
        // Our folder has no folders in it.
        Some(template) => format!(
            "{}.kdl",
            twin::file_stem(template, revision, side.longest_slug.unwrap_or(twin::SLUG))?.replace('/', "_")
        ),
        None => crate::revision::file_name(revision),
    };
    let map = chain::load(project)?;
    Ok(Files {
        own: plans.join(own),
        twin: Some(new_file(&side, &map, revision)?),
    })
}

fn new_file(
    side: &AlembicProject,
    map: &RevisionMap,
    revision: &Revision,
) -> Result<(PathBuf, String), Failure> {
    let text = twin::print(revision, map)?;
    let template = side.file_template.as_deref().unwrap_or(twin::TEMPLATE);
    let stem = twin::file_stem(template, revision, side.longest_slug.unwrap_or(twin::SLUG))?;
    let folder = location(side, map, revision)?;
    Ok((folder.join(format!("{stem}.py")), text))
}

/// The folder of the first parent's file, as Alembic has it; the first one for a base.
fn location(side: &AlembicProject, map: &RevisionMap, revision: &Revision) -> Result<PathBuf, Failure> {
    let parent = revision.down_revisions.first();
    let file = match parent.and_then(|id| map.get(id)) {
        Some(parent) if parent.origin == Origin::Alembic => Some(parent.path.clone()),
        Some(parent) if side.locations.len() > 1 => twins(side)?
            .into_iter()
            .find(|found| twin::twin_of(&found.text) == Some(&parent.id))
            .map(|found| PathBuf::from(&found.name)),
        _ => None,
    };
    let is_above = |location: &&PathBuf| file.as_ref().is_some_and(|file| file.starts_with(location));
    let found = side.locations.iter().find(is_above).or(side.locations.first());
    found.cloned().ok_or_else(|| {
        let message = format!("{} names no folder for revisions", side.file.display());
        Diagnostic::error("RC0328", message)
            .help("name one as version_locations")
            .into()
    })
}

/// Every twin of the project.
fn twins(side: &AlembicProject) -> Result<Vec<Arc<Source>>, Failure> {
    let mut found = Vec::new();
    for location in &side.locations {
        collect(location, side.recursive, &mut found)?;
    }
    found.retain(|source| twin::twin_of(&source.text).is_some());
    Ok(found)
}

fn collect(folder: &Path, recursive: bool, found: &mut Vec<Arc<Source>>) -> Result<(), Failure> {
    let failed = |path: &Path, error| Failure::Io {
        path: path.to_owned(),
        error,
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(folder, error)),
    };
    for entry in entries {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        if path.is_dir() {
            if recursive {
                collect(&path, recursive, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "py") {
            // A file in another encoding is none that we wrote.
            if let Ok(text) = String::from_utf8(std::fs::read(&path).map_err(|error| failed(&path, error))?) {
                found.push(Arc::new(Source {
                    name: path.display().to_string(),
                    text,
                }));
            }
        }
    }
    Ok(())
}

/// The twins of a revision, all but the one in `kept`.
pub(super) fn others(project: &Project, id: &str, kept: Option<&Path>) -> Result<Vec<PathBuf>, Failure> {
    let Some(side) = chain::alembic(project)? else {
        return Ok(Vec::new());
    };
    let files = twins(&side)?;
    let of_it = files
        .iter()
        .filter(|source| twin::twin_of(&source.text) == Some(id));
    let paths = of_it.map(|source| PathBuf::from(&source.name));
    Ok(paths.filter(|path| Some(path.as_path()) != kept).collect())
}

/// What is wrong with the twins: one that is missing, one that was edited, one whose revision was.
pub fn check(project: &Project) -> Result<Vec<Diagnostic>, Failure> {
    let Some(side) = chain::alembic(project)? else {
        return Ok(Vec::new());
    };
    let (map, twins) = (chain::load(project)?, twins(&side)?);
    let mut problems = Vec::new();
    for revision in ours(&map) {
        match twins
            .iter()
            .find(|source| twin::twin_of(&source.text) == Some(&revision.id))
        {
            Some(source) => problems.extend(twin::check(revision, source)),
            None => {
                let (id, path) = (&revision.id, revision.path.display());
                let message = format!("revision {id} ({path}) has no twin: Alembic cannot find it");
                problems.push(
                    Diagnostic::error("RC0329", message).help("run `reconcile twins`, and commit both"),
                );
            }
        }
    }
    Ok(problems)
}

/// Writes the twins that are missing or do not say what their revisions say; returns their files.
pub fn write(project: &Project) -> Result<Vec<PathBuf>, Failure> {
    let Some(side) = chain::alembic(project)? else {
        return Ok(Vec::new());
    };
    let (map, twins) = (chain::load(project)?, twins(&side)?);
    let mut files = Vec::new();
    for revision in ours(&map) {
        let there = twins
            .iter()
            .find(|source| twin::twin_of(&source.text) == Some(&revision.id));
        match there {
            Some(source) if twin::check(revision, source).is_empty() => {}
            Some(source) => files.push((PathBuf::from(&source.name), twin::print(revision, &map)?)),
            None => files.push(new_file(&side, &map, revision)?),
        }
    }
    generate::save(&files)?;
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

fn ours(map: &RevisionMap) -> impl Iterator<Item = &Revision> {
    map.in_order()
        .into_iter()
        .filter(|revision| revision.origin == Origin::Native)
}
