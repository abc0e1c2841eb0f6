//! The Alembic twins of the project's revisions, as files: where each one is, whether it still says the same, and how it
//! is written again. A project whose chain is its own has none.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Chain;
use crate::config::alembic::AlembicProject;
use crate::diagnostic::{Diagnostic, Source};
use crate::revision::twin::{self, Style};
use crate::revision::{Origin, Revision, RevisionMap};

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
    let side = chain::alembic(project)?;
    let longest = side.as_ref().and_then(|side| side.longest_slug);
    let theirs = side.as_ref().and_then(|side| side.file_template.as_ref());
    let own = match project.config.file_template.as_ref().or(theirs) {
        Some(template) => {
            let stem = twin::file_stem(template, revision, longest.unwrap_or(twin::SLUG))?;
            // Our folder has no folders in it.
            format!("{}.kdl", stem.replace('/', "_"))
        }
        None => crate::revision::file_name(revision),
    };
    let map = chain::load(project)?;
    let own = project.config.plans.join(own);
    taken(&map, revision, &own)?;
    let twin = match side {
        Some(side) => Some(new_file(&side, &map, revision, style(project))?),
        None => None,
    };
    Ok(Files { own, twin })
}

/// A template may make one name of two revisions; the file of another one is not written over.
fn taken(map: &RevisionMap, revision: &Revision, path: &Path) -> Result<(), Failure> {
    let same = |other: &Revision| other.path.file_name() == path.file_name();
    let known = map.in_order().into_iter();
    let mut others = known.filter(|other| other.id != revision.id && !revision.replaces.contains(&other.id));
    if path.exists() && others.any(same) {
        let message = format!("{} is there already, and of another revision", path.display());
        return Err(Diagnostic::error("RC0328", message)
            .help("put `%(rev)s` into the file-template, so that every revision has a name of its own")
            .into());
    }
    Ok(())
}

/// A time, in the zone that Alembic's configuration names for those of revisions.
pub(super) fn in_zone(project: &Project, created: &str) -> Result<String, Failure> {
    let Some(name) = chain::alembic(project)?.and_then(|side| side.timezone) else {
        return Ok(created.to_owned());
    };
    let Some(zone) = zone(&name) else {
        let message = format!("Alembic's configuration names the timezone `{name}`, which is not known here");
        return Err(Diagnostic::error("RC0592", message)
            .help("write a name as the operating system has it, such as `Europe/Paris` or `UTC`")
            .into());
    };
    Ok(match created.parse::<jiff::Timestamp>() {
        Ok(time) => time
            .to_zoned(zone)
            .strftime("%Y-%m-%dT%H:%M:%S%.f%:z")
            .to_string(),
        Err(_) => created.to_owned(),
    })
}

/// A zone as Alembic finds it: by the very name, or by the name in capitals.
fn zone(name: &str) -> Option<jiff::tz::TimeZone> {
    let spellings = [name.to_owned(), name.to_uppercase()];
    spellings.into_iter().find_map(|name| {
        let zone = jiff::tz::TimeZone::get(&name).ok()?;
        (zone.iana_name() == Some(name.as_str())).then_some(zone)
    })
}

/// How the project wants its twins written.
fn style(project: &Project) -> Style {
    match &project.config.chain {
        Chain::Alembic(beside) => beside.style,
        Chain::Native => Style::default(),
    }
}

fn new_file(
    side: &AlembicProject,
    map: &RevisionMap,
    revision: &Revision,
    style: Style,
) -> Result<(PathBuf, String), Failure> {
    let text = twin::print(revision, map, style)?;
    let template = side.file_template.as_deref().unwrap_or(twin::TEMPLATE);
    let stem = twin::file_stem(template, revision, side.longest_slug.unwrap_or(twin::SLUG))?;
    let folder = location(side, map, revision)?;
    Ok((folder.join(format!("{stem}.py")), text))
}

/// The folder of the first parent's file, as Alembic has it; for a base, the only one, or that of what it replaces.
fn location(side: &AlembicProject, map: &RevisionMap, revision: &Revision) -> Result<PathBuf, Failure> {
    match side.locations.as_slice() {
        [] => {
            let message = format!("{} names no folder for revisions", side.file.display());
            return Err(Diagnostic::error("RC0328", message)
                .help("name one as version_locations")
                .into());
        }
        [only] => return Ok(only.clone()),
        _ => {}
    }
    let near = revision.down_revisions.first().or(revision.replaces.first());
    let file = match near.and_then(|id| map.get(id)) {
        Some(near) if near.origin == Origin::Alembic => Some(near.path.clone()),
        Some(near) => twins(side)?
            .into_iter()
            .find(|found| twin::twin_of(&found.text) == Some(&near.id))
            .map(|found| PathBuf::from(&found.name)),
        None => None,
    };
    let is_above = |location: &&PathBuf| file.as_ref().is_some_and(|file| file.starts_with(location));
    let above = side.locations.iter().filter(is_above);
    match above.max_by_key(|location| location.components().count()) {
        Some(location) => Ok(location.clone()),
        None => Err(ambiguous(side, near).into()),
    }
}

/// Alembic asks for `--version-path` here.
fn ambiguous(side: &AlembicProject, near: Option<&String>) -> Diagnostic {
    let folders: Vec<String> = side
        .locations
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    let (message, help) = match near {
        None => (
            "the first revision of a chain may lie in several folders".to_owned(),
            "begin the chain with `alembic revision --version-path FOLDER -m TEXT`; what follows lies beside it",
        ),
        Some(near) => (
            format!(
                "revision {near}, beside which the new one is to lie, has no file in one of the version_locations"
            ),
            "run `reconcile twins` where its twin is missing",
        ),
    };
    Diagnostic::error("RC0328", format!("{message}: {}", folders.join(", "))).help(help)
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
            Some(source) => {
                let text = twin::print(revision, &map, style(project))?;
                files.push((PathBuf::from(&source.name), text));
            }
            None => files.push(new_file(&side, &map, revision, style(project))?),
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
