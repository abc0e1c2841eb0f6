//! An exclusion constraint of a table (PostgreSQL): no two rows may be such that all operators say yes.

use std::sync::Arc;

use crate::catalog::expr::Expr;
use crate::catalog::object::{Object, Refers, Renaming, payload};
use crate::catalog::{Ident, ObjectId};

use super::index::{Index, IndexKey};
use super::unique::Deferrable;

payload! {
    /// An exclusion constraint, <https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-EXCLUDE>.
    Exclusion / ExclusionAttr {
        /// The access method of its index.
        method: Arc<str> => Method,
        /// What is compared.
        keys: Vec<IndexKey> => Keys,
        /// By which operator each key is compared, as it is written in SQL.
        operators: Vec<Arc<str>> => Operators,
        /// Columns stored in its index without being compared.
        include: Vec<Ident> => Include,
        /// Only rows for which this holds are compared.
        predicate: Option<Expr> => Predicate,
        /// When it is checked.
        deferrable: Deferrable => Deferrable,
    }
}

impl Exclusion {
    /// What a key without overlaps says, as an exclusion constraint; `None` for everything else.
    pub fn of_key(object: &Object) -> Option<Self> {
        let (columns, include, deferrable) = match object {
            Object::PrimaryKey(key) if key.without_overlaps => (&key.columns, &key.include, key.deferrable),
            Object::Unique(key) if key.without_overlaps => (&key.columns, &key.include, key.deferrable),
            _ => return None,
        };
        let mut operators: Vec<Arc<str>> = vec![Arc::from("="); columns.len()];
        if let Some(last) = operators.last_mut() {
            *last = Arc::from("&&");
        }
        Some(Self {
            method: Arc::from("gist"),
            keys: columns.iter().cloned().map(IndexKey::column).collect(),
            operators,
            include: include.clone(),
            predicate: None,
            deferrable,
        })
    }

    /// The index that it rests on.
    pub fn index(&self) -> Index {
        Index {
            method: Arc::clone(&self.method),
            unique: false,
            nulls_not_distinct: false,
            keys: self.keys.clone(),
            include: self.include.clone(),
            predicate: self.predicate.clone(),
        }
    }
}

impl Refers for Exclusion {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        self.index().references(id, out);
    }

    fn texts(&self) -> Vec<&str> {
        let mut out = super::index::texts_of(&self.keys, self.predicate.as_ref());
        out.extend(self.operators.iter().map(|operator| &**operator));
        out
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        let mut index = self.index();
        index.rename(id, rename);
        self.keys = index.keys;
        self.include = index.include;
        self.predicate = index.predicate;
    }
}
