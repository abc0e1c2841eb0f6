//! A view.

use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{Ident, ObjectId};

payload! {
    /// A view.
    View / ViewAttr {
        /// Names for its columns, where they are not the query's own (SQLite keeps them; PostgreSQL folds them in).
        columns: Vec<Ident> => Columns,
        /// The query.
        query: Expr => Query,
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
