//! The chain of a project: ours alone, or one with Alembic's files; and questions to it that need no database.
//!
//! Where both tools walk one chain, a `.py` file is either the twin of a revision of ours, or stands alone and can only be
//! run by Alembic. Alembic's load order is the order of the chain, since it decides which of two branches runs first.

use crate::config::Chain;
use crate::config::alembic::{self, AlembicProject};
use crate::diagnostic::Diagnostic;
use crate::dialect::VersionTable;
use crate::revision::python::{self, Script, Versions};
use crate::revision::{Revision, RevisionMap, Stage, file};
use crate::runner::Direction;

use super::{Failure, Project};

/// The chain of the project.
pub fn load(project: &Project) -> Result<RevisionMap, Failure> {
    let native = file::read_all(&project.config.plans)?;
    let Some(alembic) = alembic(project)? else {
        return Ok(RevisionMap::new(native)?);
    };
    let loaded = python::load(&versions(alembic))?;
    for warning in loaded.warnings {
        project.notes.add(warning);
    }
    Ok(RevisionMap::new(joined(native, loaded.scripts)?)?)
}

/// Alembic's configuration, where the project says that both tools walk one chain.
pub fn alembic(project: &Project) -> Result<Option<AlembicProject>, Failure> {
    let Chain::Alembic(beside) = &project.config.chain else {
        return Ok(None);
    };
    let (config, section) = (beside.config.as_deref(), beside.section.as_deref());
    match alembic::read(&project.config.root, config, section)? {
        Some(found) if !found.script_location.is_dir() => {
            let (file, place) = (found.file.display(), found.script_location.display());
            let message = format!("{file} names {place} as script_location, and there is no such folder");
            Err(Diagnostic::error("RC0595", message)
                .help("correct it, or name the section that counts as `alembic -n` does: `section` in reconcile.kdl, `init --section`")
                .into())
        }
        Some(found) => Ok(Some(found)),
        None if section.is_some() => {
            let section = section.unwrap_or_default();
            let message =
                format!("Alembic's configuration has no section [{section}] with a script_location");
            Err(Diagnostic::error("RC0595", message)
                .help("reconcile.kdl names it, as `alembic -n` does: correct the name, or remove the line")
                .into())
        }
        None => Err(Diagnostic::error(
            "RC0595",
            "reconcile.kdl says `chain \"alembic\"`, and there is no Alembic project beside it",
        )
        .help("write `chain \"alembic\" { config \"path/to/alembic.ini\"; }`, or remove the line")
        .into()),
    }
}

/// Where both tools say which revisions a database has.
pub fn version_table(project: &Project) -> Result<VersionTable, Failure> {
    let Chain::Alembic(beside) = &project.config.chain else {
        return Ok(VersionTable::default());
    };
    if let Some(said) = &beside.version_table {
        return Ok(said.clone());
    }
    let Some(alembic) = alembic(project)? else {
        return Ok(VersionTable::default());
    };
    let file = alembic.script_location.join("env.py");
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(VersionTable::default()),
        Err(error) => return Err(Failure::Io { path: file, error }),
    };
    let options = |section: Option<&str>, name: &str| alembic.option(section, name);
    let found = python::environment(&file.display().to_string(), &bytes, &options)?;
    let default = VersionTable::default();
    Ok(VersionTable {
        name: found.version_table.unwrap_or(default.name),
        schema: found.version_table_schema,
    })
}

fn versions(alembic: AlembicProject) -> Versions {
    Versions {
        locations: alembic.locations,
        recursive: alembic.recursive,
        sourceless: alembic.sourceless,
    }
}

/// One list of both: what has a `.py` in Alembic's order, then what has none.
fn joined(mut native: Vec<Revision>, scripts: Vec<Script>) -> Result<Vec<Revision>, Vec<Diagnostic>> {
    let mut out = Vec::new();
    let mut problems = Vec::new();
    for script in scripts {
        let Some(at) = native.iter().position(|own| own.id == script.revision.id) else {
            problems.extend(widowed(&script));
            out.push(script.revision);
            continue;
        };
        let own = native.remove(at);
        problems.extend(differing(&own, &script.revision));
        out.push(own);
    }
    out.extend(native);
    if problems.is_empty() {
        Ok(out)
    } else {
        Err(problems)
    }
}

/// What says that it was written beside a plan, and has none, is no revision of Alembic's own.
fn widowed(script: &Script) -> Option<Diagnostic> {
    let plan = script.twin_of.as_ref()?;
    let (path, marker) = (script.revision.path.display(), python::PROVENANCE);
    let message = format!("{path} is the twin of revision {plan}, and the plans have no such revision");
    Some(Diagnostic::error("RC0589", message).help(format!(
        "get the .kdl of {plan} back from version control; or, if the file is to be Alembic's own from now on, delete its \
         line `{marker} = …`"
    )))
}

/// What the two files of one revision say otherwise about its place in the chain.
fn differing(own: &Revision, twin: &Revision) -> Vec<Diagnostic> {
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    let fields = [
        ("down-revision", &own.down_revisions, &twin.down_revisions),
        ("depends-on", &own.depends_on, &twin.depends_on),
        ("branch-labels", &own.branch_labels, &twin.branch_labels),
    ];
    let differ = fields
        .into_iter()
        .filter(|(_, ours, theirs)| sorted(ours) != sorted(theirs));
    differ
        .map(|(name, ours, theirs)| {
            let message = format!(
                "revision {} has {name} {} in {} and {} in {}",
                own.id,
                said(ours),
                own.path.display(),
                said(theirs),
                twin.path.display()
            );
            Diagnostic::error("RC0596", message)
                .help("both files are one revision: correct the one that was edited")
        })
        .collect()
}

fn said(list: &[String]) -> String {
    if list.is_empty() {
        "none".to_owned()
    } else {
        list.join(", ")
    }
}

/// The revisions of a range `from:to` (either may be left out: base, the heads), in the order in which they run, with
/// the version rows on the way, and the direction: `head:base` runs down.
pub fn range(project: &Project, range: &str) -> Result<(Vec<Stage>, Direction), Failure> {
    Ok(load(project)?.offline(range)?)
}
