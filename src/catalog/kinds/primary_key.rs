//! The primary key of a table.

use crate::catalog::object::{Refers, Renaming, is_default, payload};
use crate::catalog::{Ident, ObjectId};

use super::index::columns_of;
use super::unique::Deferrable;

payload! {
    /// A primary key.
    PrimaryKey / PrimaryKeyAttr {
        /// The key columns in order.
        columns: Vec<Ident> => Columns,
        /// Columns stored in its index without being part of the key.
        include: Vec<Ident> => Include,
        /// Whether it may be checked at commit.
        deferrable: Deferrable => Deferrable,
        /// SQLite's `AUTOINCREMENT`: deleted ids are not given out again.
        autoincrement: bool => Autoincrement,
        /// The last column is a range, and a key stands for each of its points once (PostgreSQL 18).
        #[serde(skip_serializing_if = "is_default")]
        without_overlaps: bool => WithoutOverlaps,
    }
}

impl PrimaryKey {
    /// A primary key about which nothing else is said.
    pub fn new(columns: Vec<Ident>) -> Self {
        Self {
            columns,
            include: Vec::new(),
            deferrable: Deferrable::No,
            autoincrement: false,
            without_overlaps: false,
        }
    }
}

impl Refers for PrimaryKey {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        columns_of(id, self.columns.iter().chain(&self.include), out);
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        if let Some(table) = id.relation() {
            rename.in_columns(table, &mut self.columns);
            rename.in_columns(table, &mut self.include);
        }
    }
}
