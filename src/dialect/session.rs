//! A connection: [`Session`], and what it reads and reports.
//!
//! Statements come in as text that was rendered and reviewed before. Every dynamic statement of the program goes
//! through here.

use std::time::Duration;

use crate::catalog::{Canonical, Ident, ObjectId, QName};
use crate::diagnostic::Diagnostic;

use super::{Patterns, Server, Sizes};

/// How a connection is opened.
#[derive(Clone, Debug, Default)]
pub struct ConnectOptions {
    /// Nothing may be written: the engine itself refuses.
    pub read_only: bool,
    /// The database may be made if it is not there (SQLite's file).
    pub create: bool,
    /// The name under which the server lists the connection.
    pub application_name: Option<String>,
}

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The schemas to read; `None` for all but the engine's own.
    pub schemas: Option<Vec<Ident>>,
    /// Tables whose rows are declared and therefore read.
    pub rows: Vec<RowsQuery>,
    /// The objects whose owners are declared and therefore read.
    pub owners: Vec<ObjectId>,
    /// The objects whose owners are not declared, and on which something is granted: an owner needs no grant.
    pub granted: Vec<ObjectId>,
    /// Whether more is read of single objects, which is managed only where it is declared ([`Catalog::keep_said`]): the version
    /// and the schema of extensions.
    pub details: bool,
    /// Tables to leave out, the version table and the ledger; without a schema, in every schema.
    pub leave_out: Vec<QName>,
    /// What is left alone.
    pub ignored: Patterns,
    /// What is read and never changed.
    pub observed: Patterns,
    /// What is there and was not read, each as its kind and name: a scratch database has none of it.
    pub beside: Vec<String>,
}

impl Scope {
    /// The same beside what was found and is not modelled.
    #[must_use]
    pub fn beside(mut self, unmodelled: &[Diagnostic]) -> Self {
        let found = unmodelled.iter().filter_map(|note| note.subject.clone());
        self.beside.extend(found);
        self
    }
}

/// What an engine took unread, and cannot use.
#[derive(Clone, Debug)]
pub struct Dangling {
    /// The view, trigger or operator.
    pub id: ObjectId,
    /// What the engine says when it reads it.
    pub message: String,
    /// Whether its own text has the name that is missing, rather than that of something it uses.
    pub names_it: bool,
}

/// Which rows to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsQuery {
    /// The table.
    pub table: QName,
    /// The key columns, by which rows are sorted.
    pub key: Vec<Ident>,
    /// The columns to read.
    pub columns: Vec<Ident>,
}

/// What was read.
#[derive(Debug)]
pub struct Introspection {
    /// The objects.
    pub catalog: Canonical,
    /// What is there and is not modelled: one diagnostic an object.
    pub unmodelled: Vec<Diagnostic>,
    /// Whose the objects are of which [`Scope::granted`] asks.
    pub owners: Vec<(ObjectId, Ident)>,
}

/// How a transaction is begun.
#[derive(Clone, Copy, Debug, Default)]
pub struct TxnOptions {
    /// Foreign keys are switched off before and checked as a whole before the commit (SQLite's table rebuild).
    pub foreign_keys_off: bool,
    /// It goes on with what an earlier transaction of this session committed part of, and must fail if another process
    /// has changed the schema since. Where the lock outlives a transaction, nobody can have.
    pub continues: bool,
}

/// What an engine, or the way to it, answered.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// What it said.
    pub message: String,
    /// Its code: SQLSTATE, or SQLite's extended result code.
    pub code: Option<String>,
    /// What it added: detail and hint.
    pub detail: Option<String>,
    /// The statement that failed.
    pub statement: Option<String>,
    /// Where in the statement, where the engine says so: the number of the character, from 1.
    pub position: Option<usize>,
    /// What kind of failure it is.
    pub kind: EngineErrorKind,
}

