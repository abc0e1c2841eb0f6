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
    /// Every value must be of the type, in a table that holds its columns to their types from now on.
    OfItsType {
        /// The column.
        column: ObjectId,
        /// Its type after.
        to: String,
    },
    /// Nothing may rest on the column that a second column in its place would not have: the catalog knows nothing of it.
    NothingElse {
        /// The column.
        column: ObjectId,
    },
    /// Nobody may be mapped to a foreign server that goes; one that comes again may not have secret options either. Neither is part
    /// of a catalog.
    NothingSecret {
        /// The server.
        server: ObjectId,
        /// Whether it comes again.
        again: bool,
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
    /// The question of rows as the plan makes them, before it does.
    OfFilled {
        /// The rows.
        filled: Vec<Filled>,
        /// The question.
        question: Box<Question>,
    },
}

/// The rows of a table with what the plan puts into them.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// The table.
    pub table: QName,
    /// The columns that are asked about and stay.
    pub kept: Vec<Ident>,
    /// The columns that the plan writes, and what each is then, over a row as it is now.
    pub made: Vec<(Ident, Expr)>,
}

impl Filled {
    /// Whether the column is among those that are asked about.
    pub fn has(&self, column: &Ident) -> bool {
        self.kept.contains(column) || self.made.iter().any(|(name, _)| name == column)
    }
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
            | Self::OfItsType { column, .. }
            | Self::Converts { column, .. } => column,
            Self::NothingSecret { server, .. } => server,
            Self::NoDuplicates { subject, .. }
            | Self::NoOverlap { subject, .. }
            | Self::NoOrphans { subject, .. }
            | Self::Holds { subject, .. } => subject,
            Self::EachHasItsRow { target, .. } | Self::NoneHasTwo { target, .. } => target,
            Self::OfCopy { question, .. } | Self::OfFilled { question, .. } => question.subject(),
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
            Self::OfCopy { question, .. } | Self::OfFilled { question, .. } => question.table(),
            other => other.subject().relation(),
        }
    }

    /// The columns whose values are other than they are when the question is asked.
    pub fn made_of(&self) -> Vec<ObjectId> {
        match self {
            Self::NoDuplicates { table, converted, .. } => {
                let columns = converted.iter().map(|one| one.column.clone());
                columns.map(|column| ObjectId::column(table, column)).collect()
            }
            Self::OfFilled { filled, .. } => {
                let made = filled
                    .iter()
                    .flat_map(|rows| rows.made.iter().map(move |made| (rows, made)));
                made.map(|(rows, (name, _))| ObjectId::column(&rows.table, name.clone()))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The same question where the rows of `table` are asked in another place.
    #[must_use]
    pub fn with_rows_in(mut self, of: &QName, place: &QName) -> Self {
        let moved = |table: &mut QName| {
            if table == of {
                *table = place.clone();
            }
        };
        match &mut self {
            Self::NoNulls { column } => {
                if let (Some(name), Some(table)) = (column.name().cloned(), column.relation())
                    && table == of
                {
                    *column = ObjectId::column(place, name);
                }
            }
            Self::NoOrphans { table, key, .. } => {
                moved(&mut key.table);
                moved(table);
            }
            Self::NoDuplicates { table, .. } | Self::NoOverlap { table, .. } | Self::Holds { table, .. } => {
                moved(table);
            }
            Self::NoRows { .. }
            | Self::Unused { .. }
            | Self::Converts { .. }
            | Self::OfItsType { .. }
            | Self::NothingElse { .. }
            | Self::NothingSecret { .. }
            | Self::Empty { .. }
            | Self::EachHasItsRow { .. }
            | Self::NoneHasTwo { .. }
            | Self::OfCopy { .. }
            | Self::OfFilled { .. } => {}
        }
        self
    }
}
