//! Revisions that only Alembic can run are handed to the project's own Alembic, in order, between ours.
//!
//! In: a way through the chain. Out: what was run. No lock of ours is held while Alembic runs: it takes the version table
//! as we do. It must not guess whether Alembic did it: the rows tell.

use std::time::Instant;

use crate::config::alembic::AlembicProject;
use crate::diagnostic::Diagnostic;
use crate::dialect::Session;
use crate::revision::{Origin, Revision, RevisionMap};
use crate::runner::{self, Direction, Event, Existing, Report, Way};

use super::program::{self, Program};
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
    let before = runner::current(session, &chain::version_table(project)?).await?;
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
    let Some(program) = Program::find(project)? else {
        let alembic = chain::alembic(project)?.unwrap_or_default();
        return Err(refusal(revision, &alembic, &arguments).into());
    };
    program.run(&arguments)?;
    let after = runner::current(session, &chain::version_table(project)?).await?;
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

fn refusal(revision: &Revision, alembic: &AlembicProject, arguments: &str) -> Diagnostic {
    let message = format!(
        "revision {} ({}) is Alembic's, and only Alembic can run it",
        revision.id,
        revision.path.display()
    );
    Diagnostic::error("RC0597", message).help(program::by_hand(alembic, arguments))
}
