//! A table: its name and what the engine lets a table as a whole be. Columns and constraints are objects of their own.

use serde::Serialize;

use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{Ident, Kind, ObjectId};

use super::foreign::{Foreign, in_global};
use super::index::{collations_of, texts_of};
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
        /// Where its rows are, if not here (PostgreSQL).
        #[serde(skip_serializing_if = "Option::is_none")]
        foreign: Option<Foreign> => Foreign,
    }
}

impl Table {
    /// A table that is not partitioned.
    pub fn new(ext: TableExt) -> Self {
        Self {
            ext,
            partitioned: None,
            access_method: None,
            foreign: None,
        }
    }
}

impl Refers for Table {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        if let Some(key) = &self.partitioned {
            collations_of(&key.keys, out);
        }
        let server = self.foreign.as_ref().map(|foreign| foreign.server.clone());
        out.extend(server.map(|server| ObjectId::global(Kind::ForeignServer, server)));
    }

    fn texts(&self) -> Vec<&str> {
        self.partitioned
            .as_ref()
            .map_or_else(Vec::new, |key| texts_of(&key.keys, None))
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        if let Some(key) = &mut self.partitioned {
            key.rename(id.qname(), rename);
        }
        if let Some(foreign) = &mut self.foreign {
            in_global(Kind::ForeignServer, &mut foreign.server, rename);
        }
    }
}
