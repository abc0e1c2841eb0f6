//! A unique constraint of a table.

use serde::Serialize;

use crate::catalog::object::{Refers, Renaming, is_default, payload};
use crate::catalog::{Ident, ObjectId};

use super::index::columns_of;

/// When a constraint is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Deferrable {
    /// At once, always.
    #[default]
    No,
    /// At once, but a transaction may put it off to its end.
    InitiallyImmediate,
    /// At the end of the transaction.
    InitiallyDeferred,
}

payload! {
    /// A unique constraint.
    Unique / UniqueAttr {
        /// The key columns in order.
        columns: Vec<Ident> => Columns,
        /// Columns stored in its index without being part of the key.
        include: Vec<Ident> => Include,
        /// Whether two NULLs are the same (PostgreSQL 15).
        nulls_not_distinct: bool => NullsNotDistinct,
        /// When it is checked.
        deferrable: Deferrable => Deferrable,
        /// The last column is a range, and a key stands for each of its points once (PostgreSQL 18).
        #[serde(skip_serializing_if = "is_default")]
        without_overlaps: bool => WithoutOverlaps,
    }
}

impl Unique {
    /// A unique constraint about which nothing else is said.
    pub fn new(columns: Vec<Ident>) -> Self {
        Self {
            columns,
            include: Vec::new(),
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
            without_overlaps: false,
        }
    }
}

impl Refers for Unique {
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
