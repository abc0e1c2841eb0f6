//! A materialized view (PostgreSQL). Its indexes are objects of their own.

use crate::catalog::ObjectId;
use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, payload};

payload! {
    /// A materialized view.
    MaterializedView / MaterializedViewAttr {
        /// Whether it is filled when it is made. Nobody can tell that of one that is there: it may have been refreshed
        /// since, or not yet.
        with_data: bool => WithData,
        /// The query.
        query: Expr => Query,
    }
}

impl Refers for MaterializedView {
    fn texts(&self) -> Vec<&str> {
        vec![self.query.text()]
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_expr(&mut self.query);
    }
}
