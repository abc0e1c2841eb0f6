//! An index of a table.

use serde::Serialize;
use std::sync::Arc;

use crate::catalog::expr::Expr;
use crate::catalog::object::{Object, Refers, Renaming, payload};
use crate::catalog::{EngineName, Ident, Kind, ObjectId};

/// What an index key is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum IndexTerm {
    /// A column.
    Column(Ident),
    /// An expression over the columns of the row.
    Expr(Expr),
}

impl IndexTerm {
    /// The column, if it is one by itself.
    pub fn column(&self) -> Option<&Ident> {
        match self {
            Self::Column(column) => Some(column),
            Self::Expr(_) => None,
        }
    }

    /// The expression, if it is one.
    pub fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Expr(expr) => Some(expr),
            Self::Column(_) => None,
        }
    }
}

/// Where NULLs sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum NullsOrder {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

/// One key of an index. Options that are the engine's default are `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexKey {
    /// What it is made of.
    pub term: IndexTerm,
    /// The collation, where it is not the column's own.
    pub collation: Option<EngineName>,
    /// The operator class, where it is not the type's default (PostgreSQL).
    pub opclass: Option<Arc<str>>,
    /// Sorted downwards.
    pub descending: bool,
    /// Where NULLs sort, where it is not the default of the direction.
    pub nulls: Option<NullsOrder>,
}

impl IndexKey {
    /// A column, and nothing said about it.
    pub fn column(name: Ident) -> Self {
        Self {
            term: IndexTerm::Column(name),
            collation: None,
            opclass: None,
            descending: false,
            nulls: None,
        }
    }
}

payload! {
    /// An index that is not the index of a constraint.
    Index / IndexAttr {
        /// The access method; `btree` where the engine has no other.
        method: Arc<str> => Method,
        /// Whether two rows may not have the same key.
        unique: bool => Unique,
        /// Whether two NULLs are the same (PostgreSQL 15).
        nulls_not_distinct: bool => NullsNotDistinct,
        /// The keys in order.
        keys: Vec<IndexKey> => Keys,
        /// Columns stored without being part of the key.
        include: Vec<Ident> => Include,
        /// Only rows for which this holds are indexed.
        predicate: Option<Expr> => Predicate,
    }
}

impl Index {
    /// The index that a primary key or a unique constraint rests on; `None` for one without overlaps, which is no unique index.
    pub fn of_key(object: &Object) -> Option<Self> {
        let (columns, include, nulls_not_distinct) = match object {
            Object::PrimaryKey(key) if !key.without_overlaps => (&key.columns, &key.include, false),
            Object::Unique(key) if !key.without_overlaps => {
                (&key.columns, &key.include, key.nulls_not_distinct)
            }
            _ => return None,
        };
        Some(Self {
            method: Arc::from("btree"),
            unique: true,
            nulls_not_distinct,
            keys: columns.iter().cloned().map(IndexKey::column).collect(),
            include: include.clone(),
            predicate: None,
        })
    }
}

/// Adds the ids of `columns` of the table that `id` is a member of.
pub(super) fn columns_of<'a>(
    id: &ObjectId,
    columns: impl IntoIterator<Item = &'a Ident>,
    out: &mut Vec<ObjectId>,
) {
    if let Some(table) = id.relation() {
        out.extend(
            columns
                .into_iter()
                .map(|column| ObjectId::column(table, column.clone())),
        );
    }
}

/// Adds the ids of the collations that keys name.
pub(super) fn collations_of(keys: &[IndexKey], out: &mut Vec<ObjectId>) {
    let named = keys.iter().filter_map(|key| key.collation.as_ref());
    out.extend(named.filter_map(|name| name.id(Kind::Collation)));
}

/// The expressions among the keys, the names of operator classes, and the predicate.
pub(super) fn texts_of<'a>(keys: &'a [IndexKey], predicate: Option<&'a Expr>) -> Vec<&'a str> {
    let exprs = keys.iter().filter_map(|key| key.term.expr());
    let classes = keys.iter().filter_map(|key| key.opclass.as_deref());
    exprs.chain(predicate).map(Expr::text).chain(classes).collect()
}

impl Refers for Index {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        collations_of(&self.keys, out);
        let keys = self.keys.iter().filter_map(|key| key.term.column());
        columns_of(id, keys.chain(&self.include), out);
    }

    fn texts(&self) -> Vec<&str> {
        texts_of(&self.keys, self.predicate.as_ref())
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        let own_column = id.relation().and_then(|table| rename.column_of(table));
        for key in &mut self.keys {
            match (&mut key.term, own_column) {
                (IndexTerm::Column(column), Some((from, to))) if column == from => *column = to.clone(),
                (IndexTerm::Expr(expr), Some(_)) => rename.in_expr(expr),
                (IndexTerm::Expr(expr), None) if rename.is_in_exprs() => rename.in_expr(expr),
                _ => {}
            }
            key.collation
                .iter_mut()
                .for_each(|collation| collation.follow(Kind::Collation, rename));
        }
        if let Some(table) = id.relation() {
            rename.in_columns(table, &mut self.include);
        }
        if let Some(predicate) = &mut self.predicate
            && (own_column.is_some() || rename.is_in_exprs())
        {
            rename.in_expr(predicate);
        }
    }
}
