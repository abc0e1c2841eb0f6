//! Declared rows: one query for each table whose rows are declared, which structure cannot do without.
//!
//! A cell is the literal of the value's text, so that equal values have equal cells. Must not: read a table that the
//! catalog does not have with all of the columns, or change it.

use std::sync::Arc;

use sqlx::postgres::PgConnection;

use crate::catalog::kinds::Rows;
use crate::catalog::{Catalog, Ident, Kind, ObjectId, QName};
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, EngineError, RowsQuery, Sql};

use super::super::session::fetch;

/// Adds the rows of each of these tables that is there with all its columns.
pub(super) async fn read(
    connection: &mut PgConnection,
    catalog: &mut Catalog,
    queries: &[RowsQuery],
) -> Result<(), EngineError> {
    for query in queries {
        let table = ObjectId::table(query.table.clone());
        let there = |column: &Ident| catalog.contains(&ObjectId::column(&query.table, column.clone()));
        let complete = !query.columns.is_empty() && query.columns.iter().chain(&query.key).all(there);
        if !catalog.contains(&table) || !complete {
            continue;
        }
        let cells = fetch(connection, &select_cells(&query.table, &query.columns)).await?;
        let rows = Rows {
            key: query.key.clone(),
            columns: query.columns.clone(),
            rows: sorted(query, cells),
        };
        catalog.insert(ObjectId::on(Kind::Rows, table), rows);
    }
    Ok(())
}

/// The query for the texts of these columns, row by row.
pub(in crate::dialect::postgres) fn select_cells(table: &QName, columns: &[Ident]) -> String {
    let mut sql = Sql::new(Dialect::Postgres.engine());
    sql.raw("SELECT ");
    sql.list(columns, |sql, column| {
        sql.ident(column).raw("::text");
    });
    sql.raw(" FROM ONLY ").qname(table);
    sql.clause()
}

/// The text of a value as a literal.
pub(in crate::dialect::postgres) fn cell(text: Option<String>) -> Arc<str> {
    match text {
        Some(text) => Arc::from(text_literal(&text)),
        None => Arc::from("NULL"),
    }
}

/// The rows as literals, in the order of the texts of their keys.
fn sorted(query: &RowsQuery, cells: Vec<Vec<Option<String>>>) -> Vec<Vec<Arc<str>>> {
    let key: Vec<usize> = query
        .key
        .iter()
        .filter_map(|name| query.columns.iter().position(|column| column == name))
        .collect();
    let mut rows: Vec<Vec<Arc<str>>> = cells
        .into_iter()
        .map(|row| row.into_iter().map(cell).collect())
        .collect();
    rows.sort_by(|a, b| {
        let keys = |row: &[Arc<str>]| key.iter().map(|at| Arc::clone(&row[*at])).collect::<Vec<_>>();
        keys(a).cmp(&keys(b)).then_with(|| a.cmp(b))
    });
    rows
}
