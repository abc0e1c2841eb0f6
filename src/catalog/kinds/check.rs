//! A check constraint of a table.

use crate::catalog::ObjectId;
use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, is_default, payload};

payload! {
    /// A check constraint.
    Check / CheckAttr {
        /// The condition; a row for which it is false is refused.
        expr: Expr => Expr,
        /// Not passed on to inheriting tables (PostgreSQL).
        no_inherit: bool => NoInherit,
        /// Whether existing rows are known to hold it (PostgreSQL's `NOT VALID` is `false`).
        validated: bool => Validated,
        /// Written down and never looked at (PostgreSQL 18); such a one is not known to hold.
        #[serde(skip_serializing_if = "is_default")]
        not_enforced: bool => NotEnforced,
    }
}

impl Check {
    /// A check about which nothing else is said.
    pub fn new(expr: Expr) -> Self {
        Self {
            expr,
            no_inherit: false,
            validated: true,
            not_enforced: false,
        }
    }
}

impl Refers for Check {
    fn texts(&self) -> Vec<&str> {
        vec![self.expr.text()]
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        let same_table = id
            .relation()
            .is_some_and(|table| rename.column_of(table).is_some());
        if same_table || rename.from.relation().is_none() {
            rename.in_expr(&mut self.expr);
        }
    }
}
