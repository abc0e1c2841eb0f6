//! A type of ranges over another type (PostgreSQL).

use std::sync::Arc;

use crate::catalog::data_type::DataType;
use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{EngineName, Ident, Kind, ObjectId, QName};

payload! {
    /// A range type.
    RangeType / RangeTypeAttr {
        /// The type of its bounds.
        subtype: DataType => Subtype,
        /// The operator class that orders them, where it is not the type's default.
        opclass: Option<Arc<str>> => Opclass,
        /// Their collation, where it is not the one of their type.
        collation: Option<EngineName> => Collation,
        /// The function that tells how far apart two of them are, as it is written.
        subtype_diff: Option<Expr> => SubtypeDiff,
        /// The name of the type of several ranges, where it is not the engine's own choice (14).
        multirange: Option<QName> => Multirange,
    }
}

/// The name that the engine gives to the type of several ranges:
/// `makeMultirangeTypeName` in `src/backend/catalog/pg_type.c`.
pub fn multirange_name(range: &QName) -> QName {
    let name = range.name.text();
    let made = if name.contains("range") {
        name.replacen("range", "multirange", 1)
    } else {
        format!("{name}_multirange")
    };
    range.sibling(Ident::exact(&made))
}

impl Refers for RangeType {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        out.extend(self.subtype.user.clone());
        out.extend(self.collation.as_ref().and_then(|name| name.id(Kind::Collation)));
    }

    fn texts(&self) -> Vec<&str> {
        self.subtype_diff.iter().map(Expr::text).collect()
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_type(&mut self.subtype);
        self.collation
            .iter_mut()
            .for_each(|collation| collation.follow(Kind::Collation, rename));
        if let Some(difference) = &mut self.subtype_diff {
            rename.in_expr(difference);
        }
    }
}