/// What kind of failure an [`EngineError`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineErrorKind {
    /// The statement was refused.
    #[default]
    Statement,
    /// The rows that are there do not allow it: a constraint, a value that does not convert, an expectation.
    Data,
    /// The server could not be reached, or the file not opened; later it may be.
    Connection,
    /// There is no use in trying again: the URL cannot be read, or the server is too old.
    Unusable,
    /// The login or a right is missing.
    Permission,
    /// Somebody else holds a lock.
    Busy,
    /// A query took longer than it was given.
    TimedOut,
    /// Somebody else held a lock for longer than a statement waits, or waited for one of ours: the transaction is undone,
    /// and may be run again.
    Contended,
    /// The text of the catalog could not be understood.
    Catalog,
}

impl EngineError {
    /// An error of this kind with a message of our own.
    pub fn new(kind: EngineErrorKind, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: None,
            detail: None,
            statement: None,
            position: None,
            kind,
        }
    }
}

/// What one batch did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// How many rows were written.
    pub written: u64,
    /// Where the next one begins.
    pub cursor: String,
}

impl Batch {
    /// From the row that the statement answered with.
    pub(super) fn of(row: Option<Vec<Option<String>>>) -> Result<Option<Self>, EngineError> {
        let Some(row) = row else {
            return Ok(None);
        };
        match row.as_slice() {
            [Some(written), Some(cursor)] if written.parse::<u64>().is_ok() => Ok(Some(Self {
                written: written.parse().unwrap_or_default(),
                cursor: cursor.clone(),
            })),
            _ => Err(EngineError::new(
                EngineErrorKind::Catalog,
                "a statement for batches must answer with how many rows were written, and where it stopped",
            )),
        }
    }
}

/// A connection to a database.
#[async_trait::async_trait]
pub trait Session: Send {
    /// The server at the other end.
    fn server(&self) -> &Server;

    /// Reads the catalog in one consistent snapshot, by a number of queries that does not depend on its size.
    async fn introspect(&mut self, scope: &Scope) -> Result<Introspection, EngineError>;

    /// How large these tables are; one that is not there is left out. A few queries, whatever their number.
    async fn sizes(&mut self, tables: &[QName]) -> Result<Sizes, EngineError>;

    /// Runs one statement; returns the number of rows it touched.
    async fn execute(&mut self, sql: &str) -> Result<u64, EngineError>;

    /// Runs one query; every value comes back as text.
    async fn query(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, EngineError>;

    /// Runs a statement for the next `size` rows behind `cursor`; `None` when no row was left. See
    /// [`Batched`](crate::script::Batched) for what it is given and answers.
    async fn batch(
        &mut self,
        sql: &str,
        cursor: Option<&str>,
        size: u32,
    ) -> Result<Option<Batch>, EngineError>;

    /// How long the statements that follow wait for a lock of somebody else before they fail with
    /// [`EngineErrorKind::Contended`]. Whoever comes later waits behind them, so it is how long others may be held up.
    async fn patience(&mut self, wait: Duration) -> Result<(), EngineError>;

    /// Who has a transaction open that may hold the lock that was waited for, the oldest first: one sentence each.
    async fn in_the_way(&mut self) -> Result<Vec<String>, EngineError>;

    /// How long each query that follows may take before it fails with [`EngineErrorKind::TimedOut`]; `None` for as long
    /// as it likes.
    async fn limit(&mut self, most: Option<Duration>) -> Result<(), EngineError>;

    /// Takes the lock that keeps other appliers out, waiting at most this long; it dies with the session.
    /// On SQLite this is the write transaction itself, so `begin` must follow in the same session.
    async fn lock(&mut self, wait: Duration) -> Result<(), EngineError>;

    /// Gives the lock back.
    async fn unlock(&mut self) -> Result<(), EngineError>;

    /// Begins a transaction.
    async fn begin(&mut self, options: TxnOptions) -> Result<(), EngineError>;

    /// Commits; with foreign keys off, checks them first and fails if one does not hold.
    async fn commit(&mut self) -> Result<(), EngineError>;

    /// Undoes the open transaction.
    async fn rollback(&mut self) -> Result<(), EngineError>;

    /// Puts back what statements have changed of the session itself, with a transaction open or not.
    async fn forget_settings(&mut self) -> Result<(), EngineError>;

    /// Closes the connection, and waits until it is closed.
    async fn close(self: Box<Self>) -> Result<(), EngineError>;
}
