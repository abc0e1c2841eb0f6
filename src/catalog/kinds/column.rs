//! A column of a table.

use serde::Serialize;

use crate::catalog::data_type::DataType;
use crate::catalog::expr::Expr;
use crate::catalog::object::{Kind, Refers, Renaming, is_default, payload};
use crate::catalog::{Attr, EngineName, Ident, ObjectId};

use super::foreign::Options;
use super::sequence::SequenceOptions;

/// A column whose values come from a sequence of its own (SQL:2003).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// `GENERATED ALWAYS`: an explicit value is refused.
    pub always: bool,
    /// How its sequence counts.
    pub options: SequenceOptions,
}

/// A column computed from others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// How it is computed.
    pub expr: Expr,
    /// Computed when written and stored, rather than when read.
    pub stored: bool,
}

/// What is said of the constraint by which a column is required (PostgreSQL 18).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NotNull {
    /// Its name, where that is managed; it is no part of the shape of a database.
    #[serde(skip)]
    pub name: Option<Ident>,
    /// Not passed on to inheriting tables.
    pub no_inherit: bool,
    /// Rows that are there may have NULL.
    pub not_valid: bool,
}

impl NotNull {
    /// Whether nothing is said but a name.
    pub fn is_plain(&self) -> bool {
        !self.no_inherit && !self.not_valid
    }
}

payload! {
    /// A column. Its position is not compared: the order of a catalog's objects keeps it as a courtesy.
    Column / ColumnAttr {
        /// The type.
        data_type: DataType => DataType,
        /// Whether NULL is allowed.
        nullable: bool => Nullable,
        /// The default, as the engine prints it.
        default: Option<Expr> => Default,
        /// Values from a sequence of its own.
        identity: Option<Identity> => Identity,
        /// Values computed from other columns.
        generated: Option<Generated> => Generated,
        /// The collation, where it is not the type's own.
        collation: Option<EngineName> => Collation,
        /// The constraint by which it is required; nothing is said where NULL is allowed.
        #[serde(skip_serializing_if = "NotNull::is_plain")]
        not_null: NotNull => NotNull,
        /// What it is elsewhere, if its table is a foreign one (PostgreSQL).
        #[serde(skip_serializing_if = "is_default")]
        options: Options => Options,
    }
}

impl Column {
    /// This column with these attributes of another.
    #[must_use]
    pub fn with(&self, other: &Self, attrs: &[Attr]) -> Self {
        let mut out = self.clone();
        for attr in attrs {
            match attr {
                Attr::Column(ColumnAttr::DataType) => out.data_type = other.data_type.clone(),
                Attr::Column(ColumnAttr::Nullable) => out.nullable = other.nullable,
                Attr::Column(ColumnAttr::Default) => out.default.clone_from(&other.default),
                Attr::Column(ColumnAttr::Identity) => out.identity.clone_from(&other.identity),
                Attr::Column(ColumnAttr::Generated) => out.generated.clone_from(&other.generated),
                Attr::Column(ColumnAttr::Collation) => out.collation.clone_from(&other.collation),
                Attr::Column(ColumnAttr::NotNull) => out.not_null.clone_from(&other.not_null),
                Attr::Column(ColumnAttr::Options) => out.options.clone_from(&other.options),
                _ => {}
            }
        }
        out
    }
}

impl Refers for Column {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        out.extend(self.data_type.user.clone());
        out.extend(self.collation.as_ref().and_then(|name| name.id(Kind::Collation)));
    }

    fn texts(&self) -> Vec<&str> {
        let default = self.default.as_ref().map(Expr::text);
        let generated = self.generated.as_ref().map(|generated| generated.expr.text());
        default.into_iter().chain(generated).collect()
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_type(&mut self.data_type);
        self.collation
            .iter_mut()
            .for_each(|collation| collation.follow(Kind::Collation, rename));
        // No engine lets a default name a column.
        if let Some(default) = &mut self.default
            && rename.from.kind != Kind::Column
        {
            rename.in_expr(default);
        }
        let own_table = id
            .relation()
            .is_some_and(|table| rename.column_of(table).is_some());
        if let Some(generated) = &mut self.generated
            && (own_table || rename.from.kind != Kind::Column)
        {
            rename.in_expr(&mut generated.expr);
        }
    }
}
