//! Partitioning (PostgreSQL): by what a table is divided ([`PartitionKey`], an attribute of the table), and that a table
//! is a part of another ([`Partition`], an object said about the part, so that it can be attached and detached by itself).
//!
//! What a partition inherits are objects of its own all the same: its columns, and the constraints and indexes that it
//! has because its parent has them ([`inherited`]).

use serde::Serialize;

use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{Ident, Object, ObjectId, QName};

use super::index::{IndexKey, IndexTerm};

/// How rows find their partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum PartitionStrategy {
    /// By what lies between two bounds.
    Range,
    /// By listed values.
    List,
    /// By the remainder of a hash.
    Hash,
}

/// By what a table is divided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartitionKey {
    /// How.
    pub strategy: PartitionStrategy,
    /// Over which columns or expressions; without directions.
    pub keys: Vec<IndexKey>,
}

impl PartitionKey {
    /// Whether a column is a key by itself, or stands in one.
    pub fn uses(&self, column: &Ident) -> bool {
        self.keys.iter().any(|key| match &key.term {
            IndexTerm::Column(name) => name == column,
            IndexTerm::Expr(expr) => crate::catalog::expr::mentions(expr.text())
                .iter()
                .any(|word| word == column.text()),
        })
    }

    /// Follows the rename of a column of `table`, or of what an expression uses.
    pub(super) fn rename(&mut self, table: Option<&QName>, rename: &Renaming<'_>) {
        let own_column = table.and_then(|table| rename.column_of(table));
        for key in &mut self.keys {
            match (&mut key.term, own_column) {
                (IndexTerm::Column(column), Some((from, to))) if column == from => *column = to.clone(),
                (IndexTerm::Expr(expr), Some(_)) => rename.in_expr(expr),
                (IndexTerm::Expr(expr), None) if rename.from.relation().is_none() => rename.in_expr(expr),
                _ => {}
            }
        }
    }
}

/// Which rows are a partition's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Bound {
    /// Those that no other partition takes.
    Default,
    /// Those with one of these values.
    List(Vec<Expr>),
    /// Those from here on, and below there; `MINVALUE` and `MAXVALUE` are beyond all values.
    Range {
        /// The least key that belongs to it.
        from: Vec<Expr>,
        /// The least key that does not any more.
        to: Vec<Expr>,
    },
    /// Those whose hash leaves this remainder.
    Hash {
        /// Divided by this.
        modulus: u32,
        /// The remainder.
        remainder: u32,
    },
}

payload! {
    /// That a table is a partition of another.
    Partition / PartitionAttr {
        /// The table that it is a part of.
        parent: QName => Parent,
        /// Which rows are its own.
        bound: Bound => Bound,
    }
}

impl Refers for Partition {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        out.push(ObjectId::table(self.parent.clone()));
    }

    fn texts(&self) -> Vec<&str> {
        match &self.bound {
            Bound::List(values) => values.iter().map(Expr::text).collect(),
            Bound::Range { from, to } => from.iter().chain(to).map(Expr::text).collect(),
            Bound::Default | Bound::Hash { .. } => Vec::new(),
        }
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        let mut parent = ObjectId::table(self.parent.clone());
        parent.follow(rename);
        if let Some(parent) = parent.qname() {
            self.parent = parent.clone();
        }
        let exprs: Vec<&mut Expr> = match &mut self.bound {
            Bound::List(values) => values.iter_mut().collect(),
            Bound::Range { from, to } => from.iter_mut().chain(to).collect(),
            Bound::Default | Bound::Hash { .. } => Vec::new(),
        };
        if rename.from.relation().is_none() || rename.from.is_value() {
            for expr in exprs {
                rename.in_expr(expr);
            }
        }
    }
}

/// Whether a member of a partition is there because its parent has this one: a check of the same name, or the same key,
/// index or foreign key under any name.
pub fn inherited((id, object): (&ObjectId, &Object), (of_parent, parents): (&ObjectId, &Object)) -> bool {
    if id.kind != of_parent.kind {
        return false;
    }
    match (object, parents) {
        (Object::Check(_), Object::Check(check)) => !check.no_inherit && id.name() == of_parent.name(),
        (Object::PrimaryKey(_), Object::PrimaryKey(_)) => true,
        (Object::Unique(_) | Object::Index(_), _) => object == parents,
        (Object::ForeignKey(one), Object::ForeignKey(other)) => {
            one.columns == other.columns
                && one.table == other.table
                && one.referenced == other.referenced
                && one.on_delete == other.on_delete
                && one.on_delete_columns == other.on_delete_columns
                && one.on_update == other.on_update
                && one.match_type == other.match_type
        }
        _ => false,
    }
}
