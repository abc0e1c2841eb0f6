//! The versions directories of an Alembic project, in Alembic's own load order: [`load`].
//!
//! The order matters: it decides which of two branches goes first. Names are sorted by code point within a directory,
//! sub-directories come after the files, directories in the order in which they are configured.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;

use super::{Script, parse};

/// Where revisions are, as Alembic is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// The directories. One that is not there holds nothing.
    pub locations: Vec<PathBuf>,
    /// Whether sub-directories count.
    pub recursive: bool,
    /// Whether compiled files without a source count, which only Python can read.
    pub sourceless: bool,
}

/// What was loaded.
#[derive(Debug, Default)]
pub struct Loaded {
    /// In load order.
    pub scripts: Vec<Script>,
    /// Files that were left out because they had been loaded under another name.
    pub warnings: Vec<Diagnostic>,
}

/// Reads every revision file. Errors: all problems of all files at once.
pub fn load(versions: &Versions) -> Result<Loaded, Vec<Diagnostic>> {
    if versions.sourceless {
        return Err(vec![
            Diagnostic::error("RC0324", "Alembic is configured with `sourceless`: revisions may be compiled files, which only Python can read")
                .help("keep the `.py` files beside them, and remove `sourceless` from Alembic's configuration"),
        ]);
    }
    let mut loaded = Loaded::default();
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for location in &versions.locations {
        let mut paths = Vec::new();
        if let Err(problem) = list(location, versions.recursive, &mut paths) {
            problems.push(*problem);
        }
        for path in paths {
            file(&path, &mut seen, &mut loaded, &mut problems);
        }
    }
    if problems.is_empty() {
        Ok(loaded)
    } else {
        Err(problems)
    }
}

fn file(path: &Path, seen: &mut BTreeSet<PathBuf>, loaded: &mut Loaded, problems: &mut Vec<Diagnostic>) {
    let (real, is_there) = match std::fs::canonicalize(path) {
        Ok(real) => (real, true),
        // A link to nothing has the name of what it points to.
        Err(_) => (
            std::fs::read_link(path).unwrap_or_else(|_| path.to_owned()),
            false,
        ),
    };
    if !is_revision_file(&real) {
        // The name of a link does not matter.
        return;
    }
    if is_there && !seen.insert(real.clone()) {
        let message = format!(
            "{} was loaded before under another name, and is left out",
            path.display()
        );
        loaded.warnings.push(
            Diagnostic::warning("RC0325", message)
                .help("name each directory once in `version_locations`, and remove links to revision files"),
        );
        return;
    }
    let shown = if real.file_name() == path.file_name() {
        path
    } else {
        &real
    };
    let read = std::fs::read(path).map_err(|error| vec![unreadable(path, &error)]);
    match read.and_then(|bytes| parse(&shown.display().to_string(), &bytes)) {
        Ok(script) => loaded.scripts.push(script),
        Err(found) => problems.extend(found),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("RC0307", format!("{} cannot be read: {error}", path.display()))
}

/// Whether Alembic loads a file of this name.
fn is_revision_file(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
        return false;
    };
    name.ends_with(".py") && !name.starts_with(".#") && !name.starts_with("__init__")
}

/// The files of a directory, then those of its sub-directories.
fn list(folder: &Path, recursive: bool, found: &mut Vec<PathBuf>) -> Result<(), Box<Diagnostic>> {
    let failed = |error: std::io::Error| Box::new(unreadable(folder, &error));
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        // A link to a directory is one for the list of files, but is not gone into.
        if path.is_dir() {
            if !entry.file_type().map_err(failed)?.is_symlink() {
                folders.push(path);
            }
        } else {
            files.push(path);
        }
    }
    let is_cache = folder
        .file_name()
        .is_some_and(|name| name.to_string_lossy().ends_with("__pycache__"));
    if !is_cache {
        files.sort();
        found.extend(files);
    }
    // Python goes below a cache only if it goes below anything.
    if recursive || is_cache {
        folders.sort();
        for folder in folders {
            list(&folder, recursive, found)?;
        }
    }
    Ok(())
}
