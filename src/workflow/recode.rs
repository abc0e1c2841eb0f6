//! Values that have another name, on engines that have an enum as texts with a check: what a rewrite of the table makes of
//! them.
//!
//! In: the states before and after, and which values were renamed. Out: an expression for each column whose values are on the
//! one side as they were called, and on the other as they are: its check says so.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::catalog::expr::has_literal;
use crate::catalog::kinds::Check;
use crate::catalog::{Catalog, Expr, ObjectId};
use crate::dialect::sql::text_literal;
use crate::dialect::{Server, Sql};
use crate::diff::ValueIntent;

/// The same the other way round.
pub(super) fn reversed(values: &[ValueIntent]) -> Vec<ValueIntent> {
    let reversed = values.iter().map(|value| ValueIntent {
        column: value.column.clone(),
        old: Arc::clone(&value.new),
        new: Arc::clone(&value.old),
    });
    reversed.collect()
}

/// What the values of each column become.
pub(super) fn recoded(
    from: &Catalog,
    to: &Catalog,
    values: &[ValueIntent],
    server: &Server,
) -> HashMap<ObjectId, Expr> {
    let mut renamed: IndexMap<&ObjectId, Vec<&ValueIntent>> = IndexMap::new();
    for value in values.iter().filter(|value| is_renamed(from, to, value)) {
        let of_column = renamed.entry(&value.column).or_default();
        if of_column.iter().all(|known| known.old != value.old) {
            of_column.push(value);
        }
    }
    let exprs = renamed.into_iter();
    let exprs =
        exprs.filter_map(|(column, values)| Some((column.clone(), becoming(column, &values, server)?)));
    exprs.collect()
}

fn is_renamed(from: &Catalog, to: &Catalog, value: &ValueIntent) -> bool {
    let allowed = |catalog: &Catalog, text: &str| {
        let literal = text_literal(text);
        let mut checks = catalog.of_kind::<Check>();
        checks.any(|(id, check)| {
            id.relation() == value.column.relation() && has_literal(check.expr.text(), &literal)
        })
    };
    allowed(from, &value.old)
        && !allowed(from, &value.new)
        && allowed(to, &value.new)
        && !allowed(to, &value.old)
}

fn becoming(column: &ObjectId, values: &[&ValueIntent], server: &Server) -> Option<Expr> {
    let name = column.name()?;
    let mut sql = Sql::new(server.engine());
    sql.raw("CASE ").ident(name);
    for value in values {
        sql.raw(" WHEN ").text(&value.old).raw(" THEN ").text(&value.new);
    }
    sql.raw(" ELSE ").ident(name).raw(" END");
    Some(Expr::new(sql.clause()))
}
