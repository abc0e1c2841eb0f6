//! The version table, exactly as Alembic keeps it: rows are the heads of what is applied, values stand as literals,
//! and every change must touch exactly one row.
//!
//! Must not: create the table where nothing is written (`current` never does).

use crate::dialect::session::EngineErrorKind;
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, EngineError, OwnTable, Session, TxnOptions, VersionTable};
use crate::revision::{Revision, RevisionMap};

use super::{Direction, RunError, RunOptions, ledger};

/// The rows of the version table; none if there is no such table. Writes nothing.
pub async fn current(session: &mut dyn Session, table: &VersionTable) -> Result<Vec<String>, EngineError> {
    let table = table.on(session.server().dialect);
    rows(session, &table).await
}

pub(super) async fn rows(session: &mut dyn Session, table: &OwnTable) -> Result<Vec<String>, EngineError> {
    if !is_there(session, table).await? {
        return Ok(Vec::new());
    }
    // Alembic reads without an order, too; sorting is ours.
    let rows = session
        .query(&format!("SELECT version_num FROM {}", table.name))
        .await?;
    let mut rows: Vec<String> = rows.into_iter().flatten().flatten().collect();
    rows.sort();
    Ok(rows)
}

/// Sets the version rows without running anything. A revision that stood half-way no longer does: whoever stamps says
/// where the database really is.
pub async fn stamp(session: &mut dyn Session, rows: &[String], options: &RunOptions) -> Result<(), RunError> {
    let table = options.version_table.on(session.server().dialect);
    session.lock(options.lock_wait).await?;
    let result = stamp_locked(session, &table, rows).await;
    let unlocked = session.unlock().await;
    result?;
    Ok(unlocked?)
}

async fn stamp_locked(
    session: &mut dyn Session,
    table: &OwnTable,
    rows: &[String],
) -> Result<(), EngineError> {
    session.begin(TxnOptions::default()).await?;
    let result = write_rows(session, table, rows).await;
    match result {
        Ok(()) => session.commit().await,
        Err(error) => {
            // What went wrong first is what matters; a lost connection cannot be rolled back.
            session.rollback().await.ok();
            Err(error)
        }
    }
}

async fn write_rows(session: &mut dyn Session, table: &OwnTable, rows: &[String]) -> Result<(), EngineError> {
    make(session, table).await?;
    keep_others_out(session, table).await?;
    session.execute(&format!("DELETE FROM {}", table.name)).await?;
    for row in rows {
        session.execute(&insert(table, row)).await?;
    }
    ledger::stamped(session).await
}

/// The version rows before and after a revision.
pub(super) struct Change {
    before: Vec<String>,
    after: Vec<String>,
}

/// Moves the version over one revision.
pub(super) async fn advance(
    session: &mut dyn Session,
    table: &OwnTable,
    change: &Change,
) -> Result<(), EngineError> {
    for statement in statements(table, &change.before, &change.after) {
        let touched = session.execute(&statement).await?;
        if touched != 1 {
            let message = format!("the version table changed meanwhile: {touched} rows instead of 1");
            return Err(EngineError {
                statement: Some(statement),
                ..EngineError::new(EngineErrorKind::Busy, message)
            });
        }
    }
    Ok(())
}

/// A row that goes and a row that comes are one UPDATE, as Alembic has it; what is left over is deleted or inserted.
fn statements(table: &OwnTable, before: &[String], after: &[String]) -> Vec<String> {
    let mut gone: Vec<&String> = before.iter().filter(|row| !after.contains(row)).collect();
    let mut new: Vec<&String> = after.iter().filter(|row| !before.contains(row)).collect();
    let mut moved = None;
    if !gone.is_empty() && !new.is_empty() {
        moved = Some(update(table, gone.remove(0), new.remove(0)));
    }
    let mut out: Vec<String> = gone.iter().map(|row| delete(table, row)).collect();
    out.extend(new.iter().map(|row| insert(table, row)));
    out.extend(moved);
    out
}

fn insert(table: &OwnTable, id: &str) -> String {
    format!(
        "INSERT INTO {} (version_num) VALUES ({})",
        table.name,
        text_literal(id)
    )
}

fn update(table: &OwnTable, from: &str, to: &str) -> String {
    let (from, to) = (text_literal(from), text_literal(to));
    format!(
        "UPDATE {} SET version_num = {to} WHERE version_num = {from}",
        table.name
    )
}

fn delete(table: &OwnTable, id: &str) -> String {
    format!(
        "DELETE FROM {} WHERE version_num = {}",
        table.name,
        text_literal(id)
    )
}

/// How the rows change where the database is where a run of this revision starts: for an upgrade, all that it stands on
/// is applied and it is not; for a downgrade, it is applied and nothing that stands on it is.
pub(super) fn check(
    map: &RevisionMap,
    rows: Vec<String>,
    revision: &Revision,
    direction: Direction,
) -> Result<Change, RunError> {
    let id = &revision.id;
    let after = match direction {
        Direction::Upgrade => map.rows_after_upgrade(&rows, id),
        Direction::Downgrade => map.rows_after_downgrade(&rows, id),
    };
    if let Some(after) = after {
        return Ok(Change { before: rows, after });
    }
    let expected = match direction {
        Direction::Upgrade => named(revision.down_revisions.iter().chain(&revision.depends_on)),
        Direction::Downgrade => id.clone(),
    };
    Err(RunError::Elsewhere {
        revision: id.clone(),
        direction,
        expected,
        found: named(rows.iter()),
    })
}

fn named<'a>(rows: impl Iterator<Item = &'a String>) -> String {
    let rows: Vec<&str> = rows.map(String::as_str).collect();
    if rows.is_empty() {
        "base".to_owned()
    } else {
        rows.join(", ")
    }
}

pub(super) async fn is_there(session: &mut dyn Session, table: &OwnTable) -> Result<bool, EngineError> {
    Ok(!session.query(&table.exists).await?.is_empty())
}

/// Makes a table if it is not there. Asked first: `IF NOT EXISTS` wants the right to create even where nothing is made.
pub(super) async fn make(session: &mut dyn Session, table: &OwnTable) -> Result<(), EngineError> {
    if !is_there(session, table).await? {
        for statement in &table.create {
            session.execute(statement).await?;
        }
    }
    for (exists, statement) in &table.added {
        if session.query(exists).await?.is_empty() {
            session.execute(statement).await?;
        }
    }
    Ok(())
}

/// Takes the version table for this transaction, so that Alembic waits, and then sees what we did.
pub(super) async fn keep_others_out(session: &mut dyn Session, table: &OwnTable) -> Result<(), EngineError> {
    if let Some(lock) = &table.lock {
        session.execute(lock).await?;
    }
    Ok(())
}

/// The statements that make the version table, for offline SQL.
pub fn version_table(table: &VersionTable, dialect: Dialect) -> Vec<String> {
    table.on(dialect).create
}

/// The statements that take the version table from these rows to those, for offline SQL.
pub fn version_statements(
    table: &VersionTable,
    before: &[String],
    after: &[String],
    dialect: Dialect,
) -> Vec<String> {
    statements(&table.on(dialect), before, after)
}
