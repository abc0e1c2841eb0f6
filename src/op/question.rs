//! Questions to the data that must have a certain answer before a step may run.
//!
//! In: what the planner wants to know. Out: data that a dialect renders. Must not: hold a query.

use crate::catalog::kinds::{Exclusion, ForeignKey, IndexKey};
use crate::catalog::{Expr, Ident, ObjectId, QName};

use super::CopyRows;

/// A question to the data that must have a certain answer before a step may run.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// No row may have NULL in the column.
    NoNulls {
        /// The column.
        column: ObjectId,
    },
    /// The table may have no row: a required column without a value for existing rows is added.
    NoRows {
        /// The column that is added.
        column: ObjectId,
    },
    /// No two rows may have the same key.
    NoDuplicates {
        /// The constraint or index.
        subject: ObjectId,
        /// Its table.
        table: QName,
        /// What the key is made of.
        keys: Vec<IndexKey>,
        /// Only these rows count.
        predicate: Option<Expr>,
        /// Columns of the key whose values are converted first.
        converted: Vec<Conversion>,
        /// Whether the key is there before, so that nothing but a conversion can break it.
        kept: bool,
        /// Whether two NULLs are the same.
        nulls_equal: bool,
    },
    /// No two rows may be such that all operators of an exclusion constraint say yes.
    NoOverlap {
        /// The constraint.
        subject: ObjectId,
        /// Its table.
        table: QName,
        /// What it says.
        exclusion: Box<Exclusion>,
    },
    /// Every row must find its referenced row.
    NoOrphans {
        /// The foreign key.
        subject: ObjectId,
        /// Its table.
        table: QName,
        /// What it says.
        key: Box<ForeignKey>,
    },
    /// The condition must hold, or be NULL, in every row.
    Holds {
        /// The check constraint.
        subject: ObjectId,
        /// Its table.
        table: QName,
        /// The condition.
        condition: Expr,
    },
    /// No row may hold one of these values.
    Unused {
        /// The column.
        column: ObjectId,
        /// The values.
        values: Vec<String>,
    },
    /// Every value must survive the conversion to the new type.
    Converts {
        /// The column.
        column: ObjectId,
        /// Its type before.
        from: String,
        /// Its type after.
        to: String,
        /// How, where that is said.
        using: Option<Expr>,
    },
    /// Nothing may rest on the column that a second column in its place would not have: the catalog knows nothing of it.
    NothingElse {
        /// The column.
        column: ObjectId,
    },
    /// No row may have a value: asked to count what a dropped column takes along.
    Empty {
        /// The column.
        column: ObjectId,
    },
    /// Every row that is copied into rows of another table must find its own.
    EachHasItsRow {
        /// The table that is copied into.
        target: ObjectId,
        /// What is copied.
        rows: Box<CopyRows>,
    },
    /// No two rows that are copied may find the same row of the other table.
    NoneHasTwo {
        /// The table that is copied into.
        target: ObjectId,
        /// What is copied.
        rows: Box<CopyRows>,
    },
    /// The question of the rows that a copy makes, before it makes them.
    OfCopy {
        /// What is copied.
        copied: Box<Copied>,
        /// The question.
        question: Box<Question>,
    },
}

/// A copy, and what else the rows of its target have.
#[derive(Clone, Debug, PartialEq)]
pub struct Copied {
    /// What is copied.
    pub rows: CopyRows,
    /// The columns of the target that are there before and stay; none where the copy makes its rows.
    pub kept: Vec<Ident>,
}

/// How the values of a column become others.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    /// The column.
    pub column: Ident,
    /// Its type before.
    pub from: String,
    /// Its type after.
    pub to: String,
    /// How, where that is said.
    pub using: Option<Expr>,
}

impl Question {
    /// What the question is about.
    pub fn subject(&self) -> &ObjectId {
        match self {
            Self::NoNulls { column }
            | Self::NoRows { column }
            | Self::Unused { column, .. }
            | Self::NothingElse { column }
            | Self::Empty { column }
            | Self::Converts { column, .. } => column,
            Self::NoDuplicates { subject, .. }
            | Self::NoOverlap { subject, .. }
            | Self::NoOrphans { subject, .. }
            | Self::Holds { subject, .. } => subject,
            Self::EachHasItsRow { target, .. } | Self::NoneHasTwo { target, .. } => target,
            Self::OfCopy { question, .. } => question.subject(),
        }
    }

    /// The table whose rows are asked.
    pub fn table(&self) -> Option<&QName> {
        match self {
            Self::NoDuplicates { table, .. }
            | Self::NoOverlap { table, .. }
            | Self::NoOrphans { table, .. }
            | Self::Holds { table, .. } => Some(table),
            Self::EachHasItsRow { rows, .. } | Self::NoneHasTwo { rows, .. } => Some(&rows.source),
            Self::OfCopy { question, .. } => question.table(),
            other => other.subject().relation(),
        }
    }

    /// The same question of the rows of another table.
    #[must_use]
    pub fn of_rows_in(mut self, place: &QName) -> Self {
        match &mut self {
            Self::NoNulls { column } => {
                if let Some(name) = column.name().cloned() {
                    *column = ObjectId::column(place, name);
                }
            }
            Self::NoOrphans { table, key, .. } => {
                if key.table == *table {
                    key.table = place.clone();
                }
                *table = place.clone();
            }
            Self::NoDuplicates { table, .. } | Self::Holds { table, .. } => *table = place.clone(),
            Self::NoRows { .. }
            | Self::NoOverlap { .. }
            | Self::Unused { .. }
            | Self::Converts { .. }
            | Self::NothingElse { .. }
            | Self::Empty { .. }
            | Self::EachHasItsRow { .. }
            | Self::NoneHasTwo { .. }
            | Self::OfCopy { .. } => {}
        }
        self
    }
}
