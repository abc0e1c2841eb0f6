//! Publications: what is told to subscribers elsewhere (PostgreSQL). Each table of one stands for itself, as a member of the table.

use serde::Serialize;

use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, is_default, payload};
use crate::catalog::{Ident, Kind, ObjectId};

use super::index::columns_of;

/// What is told of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Published {
    /// Rows that are made.
    Insert,
    /// Rows that change.
    Update,
    /// Rows that go.
    Delete,
    /// That all go at once.
    Truncate,
}

impl Published {
    /// Everything, which is what is told where nothing is said.
    pub const ALL: &'static [Self] = &[Self::Insert, Self::Update, Self::Delete, Self::Truncate];
}

payload! {
    /// A publication.
    Publication / PublicationAttr {
        /// Whether it is of every table, those to come included.
        all_tables: bool => AllTables,
        /// The schemas of which it has every table, sorted (PostgreSQL 15).
        #[serde(skip_serializing_if = "is_default")]
        schemas: Vec<Ident> => Schemas,
        /// What is told, sorted.
        publish: Vec<Published> => Publish,
        /// Whether changes of a partition are told as those of the table that is divided (PostgreSQL 13).
        #[serde(skip_serializing_if = "is_default")]
        via_root: bool => ViaRoot,
        /// Whether stored generated columns are told as well (PostgreSQL 18).
        #[serde(skip_serializing_if = "is_default")]
        generated: bool => Generated,
    }
}

impl Refers for Publication {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        let schemas = self.schemas.iter();
        out.extend(schemas.map(|schema| ObjectId::global(Kind::Schema, schema.clone())));
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        if let (Kind::Schema, Some(old), Some(new)) = (rename.from.kind, rename.from.name(), rename.to.name())
        {
            for schema in self.schemas.iter_mut().filter(|schema| *schema == old) {
                *schema = new.clone();
            }
            self.schemas.sort();
        }
    }
}

payload! {
    /// That a publication has a table; it has the name of the publication.
    PublishedTable / PublishedTableAttr {
        /// The columns that are told, by name; every column where there is none (PostgreSQL 15).
        #[serde(skip_serializing_if = "is_default")]
        columns: Vec<Ident> => Columns,
        /// For which rows; all where nothing is said (PostgreSQL 15).
        #[serde(skip_serializing_if = "Option::is_none")]
        filter: Option<Expr> => Filter,
    }
}

impl Refers for PublishedTable {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        columns_of(id, &self.columns, out);
        out.extend(
            id.name()
                .map(|name| ObjectId::global(Kind::Publication, name.clone())),
        );
    }

    fn texts(&self) -> Vec<&str> {
        self.filter.iter().map(Expr::text).collect()
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        let Some(table) = id.relation() else { return };
        rename.in_columns(table, &mut self.columns);
        self.columns.sort();
        if let (Some(filter), Some(_)) = (&mut self.filter, rename.column_of(table)) {
            rename.in_expr(filter);
        }
    }
}
