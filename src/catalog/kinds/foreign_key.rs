//! A foreign key of a table.

use serde::Serialize;

use crate::catalog::object::{Refers, Renaming, is_default, payload};
use crate::catalog::{Ident, ObjectId, QName};

use super::index::columns_of;
use super::unique::Deferrable;

/// What happens to the referencing rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum ReferentialAction {
    /// Refused at the end of the statement, or of the transaction when deferred.
    #[default]
    NoAction,
    /// Refused at once.
    Restrict,
    /// They go, or change, too.
    Cascade,
    /// Their columns become NULL.
    SetNull,
    /// Their columns take their defaults.
    SetDefault,
}

impl ReferentialAction {
    /// The words of the SQL standard, upper case.
    pub fn sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }

    /// Whether it gives the referencing columns another value of their own.
    pub fn sets(self) -> bool {
        matches!(self, Self::SetNull | Self::SetDefault)
    }
}

/// How NULLs in a composite key count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Match {
    /// One NULL suffices not to be checked.
    #[default]
    Simple,
    /// All columns are NULL, or none.
    Full,
}

payload! {
    /// A foreign key.
    ForeignKey / ForeignKeyAttr {
        /// The referencing columns in order.
        columns: Vec<Ident> => Columns,
        /// The referenced table.
        table: QName => Table,
        /// The referenced columns in order.
        referenced: Vec<Ident> => Referenced,
        /// When a referenced row goes.
        on_delete: ReferentialAction => OnDelete,
        /// Which of the referencing columns become NULL, or take their defaults, when a referenced row goes; none for all of
        /// them (PostgreSQL 15).
        #[serde(skip_serializing_if = "is_default")]
        on_delete_columns: Vec<Ident> => OnDeleteColumns,
        /// When a referenced key changes.
        on_update: ReferentialAction => OnUpdate,
        /// How NULLs count.
        match_type: Match => Match,
        /// When it is checked.
        deferrable: Deferrable => Deferrable,
        /// Whether existing rows are known to hold it (PostgreSQL's `NOT VALID` is `false`).
        validated: bool => Validated,
        /// Written down and never looked at (PostgreSQL 18); such a one is not known to hold.
        #[serde(skip_serializing_if = "is_default")]
        not_enforced: bool => NotEnforced,
        /// The last column is a range, every point of which the referenced rows must cover (PostgreSQL 18).
        #[serde(skip_serializing_if = "is_default")]
        period: bool => Period,
    }
}

impl ForeignKey {
    /// A foreign key about which nothing else is said.
    pub fn to(columns: Vec<Ident>, table: QName, referenced: Vec<Ident>) -> Self {
        Self {
            columns,
            table,
            referenced,
            on_delete: ReferentialAction::NoAction,
            on_delete_columns: Vec::new(),
            on_update: ReferentialAction::NoAction,
            match_type: Match::Simple,
            deferrable: Deferrable::No,
            validated: true,
            not_enforced: false,
            period: false,
        }
    }

    /// The referencing columns that are set when a referenced row goes, if the action sets any.
    pub fn set_on_delete(&self) -> &[Ident] {
        if self.on_delete_columns.is_empty() {
            &self.columns
        } else {
            &self.on_delete_columns
        }
    }
}

impl Refers for ForeignKey {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        columns_of(id, &self.columns, out);
        out.push(ObjectId::table(self.table.clone()));
        out.extend(
            self.referenced
                .iter()
                .map(|column| ObjectId::column(&self.table, column.clone())),
        );
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        if let Some(table) = id.relation() {
            rename.in_columns(table, &mut self.columns);
            rename.in_columns(table, &mut self.on_delete_columns);
        }
        rename.in_columns(&self.table, &mut self.referenced);
        let mut target = ObjectId::table(self.table.clone());
        target.follow(rename);
        if let Some(table) = target.qname() {
            self.table = table.clone();
        }
    }
}
