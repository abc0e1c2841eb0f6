//! Reading the rows that are declared.

use std::sync::Arc;

use sqlx::sqlite::SqliteConnection;

use crate::catalog::kinds::Rows;
use crate::catalog::{Catalog, Ident, Kind, ObjectId};
use crate::dialect::session::{EngineError, RowsQuery};
use crate::dialect::sqlite::kinds::rows::cells;
use crate::dialect::sqlite::literals;
use crate::dialect::sqlite::session::fetch;
use crate::dialect::{Dialect, Sql};

/// The rows of a table, each cell as `quote()` prints it. `None` if the table or its key is not there; columns that
/// are not there are left out.
pub(super) async fn read(
    connection: &mut SqliteConnection,
    query: &RowsQuery,
    catalog: &Catalog,
) -> Result<Option<(ObjectId, Rows)>, EngineError> {
    let is_there = |column: &Ident| catalog.contains(&ObjectId::column(&query.table, column.clone()));
    let columns: Vec<Ident> = query
        .columns
        .iter()
        .filter(|column| is_there(column))
        .cloned()
        .collect();
    if columns.is_empty() || !query.key.iter().all(is_there) {
        return Ok(None);
    }
    let mut sql = Sql::new(Dialect::Sqlite.engine());
    sql.raw("SELECT ");
    sql.list(&columns, |sql, column| {
        sql.raw("quote(").ident(column).raw(")");
    });
    sql.raw(" FROM ")
        .qname(&query.table)
        .raw(" ORDER BY ")
        .idents(&query.key);
    let found = fetch(connection, &sql.clause()).await?;
    let cell = |cell: Option<String>| Arc::from(literals::canonical(&cell.unwrap_or_default()));
    let mut rows = Rows {
        key: query.key.clone(),
        columns,
        rows: found
            .into_iter()
            .map(|row| row.into_iter().map(cell).collect())
            .collect(),
    };
    sort(&mut rows);
    let id = ObjectId::on(Kind::Rows, ObjectId::table(query.table.clone()));
    Ok(Some((id, rows)))
}

/// By the text of the key's literals: an order that needs no engine.
fn sort(rows: &mut Rows) {
    let mut sorted = std::mem::take(&mut rows.rows);
    sorted.sort_by(|a, b| cells(rows, a, &rows.key).cmp(&cells(rows, b, &rows.key)));
    rows.rows = sorted;
}
