//! Reference data: rows of a table that are declared with the schema.

use std::sync::Arc;

use crate::catalog::object::{Kind, Refers, Renaming, payload};
use crate::catalog::{Ident, ObjectId};

payload! {
    /// The declared rows of a table; its id is made of the table's id.
    Rows / RowsAttr {
        /// The columns of a unique key, by which a row is recognised.
        key: Vec<Ident> => Key,
        /// The columns that are declared, key columns included.
        columns: Vec<Ident> => Columns,
        /// The rows, sorted; each cell is the canonical SQL literal of its value.
        rows: Vec<Vec<Arc<str>>> => Rows,
    }
}

impl Refers for Rows {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        if let Some(table) = id.target().and_then(ObjectId::qname) {
            out.extend(
                self.columns
                    .iter()
                    .map(|column| ObjectId::column(table, column.clone())),
            );
        }
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        if let Some(table) = id
            .target()
            .filter(|target| target.kind == Kind::Table)
            .and_then(ObjectId::qname)
        {
            rename.in_columns(table, &mut self.key);
            rename.in_columns(table, &mut self.columns);
        }
    }
}
