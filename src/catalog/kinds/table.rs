//! A table: its name and what the engine lets a table as a whole be. Columns and constraints are objects of their own.

use serde::Serialize;

use crate::catalog::object::{Refers, payload};

/// What only one engine's tables have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum TableExt {
    /// Nothing special.
    #[default]
    Plain,
    /// PostgreSQL, <https://www.postgresql.org/docs/current/sql-createtable.html>.
    Postgres {
        /// Not written to the log: fast, and empty after a crash.
        unlogged: bool,
    },
    /// SQLite, <https://sqlite.org/lang_createtable.html>.
    Sqlite {
        /// Types are enforced (3.37).
        strict: bool,
        /// Stored by primary key, without a rowid.
        without_rowid: bool,
    },
}

payload! {
    /// A table.
    Table / TableAttr {
        /// What only one engine's tables have.
        ext: TableExt => Ext,
    }
}

impl Refers for Table {}
