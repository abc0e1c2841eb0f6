//! Which table, column and value of an enum of one state is which of the other: [`Mapping`], the renames followed.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::kinds::{Column, EnumType, Table};
use crate::catalog::{Catalog, Ident, Kind, ObjectId, QName, Renaming};

/// The tables and columns that both states have.
#[derive(Debug, Default)]
pub struct Mapping {
    forward: HashMap<ObjectId, ObjectId>,
    back: HashMap<ObjectId, ObjectId>,
    /// The values of enums that are called otherwise afterwards.
    values: HashMap<ObjectId, HashMap<Arc<str>, Arc<str>>>,
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
        for (id, before) in from.of_kind::<EnumType>() {
            let values = before
                .values
                .iter()
                .map(|value| (Arc::clone(value), value_after(id, value, renames)));
            let renamed: HashMap<_, _> = values.filter(|(before, after)| before != after).collect();
            if !renamed.is_empty() {
                out.values.insert(id.clone(), renamed);
            }
        }
        out
    }

    /// What the values of an enum of the state before are called in the state after, where they have another name.
    pub(super) fn values(&self, of: &ObjectId) -> Option<&HashMap<Arc<str>, Arc<str>>> {
        self.values.get(of)
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

fn value_after(of: &ObjectId, value: &Arc<str>, renames: &[(ObjectId, ObjectId)]) -> Arc<str> {
    let (mut of, mut value) = (of.clone(), Arc::clone(value));
    for (from, to) in renames {
        let is_it = from.is_value()
            && from.relation() == of.qname()
            && from.name().is_some_and(|name| name.text() == &*value);
        match to.name().filter(|_| is_it) {
            Some(name) => value = Arc::from(name.text()),
            None => of.follow(&Renaming { from, to, sql: "" }),
        }
    }
    value
}
