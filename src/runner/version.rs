//! The version table, exactly as Alembic keeps it: rows are the heads of what is applied, values stand as literals,
//! and every change must touch exactly one row.
//!
//! Must not: create the table where nothing is written (`current` never does).

use std::collections::BTreeSet;

use crate::dialect::own_tables::OwnTable;
use crate::dialect::session::EngineErrorKind;
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, EngineError, OwnTables, Session, TxnOptions};
use crate::revision::Revision;

use super::{Direction, RunError, RunOptions, ledger};

/// The rows of the version table; none if there is no such table. Writes nothing.
pub async fn current(session: &mut dyn Session) -> Result<Vec<String>, EngineError> {
    let table = &tables(session).version;
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
    session.lock(options.lock_wait).await?;
    let result = stamp_locked(session, rows).await;
    let unlocked = session.unlock().await;
    result?;
    Ok(unlocked?)
}

async fn stamp_locked(session: &mut dyn Session, rows: &[String]) -> Result<(), EngineError> {
    session.begin(TxnOptions::default()).await?;
    let result = write_rows(session, rows).await;
    match result {
        Ok(()) => session.commit().await,
        Err(error) => {
            // What went wrong first is what matters; a lost connection cannot be rolled back.
            session.rollback().await.ok();
            Err(error)
        }
    }
}

async fn write_rows(session: &mut dyn Session, rows: &[String]) -> Result<(), EngineError> {
    let table = &tables(session).version;
    make(session, table).await?;
    keep_others_out(session).await?;
    session.execute(&format!("DELETE FROM {}", table.name)).await?;
    for row in rows {
        session.execute(&insert(table, row)).await?;
    }
    ledger::stamped(session).await
}

/// Moves the version over one revision.
pub(super) async fn advance(
    session: &mut dyn Session,
    rows: &[String],
    revision: &Revision,
    direction: Direction,
) -> Result<(), EngineError> {
    let table = &tables(session).version;
    for statement in statements(table, rows, revision, direction) {
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

fn statements(table: &OwnTable, rows: &[String], revision: &Revision, direction: Direction) -> Vec<String> {
    let id = &revision.id;
    let mut out = Vec::new();
    match direction {
        Direction::Upgrade => {
            let mut left = rows.iter().filter(|row| before(revision).any(|id| id == *row));
            match left.next() {
                None => out.push(insert(table, id)),
                Some(first) => {
                    out.extend(left.map(|row| delete(table, row)));
                    out.push(update(table, first, id));
                }
            }
        }
        Direction::Downgrade => match revision.down_revisions.split_first() {
            None => out.push(delete(table, id)),
            Some((first, others)) => {
                out.extend(others.iter().map(|row| insert(table, row)));
                out.push(update(table, id, first));
            }
        },
    }
    out
}

fn before(revision: &Revision) -> impl Iterator<Item = &String> {
    revision.down_revisions.iter().chain(&revision.depends_on)
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

/// Whether the database is where a run of this revision starts. Branches come with merges: until then it is one line,
/// and the rows are exactly the parents, or exactly the revision.
pub(super) fn check(rows: &[String], revision: &Revision, direction: Direction) -> Result<(), RunError> {
    let found: BTreeSet<&String> = rows.iter().collect();
    let (expected, right): (Vec<&String>, bool) = match direction {
        Direction::Upgrade => {
            let parents: BTreeSet<&String> = revision.down_revisions.iter().collect();
            let known: BTreeSet<&String> = before(revision).collect();
            let right = found.is_superset(&parents) && found.is_subset(&known);
            (parents.into_iter().collect(), right)
        }
        Direction::Downgrade => (vec![&revision.id], found == BTreeSet::from([&revision.id])),
    };
    if right {
        return Ok(());
    }
    Err(RunError::Elsewhere {
        revision: revision.id.clone(),
        direction,
        expected: named(expected.into_iter()),
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

/// The tables of the chain on this engine.
pub(super) fn tables(session: &dyn Session) -> &'static OwnTables {
    session.server().engine().own_tables()
}

pub(super) async fn is_there(session: &mut dyn Session, table: &OwnTable) -> Result<bool, EngineError> {
    Ok(!session.query(table.exists).await?.is_empty())
}

/// Makes a table if it is not there. Asked first: `IF NOT EXISTS` wants the right to create even where nothing is made.
pub(super) async fn make(session: &mut dyn Session, table: &OwnTable) -> Result<(), EngineError> {
    if is_there(session, table).await? {
        return Ok(());
    }
    for statement in table.create {
        session.execute(statement).await?;
    }
    Ok(())
}

/// Takes the version table for this transaction, so that Alembic waits, and then sees what we did.
pub(super) async fn keep_others_out(session: &mut dyn Session) -> Result<(), EngineError> {
    if let Some(lock) = tables(session).lock {
        session.execute(lock).await?;
    }
    Ok(())
}

/// The statements that make the version table, for offline SQL.
pub fn version_table(dialect: Dialect) -> &'static [&'static str] {
    dialect.engine().own_tables().version.create
}

/// The statements that move the version over one revision on a database that stands where the revision starts, for
/// offline SQL.
pub fn version_statements(revision: &Revision, direction: Direction, dialect: Dialect) -> Vec<String> {
    statements(
        &dialect.engine().own_tables().version,
        &revision.down_revisions,
        revision,
        direction,
    )
}
