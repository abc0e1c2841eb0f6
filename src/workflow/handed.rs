//! Revisions that only Alembic can run are handed to the project's own Alembic, in order, between ours.
//!
//! In: a way through the chain. Out: what was run. No lock of ours is held while Alembic runs: it takes the version table
//! as we do. It must not guess whether Alembic did it: the rows tell.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::config::Chain;
use crate::config::alembic::AlembicProject;
use crate::diagnostic::Diagnostic;
use crate::dialect::Session;
use crate::revision::{Origin, Revision, RevisionMap};
use crate::runner::{self, Direction, Event, Existing, Report, Way};

use super::{Failure, Project, chain, migrate};

/// Runs a way, each revision by who can.
pub(super) async fn walk(
    project: &Project,
    session: &mut dyn Session,
    way: &Way<'_>,
    existing: Option<Existing>,
    observe: &mut (dyn FnMut(Event) + Send),
) -> Result<Report, Failure> {
    let mut report = Report::default();
    let mut existing = existing;
    for part in way.revisions.chunk_by(|one, other| one.origin == other.origin) {
        if part.iter().all(|revision| revision.origin == Origin::Native) {
            let part = Way {
                revisions: part,
                ..*way
            };
            let done = migrate::run(project, session, &part, existing.take(), observe).await?;
            report.ran.extend(done.ran);
            report.warnings.extend(done.warnings);
            continue;
        }
        for revision in part {
            let began = Instant::now();
            observe(Event::Revision {
                id: revision.id.clone(),
                message: revision.message.clone(),
                steps: 1,
            });
            one(project, way.map, session, revision, way.direction).await?;
            let took = began.elapsed();
            report.ran.push((revision.id.clone(), took));
            observe(Event::Done {
                id: revision.id.clone(),
                took,
            });
        }
    }
    Ok(report)
}

/// Has Alembic run one revision, and looks whether it did.
async fn one(
    project: &Project,
    map: &RevisionMap,
    session: &mut dyn Session,
    revision: &Revision,
    direction: Direction,
) -> Result<(), Failure> {
    let before = runner::current(session).await?;
    let (arguments, expected) = match direction {
        Direction::Upgrade => (
            format!("upgrade {}", revision.id),
            map.rows_after_upgrade(&before, &revision.id),
        ),
        Direction::Downgrade => (
            format!("downgrade {}@-1", revision.id),
            map.rows_after_downgrade(&before, &revision.id),
        ),
    };
    let alembic = chain::alembic(project)?.unwrap_or_default();
    let Some(command) = command(project, &alembic) else {
        return Err(refusal(revision, &alembic, &arguments).into());
    };
    call(project, &alembic, &command, &arguments, revision)?;
    let after = runner::current(session).await?;
    if expected.as_ref() == Some(&after) {
        return Ok(());
    }
    let message = format!(
        "Alembic ran {arguments}, and the database stands at {} all the same",
        if after.is_empty() {
            "base".to_owned()
        } else {
            after.join(", ")
        }
    );
    Err(Diagnostic::error("RC0598", message)
        .help("env.py may name another database than reconcile.kdl: both have to mean the same one")
        .into())
}

/// How Alembic is run: as it was said, or as it is found beside its configuration.
fn command(project: &Project, alembic: &AlembicProject) -> Option<String> {
    if let Chain::Alembic {
        command: Some(command),
        ..
    } = &project.config.chain
    {
        return Some(command.clone());
    }
    let folder = alembic.file.parent().unwrap_or(Path::new("."));
    let places = [".venv/bin/alembic", "venv/bin/alembic"];
    let found = places
        .iter()
        .map(|place| folder.join(place))
        .find(|file| file.is_file())?;
    let absolute: PathBuf = std::fs::canonicalize(found).ok()?;
    Some(quoted(&absolute.display().to_string()))
}

fn refusal(revision: &Revision, alembic: &AlembicProject, arguments: &str) -> Diagnostic {
    let message = format!(
        "revision {} ({}) is Alembic's, and only Alembic can run it",
        revision.id,
        revision.path.display()
    );
    Diagnostic::error("RC0597", message).help(format!(
        "run `alembic -c {} {arguments}`, then the same command again; or write `chain \"alembic\" {{ command \"alembic\"; }}` \
         to have it run in between",
        alembic.file.display()
    ))
}

fn call(
    project: &Project,
    alembic: &AlembicProject,
    command: &str,
    arguments: &str,
    revision: &Revision,
) -> Result<(), Failure> {
    let root = if project.config.root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &project.config.root
    };
    let file = std::path::absolute(&alembic.file).unwrap_or_else(|_| alembic.file.clone());
    let line = format!("{command} -c {} {arguments}", quoted(&file.display().to_string()));
    let ran = Command::new("sh")
        .args(["-c", &line])
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::Io {
            path: PathBuf::from("sh"),
            error,
        })?;
    if ran.status.success() {
        return Ok(());
    }
    let said = [ran.stdout, ran.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last: Vec<&str> = said.lines().rev().take(5).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    let message = format!(
        "Alembic could not run revision {}:\n{}",
        revision.id,
        last.join("\n")
    );
    Err(Diagnostic::error("RC0599", message)
        .help(format!("the command was: {line}"))
        .into())
}

/// One word of a shell command.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
