//! Inheritance (PostgreSQL): that a table has the columns and checks of others ([`Inheritance`], an object said about the
//! table that inherits, so that it can begin and end by itself).
//!
//! What is inherited are objects of the table's own all the same, as with partitions. Must not: know how an engine
//! carries changes along.

use serde::Serialize;

use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{Ident, Kind, ObjectId, QName};

use super::column::{Column, NotNull};

/// A column or check by its kind and name.
pub(crate) type Member = (Kind, Ident);

/// What is known and is no part of a comparison: two of them are always equal.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Incidental<T>(pub T);

impl<T> PartialEq for Incidental<T> {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

payload! {
    /// That a table inherits others.
    Inheritance / InheritanceAttr {
        /// The tables that it has columns and checks of, in the order in which it took them.
        parents: Vec<QName> => Parents,
        /// The columns and checks that it states for itself, whether it has them from a parent as well or not. Nothing can be
        /// changed about that in a table that is there: it is kept so that one is made, and written, as it was.
        #[serde(skip)]
        own: Incidental<Vec<Member>> => Own,
    }
}

impl Inheritance {
    /// Whether the table states a column or check for itself.
    pub fn states(&self, kind: Kind, name: &Ident) -> bool {
        self.own
            .0
            .iter()
            .any(|(other, stated)| *other == kind && stated == name)
    }

    /// The parents that stay so while the table becomes one that inherits as `to` says: a later one is always the last, so
    /// that these are the first of those.
    pub fn kept<'a>(&'a self, to: &Self) -> Vec<&'a QName> {
        let mut left = self.parents.iter();
        let mut kept = Vec::new();
        for wanted in &to.parents {
            match left.find(|parent| *parent == wanted) {
                Some(parent) => kept.push(parent),
                None => break,
            }
        }
        kept
    }
}

/// What a column is in a table that has it from these columns of its parents, where it says nothing itself.
pub fn passed_on<'a>(parents: impl IntoIterator<Item = &'a Column>) -> Option<Column> {
    let mut out: Option<Column> = None;
    for parent in parents {
        let nullable = parent.nullable || parent.not_null.no_inherit;
        match &mut out {
            Some(column) => {
                column.nullable &= nullable;
                if column.default.is_none() {
                    column.default.clone_from(&parent.default);
                }
            }
            None => {
                out = Some(Column {
                    nullable,
                    identity: None,
                    not_null: NotNull::default(),
                    ..parent.clone()
                });
            }
        }
    }
    out
}

impl Refers for Inheritance {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        out.extend(self.parents.iter().cloned().map(ObjectId::table));
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        for parent in &mut self.parents {
            rename.in_name(Kind::Table, parent);
        }
        let own = id.target().and_then(ObjectId::qname);
        if own.is_some() && own == rename.from.relation() {
            for (kind, name) in &mut self.own.0 {
                if *kind == rename.from.kind
                    && let (true, Some(new)) = (rename.from.name() == Some(name), rename.to.name())
                {
                    name.clone_from(new);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parents: &[&str]) -> Inheritance {
        let parents = parents.iter().map(|name| QName::bare(Ident::exact(name)));
        Inheritance {
            parents: parents.collect(),
            own: Incidental::default(),
        }
    }

    #[test]
    fn parents_stay_as_long_as_those_that_come_are_last() {
        for (from, to, kept) in [
            (&["a", "b"][..], &["a", "b", "c"][..], 2),
            (&["a", "b"], &["b"], 1),
            (&["a", "b"], &["b", "a"], 1),
            (&["a", "b"], &["c", "a", "b"], 0),
        ] {
            assert_eq!(of(from).kept(&of(to)).len(), kept, "{from:?} {to:?}");
        }
    }
}
