//! A policy: which rows of a table whom is shown, and which whom may write (PostgreSQL).

use serde::Serialize;

use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{Ident, ObjectId};

/// What a policy is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum PolicyCommand {
    /// Everything.
    All,
    /// Rows that are read.
    Select,
    /// Rows that are made.
    Insert,
    /// Rows that are changed.
    Update,
    /// Rows that go.
    Delete,
}

payload! {
    /// A policy of a table with row security.
    Policy / PolicyAttr {
        /// Whether it allows what another does not; one that is not permissive forbids what others allow.
        permissive: bool => Permissive,
        /// What it is about.
        command: PolicyCommand => Command,
        /// Whom it is about, sorted; empty for everybody.
        roles: Vec<Ident> => Roles,
        /// Which rows that are there it lets through.
        using: Option<Expr> => Using,
        /// Which rows it lets be written; the same as `using`, if there is none.
        check: Option<Expr> => Check,
    }
}

impl Refers for Policy {
    fn texts(&self) -> Vec<&str> {
        self.using.iter().chain(&self.check).map(Expr::text).collect()
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        for expr in self.using.iter_mut().chain(&mut self.check) {
            rename.in_expr(expr);
        }
    }
}
