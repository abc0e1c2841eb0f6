//! A database that stands where the chain does not expect it: rows that contradict each other, or none on a database that
//! has tables. Each is recognised, and told with the command that mends it.
//!
//! In: the graph, the rows, and the database where the rows alone do not tell. Out: nothing, or a refusal. It writes
//! nothing.

use crate::catalog::kinds::Table;
use crate::diagnostic::Diagnostic;
use crate::revision::{Revision, RevisionMap};
use crate::runner;

use super::{Failure, Project, chain, sides};

/// Refuses to go on from rows that do not say where the database is.
pub(super) async fn refuse(project: &Project, map: &RevisionMap, rows: &[String]) -> Result<(), Failure> {
    let applied = map.applied(rows)?;
    let right = map.rows_after(&applied);
    if let Some(below) = rows.iter().find(|row| !right.contains(row)) {
        return Err(overlapping(below, &right).into());
    }
    if !rows.is_empty() || map.heads().is_empty() {
        return Ok(());
    }
    unversioned(project, map).await
}

/// One row stands on another: Alembic leaves that behind in some cases, and then refuses every upgrade.
fn overlapping(below: &str, right: &[String]) -> Diagnostic {
    let message = format!(
        "the version table has revision {below}, and one that stands on it: it should have {} alone",
        right.join(" and ")
    );
    Diagnostic::error("RC0580", message).help(format!("run `reconcile stamp --purge {}`", right.join(" ")))
}

/// A database with tables and no rows was made by something else than the chain, or lost its rows.
async fn unversioned(project: &Project, map: &RevisionMap) -> Result<(), Failure> {
    let url = sides::database(project)?;
    if !url.exists() {
        return Ok(());
    }
    let mut session = sides::connect_reading(url).await?;
    let scope = sides::scope(project, url.dialect)?;
    let found = session.introspect(&scope).await?.catalog;
    // Another applier may have come in between: then there are rows now.
    let rows = runner::current(session.as_mut(), &chain::version_table(project)?).await?;
    session.close().await?;
    if !rows.is_empty() {
        return Ok(());
    }
    let tables = found.of_kind::<Table>().count();
    if tables == 0 {
        return Ok(());
    }
    let fingerprint = found.fingerprint();
    let engine = url.dialect.name();
    // A chain may begin on a database that was there before it.
    let begins_here = |revision: &&Revision| {
        let script = revision.script(engine);
        script.is_some_and(|script| script.from == fingerprint)
    };
    if map.bases().iter().any(begins_here) {
        return Ok(());
    }
    let is_there = |revision: &&&Revision| {
        revision
            .script(engine)
            .is_some_and(|script| script.to == fingerprint)
    };
    let message = format!("{url} stands at no revision, and has {tables} table(s)");
    let problem = Diagnostic::error("RC0581", message);
    Err(match map.in_order().iter().rev().find(is_there) {
        Some(revision) => problem.help(format!(
            "it is just as revision {} ({}) leaves it: run `reconcile stamp {}`",
            revision.id, revision.message, revision.id
        )),
        None => problem.help(
            "it is as no revision leaves it: `reconcile diff --from URL --to REVISION` compares it with one, \
             `reconcile stamp --force REVISION` says where it stands",
        ),
    }
    .into())
}
