//! An outside observer: somebody else's word for what a database holds, beside our own introspection.
//!
//! What is observed is a list of facts in a fixed order: two databases are the same if the lists are. The order of columns
//! is left out, because a column that is added comes last on every engine.

use std::path::PathBuf;

/// Who observes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observer {
    /// The name in output: `pg_dump 15.14`, `sqlite_schema`.
    pub name: String,
    /// The program that is run, if it is one.
    pub program: Option<PathBuf>,
}
