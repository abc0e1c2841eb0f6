//! A view.

use serde::Serialize;

use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, is_default, payload};
use crate::catalog::{Ident, ObjectId};

/// Which rows may be written through a view: those that it would show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CheckOption {
    /// As far as the view's own condition goes.
    Local,
    /// As far as the conditions of the views go that it reads, too.
    Cascaded,
}

payload! {
    /// A view.
    View / ViewAttr {
        /// Names for its columns, where they are not the query's own (SQLite keeps them; PostgreSQL folds them in).
        columns: Vec<Ident> => Columns,
        /// Which rows may be written through it; all where nothing is said (PostgreSQL).
        #[serde(skip_serializing_if = "Option::is_none")]
        check_option: Option<CheckOption> => CheckOption,
        /// Whether its condition is looked at before what a query adds (PostgreSQL).
        #[serde(skip_serializing_if = "is_default")]
        security_barrier: bool => SecurityBarrier,
        /// Whether it reads with the rights of who asks (PostgreSQL 15).
        #[serde(skip_serializing_if = "is_default")]
        security_invoker: bool => SecurityInvoker,
        /// The query.
        query: Expr => Query,
    }
}

impl View {
    /// A view of a query, and nothing said about it.
    pub fn of_query(query: Expr) -> Self {
        Self {
            columns: Vec::new(),
            check_option: None,
            security_barrier: false,
            security_invoker: false,
            query,
        }
    }
}

impl Refers for View {
    fn texts(&self) -> Vec<&str> {
        vec![self.query.text()]
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_expr(&mut self.query);
    }
}
