//! A domain: a type with rules of its own (PostgreSQL).

use serde::Serialize;

use crate::catalog::data_type::DataType;
use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{EngineName, Ident, Kind, ObjectId};

/// A rule that every value of a domain keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DomainCheck {
    /// Its name, which no other check of the domain has.
    pub name: Ident,
    /// The condition; the value is called `VALUE`.
    pub expr: Expr,
    /// Whether every value that is stored is known to keep it.
    pub validated: bool,
}

payload! {
    /// A domain.
    Domain / DomainAttr {
        /// The type that it is made of.
        base: DataType => Base,
        /// Its collation, where that is not the one of the base.
        collation: Option<EngineName> => Collation,
        /// What a column gets that says nothing else.
        default: Option<Expr> => Default,
        /// Whether NULL is a value of it.
        nullable: bool => Nullable,
        /// Its rules, by name.
        checks: Vec<DomainCheck> => Checks,
    }
}

impl Refers for Domain {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        out.extend(self.base.user.clone());
        out.extend(self.collation.as_ref().and_then(|name| name.id(Kind::Collation)));
    }

    fn texts(&self) -> Vec<&str> {
        let checks = self.checks.iter().map(|check| check.expr.text());
        self.default.iter().map(Expr::text).chain(checks).collect()
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_type(&mut self.base);
        self.collation
            .iter_mut()
            .for_each(|collation| collation.follow(Kind::Collation, rename));
        // No column stands in a text of a domain.
        if rename.from.kind != Kind::Column {
            self.default
                .iter_mut()
                .for_each(|default| rename.in_expr(default));
            self.checks
                .iter_mut()
                .for_each(|check| rename.in_expr(&mut check.expr));
        }
    }
}
