//! The ledger: which text of a revision was run, when, by which version of this program, and how far.
//!
//! One row a revision, written in the transactions of the run itself. It knows what the version table cannot: whether a
//! revision was edited since, and where a run stopped that could not be one transaction.

use crate::catalog::Fingerprint;
use crate::dialect::session::EngineErrorKind;
use crate::dialect::sql::text_literal;
use crate::dialect::{EngineError, OwnTable, Session};
use crate::revision::Revision;

use super::Direction;
use super::version::is_there;

/// How far a revision is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// All of the upgrade is committed.
    Applied,
    /// A run is between two of its transactions.
    Partial,
    /// All of the downgrade is committed.
    Reverted,
    /// It stood half-way, and somebody has stamped the database since.
    Stamped,
}

impl State {
    const ALL: [Self; 4] = [Self::Applied, Self::Partial, Self::Reverted, Self::Stamped];

    fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Partial => "partial",
            Self::Reverted => "reverted",
            Self::Stamped => "stamped",
        }
    }
}

/// A row of the ledger.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) revision: String,
    pub(super) checksum: Fingerprint,
    pub(super) direction: Direction,
    pub(super) state: State,
    pub(super) segments_done: usize,
}

impl Entry {
    /// Whether the revision was applied with another text than the one that it has on this engine, or had before it took
    /// the place of others.
    pub(super) fn is_edited(&self, revision: &Revision, engine: &str) -> bool {
        let before = revision.script(engine).and_then(|script| script.was.as_ref());
        let known = [revision.checksum(engine).as_ref(), before].contains(&Some(&self.checksum));
        self.state == State::Applied && !known
    }
}

/// The ledger on this engine.
pub(super) fn table(session: &dyn Session) -> OwnTable {
    session.server().engine().ledger()
}

/// Every row; none if there is no ledger.
pub(super) async fn read(session: &mut dyn Session) -> Result<Vec<Entry>, EngineError> {
    let table = &table(session);
    if !is_there(session, table).await? {
        return Ok(Vec::new());
    }
    let query = format!(
        "SELECT revision, checksum, direction, state, segments_done FROM {} ORDER BY revision",
        table.name
    );
    let rows = session.query(&query).await?;
    rows.into_iter().map(entry).collect()
}

/// Where the batches of the segment behind those that are done stopped. The ledger must be as this version makes it.
pub(super) async fn cursor(session: &mut dyn Session, revision: &str) -> Result<Option<String>, EngineError> {
    let query = format!(
        "SELECT batch_cursor FROM {} WHERE revision = {}",
        table(session).name,
        text_literal(revision)
    );
    let rows = session.query(&query).await?;
    Ok(rows.into_iter().flatten().flatten().next())
}

fn entry(row: Vec<Option<String>>) -> Result<Entry, EngineError> {
    let words: Vec<String> = row.into_iter().map(Option::unwrap_or_default).collect();
    let [revision, checksum, direction, state, segments_done] = words.as_slice() else {
        return Err(unreadable(&words));
    };
    let directions = [Direction::Upgrade, Direction::Downgrade];
    let direction = directions.into_iter().find(|one| one.to_string() == *direction);
    let state = State::ALL.into_iter().find(|one| one.word() == state);
    match (direction, state, segments_done.parse()) {
        (Some(direction), Some(state), Ok(segments_done)) => Ok(Entry {
            revision: revision.clone(),
            checksum: Fingerprint::from_text(checksum),
            direction,
            state,
            segments_done,
        }),
        _ => Err(unreadable(&words)),
    }
}

fn unreadable(words: &[String]) -> EngineError {
    let message = format!(
        "the ledger has a row that this version does not understand: {}",
        words.join(", ")
    );
    EngineError::new(EngineErrorKind::Catalog, message)
}

/// Notes that a run begins, in the place of what was noted about the revision before.
pub(super) async fn begin(
    session: &mut dyn Session,
    revision: &str,
    checksum: &Fingerprint,
    direction: Direction,
) -> Result<(), EngineError> {
    forget(session, revision).await?;
    let (table, now) = (table(session), session.server().engine().clock());
    let values = [
        text_literal(revision),
        text_literal(session.server().dialect.name()),
        text_literal(checksum.as_str()),
        text_literal(&direction.to_string()),
        text_literal(State::Partial.word()),
        "0".to_owned(),
        now.to_owned(),
        text_literal(env!("CARGO_PKG_VERSION")),
    ];
    let statement = format!(
        "INSERT INTO {} (revision, engine, checksum, direction, state, segments_done, started_at, tool_version) \
         VALUES ({})",
        table.name,
        values.join(", ")
    );
    session.execute(&statement).await.map(drop)
}

/// Notes how many segments are committed with this transaction.
pub(super) async fn progress(
    session: &mut dyn Session,
    revision: &str,
    segments: usize,
) -> Result<(), EngineError> {
    let set = format!("segments_done = {segments}, batch_cursor = NULL");
    change(session, revision, &set).await
}

/// Notes, in the transaction of a batch, where it stopped.
pub(super) async fn batch(
    session: &mut dyn Session,
    revision: &str,
    cursor: &str,
) -> Result<(), EngineError> {
    let set = format!("batch_cursor = {}", text_literal(cursor));
    change(session, revision, &set).await
}

/// Notes that the run is over.
pub(super) async fn finish(
    session: &mut dyn Session,
    revision: &str,
    direction: Direction,
    segments: usize,
) -> Result<(), EngineError> {
    let state = match direction {
        Direction::Upgrade => State::Applied,
        Direction::Downgrade => State::Reverted,
    };
    let now = session.server().engine().clock();
    let state = text_literal(state.word());
    let set =
        format!("state = {state}, segments_done = {segments}, batch_cursor = NULL, finished_at = {now}");
    change(session, revision, &set).await
}

async fn change(session: &mut dyn Session, revision: &str, set: &str) -> Result<(), EngineError> {
    let name = table(session).name;
    let statement = format!(
        "UPDATE {name} SET {set} WHERE revision = {}",
        text_literal(revision)
    );
    match session.execute(&statement).await? {
        1 => Ok(()),
        touched => Err(EngineError::new(
            EngineErrorKind::Busy,
            format!("the ledger changed meanwhile: {touched} rows instead of 1"),
        )),
    }
}

/// Removes what is noted about a revision.
pub(super) async fn forget(session: &mut dyn Session, revision: &str) -> Result<(), EngineError> {
    let name = table(session).name;
    let statement = format!("DELETE FROM {name} WHERE revision = {}", text_literal(revision));
    session.execute(&statement).await.map(drop)
}

/// Nothing stands half-way any more: somebody has said where the database is.
pub(super) async fn stamped(session: &mut dyn Session) -> Result<(), EngineError> {
    let table = &table(session);
    if !is_there(session, table).await? {
        return Ok(());
    }
    let (stamped, partial) = (State::Stamped.word(), State::Partial.word());
    let (stamped, partial) = (text_literal(stamped), text_literal(partial));
    let statement = format!(
        "UPDATE {} SET state = {stamped} WHERE state = {partial}",
        table.name
    );
    session.execute(&statement).await.map(drop)
}
