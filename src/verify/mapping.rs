//! Which table and column of one state is which of the other: [`Mapping`], the renames followed.

use std::collections::HashMap;

use crate::catalog::kinds::{Column, Table};
use crate::catalog::{Catalog, Ident, Kind, ObjectId, QName, Renaming};

/// The tables and columns that both states have.
#[derive(Debug, Default)]
pub struct Mapping {
    forward: HashMap<ObjectId, ObjectId>,
    back: HashMap<ObjectId, ObjectId>,
}

impl Mapping {
    /// From one state to the other, by these renames in their order.
    pub fn new(from: &Catalog, to: &Catalog, renames: &[(ObjectId, ObjectId)]) -> Self {
        let tables = from.of_kind::<Table>().map(|(id, _)| id);
        let columns = from.of_kind::<Column>().map(|(id, _)| id);
        let mut out = Self::default();
        for id in tables.chain(columns) {
            let mut now = id.clone();
            for (from, to) in renames {
                now.follow(&Renaming { from, to, sql: "" });
            }
            if to.contains(&now) {
                out.back.insert(now.clone(), id.clone());
                out.forward.insert(id.clone(), now);
            }
        }
        out
    }

    /// What a table of the state before is called in the state after.
    pub fn table(&self, table: &QName) -> Option<&QName> {
        self.forward.get(&ObjectId::table(table.clone()))?.qname()
    }

    /// What a column of the state before is called in the state after.
    pub fn column(&self, table: &QName, column: &Ident) -> Option<&ObjectId> {
        self.forward.get(&ObjectId::column(table, column.clone()))
    }

    /// What a table of the state after was called in the state before.
    pub(super) fn table_before(&self, table: &QName) -> Option<&QName> {
        self.back.get(&ObjectId::table(table.clone()))?.qname()
    }

    /// What columns of a table of the state after were called before; `None` if one of them was not there.
    pub(super) fn columns_before(&self, table: &QName, columns: &[Ident]) -> Option<Vec<Ident>> {
        columns
            .iter()
            .map(|column| {
                let before = self.back.get(&ObjectId::column(table, column.clone()))?;
                before.name().cloned()
            })
            .collect()
    }

    /// The columns of a table that are called otherwise afterwards: before and after.
    pub(super) fn renamed<'a>(&'a self, table: &'a QName) -> impl Iterator<Item = (&'a Ident, &'a Ident)> {
        self.forward
            .iter()
            .filter(move |(id, _)| id.kind == Kind::Column && id.relation() == Some(table))
            .filter_map(|(before, after)| Some((before.name()?, after.name()?)))
            .filter(|(before, after)| before != after)
    }
}
