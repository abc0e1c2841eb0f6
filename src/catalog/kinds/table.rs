//! A table: its name and what the engine lets a table as a whole be. Columns and constraints are objects of their own.

use serde::Serialize;

use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{Ident, ObjectId};

use super::index::texts_of;
use super::partition::PartitionKey;

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
        /// By what it is divided into partitions (PostgreSQL); such a table has no rows of its own.
        #[serde(skip_serializing_if = "Option::is_none")]
        partitioned: Option<PartitionKey> => Partitioned,
        /// By what its rows are kept, where it is not the engine's `heap` (PostgreSQL).
        #[serde(skip_serializing_if = "Option::is_none")]
        access_method: Option<Ident> => AccessMethod,
    }
}

impl Table {
    /// A table that is not partitioned.
    pub fn new(ext: TableExt) -> Self {
        Self {
            ext,
            partitioned: None,
            access_method: None,
        }
    }
}

impl Refers for Table {
    fn texts(&self) -> Vec<&str> {
        self.partitioned
            .as_ref()
            .map_or_else(Vec::new, |key| texts_of(&key.keys, None))
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        if let Some(key) = &mut self.partitioned {
            key.rename(id.qname(), rename);
        }
    }
}
