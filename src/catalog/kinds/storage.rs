//! How the engine keeps the rows of a table, the entries of an index or the values of a column, and what it takes note of
//! about them (PostgreSQL).

use serde::Serialize;
use std::sync::Arc;

use crate::catalog::object::{Kind, Refers, Renaming, payload};
use crate::catalog::{Ident, ObjectId};

/// By what a changed or deleted row is told in logical replication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum ReplicaIdentity {
    /// By the primary key; the engine's default.
    #[default]
    PrimaryKey,
    /// By nothing: updates and deletes of published tables are refused.
    Nothing,
    /// By the whole row as it was.
    Full,
    /// By this unique index, or the index of this key.
    Index(Ident),
}

/// Where a long value is put, and whether it is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum StorageMode {
    /// In the row, as it is.
    Plain,
    /// Outside, as it is.
    External,
    /// Compressed, and then outside.
    Extended,
    /// Compressed, outside only if there is no other way.
    Main,
}

payload! {
    /// What is said about the storage of a table, an index, a key or a column; its id is made of the id of that. What is the
    /// engine's default is not said.
    Storage / StorageAttr {
        /// Storage parameters of a table, an index or a key, and those of a column, by name; those of the table for long values
        /// as `toast.…`.
        parameters: Vec<(Arc<str>, Arc<str>)> => Parameters,
        /// Where it lies, if not where the database does.
        tablespace: Option<Ident> => Tablespace,
        /// Of a table.
        replica_identity: ReplicaIdentity => ReplicaIdentity,
        /// The index or key by which `CLUSTER` orders the rows of a table.
        cluster_on: Option<Ident> => ClusterOn,
        /// Of a column.
        mode: Option<StorageMode> => Mode,
        /// Of a column: the method.
        compression: Option<Arc<str>> => Compression,
        /// How finely values are counted, by the number of the column of an index; under zero for a column itself.
        statistics: Vec<(u16, i32)> => Statistics,
    }
}

impl Storage {
    /// Nothing said.
    pub const NONE: Self = Self {
        parameters: Vec::new(),
        tablespace: None,
        replica_identity: ReplicaIdentity::PrimaryKey,
        cluster_on: None,
        mode: None,
        compression: None,
        statistics: Vec::new(),
    };

    /// What a table that inherits a column is made with, if anything is said of that.
    pub fn passed_on(&self) -> Option<Self> {
        let passed = Self {
            mode: self.mode,
            compression: self.compression.clone(),
            ..Self::NONE
        };
        (passed != Self::NONE).then_some(passed)
    }

    /// The indexes or keys of the table that are named.
    fn named(&mut self) -> impl Iterator<Item = &mut Ident> {
        let identity = match &mut self.replica_identity {
            ReplicaIdentity::Index(name) => Some(name),
            _ => None,
        };
        identity.into_iter().chain(&mut self.cluster_on)
    }
}

impl Refers for Storage {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        let Some(table) = id.target().and_then(ObjectId::qname) else {
            return;
        };
        for name in self.clone().named() {
            let kinds = Kind::ALL.iter().filter(|kind| kind.has_index());
            out.extend(kinds.map(|kind| ObjectId::member(*kind, table, name.clone())));
        }
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        let of_table = id.target().and_then(ObjectId::qname);
        if !rename.from.kind.has_index() || of_table.is_none() || rename.from.relation() != of_table {
            return;
        }
        if let (Some(old), Some(new)) = (rename.from.name(), rename.to.name()) {
            for name in self.named().filter(|name| *name == old) {
                *name = new.clone();
            }
        }
    }
}
