//! `upgrade`, `downgrade`, `stamp`: walking the chain.

use crate::dialect::Session;
use crate::revision::{Revision, RevisionMap};
use crate::runner::{self, Direction, Event, Existing, Report, RunOptions, Way};

use super::{Failure, Project, chain, drift, elsewhere, handed, sides};

/// The revisions that would run, in order. For a downgrade, what they lose is named by their scripts.
pub async fn path(project: &Project, target: &str, direction: Direction) -> Result<Vec<Revision>, Failure> {
    let map = chain::load(project)?;
    let rows = super::status::current(project).await?;
    if direction == Direction::Upgrade {
        elsewhere::refuse(project, &map, &rows).await?;
    }
    Ok(steps(&map, &rows, target, direction)?
        .into_iter()
        .cloned()
        .collect())
}

fn steps<'a>(
    map: &'a RevisionMap,
    rows: &[String],
    target: &str,
    direction: Direction,
) -> Result<Vec<&'a Revision>, Failure> {
    Ok(match direction {
        Direction::Upgrade => map.upgrade(rows, &[target])?,
        Direction::Downgrade => map.downgrade(rows, target)?,
    })
}

/// Runs them.
pub async fn migrate(
    project: &Project,
    target: &str,
    direction: Direction,
    observe: &mut (dyn FnMut(Event) + Send),
) -> Result<Report, Failure> {
    let map = chain::load(project)?;
    let mut session = sides::connect_writing(sides::database(project)?).await?;
    let rows = runner::current(session.as_mut(), &chain::version_table(project)?).await?;
    let revisions = steps(&map, &rows, target, direction)?;
    let way = Way {
        map: &map,
        revisions: &revisions,
        direction,
    };
    let result = handed::walk(project, session.as_mut(), &way, None, observe).await;
    session.close().await?;
    result
}

/// Runs revisions on an open connection, after checking that what was applied before is as the chain has it.
pub(super) async fn run(
    project: &Project,
    session: &mut dyn Session,
    way: &Way<'_>,
    existing: Option<Existing>,
    observe: &mut (dyn FnMut(Event) + Send),
) -> Result<Report, Failure> {
    runner::verify_applied(session, way.map, &chain::version_table(project)?).await?;
    let options = RunOptions {
        existing,
        ..options(project, session)?
    };
    Ok(runner::run(session, way, &options, observe).await?)
}

fn options(project: &Project, session: &dyn Session) -> Result<RunOptions, Failure> {
    Ok(RunOptions {
        lock_wait: project.lock_wait,
        patience: project.patience,
        pause: project.config.pause,
        allow_destructive: project.allow_destructive,
        scope: sides::scope(project, session.server().dialect)?,
        version_table: chain::version_table(project)?,
        existing: None,
    })
}

/// Sets the version without running anything; `purge` removes every row first. Returns the new rows. The database must be
/// in the state that they say, unless that is forced.
pub async fn stamp(
    project: &Project,
    targets: &[String],
    purge: bool,
    force: bool,
) -> Result<Vec<String>, Failure> {
    let map = chain::load(project)?;
    let mut session = sides::connect_writing(sides::database(project)?).await?;
    let rows = if purge {
        Vec::new()
    } else {
        runner::current(session.as_mut(), &chain::version_table(project)?).await?
    };
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    let rows = map.stamp(&rows, &targets)?;
    if !force {
        drift::refuse(project, &map, session.as_mut(), &rows).await?;
    }
    let options = options(project, session.as_ref())?;
    runner::stamp(session.as_mut(), &rows, &options).await?;
    session.close().await?;
    Ok(rows)
}
