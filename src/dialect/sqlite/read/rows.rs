//! Reading the rows that are declared.

use std::sync::Arc;

use sqlx::sqlite::SqliteConnection;

use crate::catalog::kinds::Rows;
use crate::catalog::{Catalog, Ident, Kind, ObjectId, QName};
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
    let found = fetch(connection, &select_cells(&query.table, &columns)).await?;
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

/// The query for what `quote()` makes of these columns, row by row.
pub(in crate::dialect::sqlite) fn select_cells(table: &QName, columns: &[Ident]) -> String {
    let mut sql = Sql::new(Dialect::Sqlite.engine());
    sql.raw("SELECT ");
    sql.list(columns, |sql, column| {
        sql.raw("quote(").ident(column).raw(")");
    });
    sql.raw(" FROM ").qname(table);
    sql.clause()
}

/// What `quote()` printed, as a literal in our spelling.
pub(in crate::dialect::sqlite) fn cell(quoted: Option<String>) -> Arc<str> {
    Arc::from(literals::canonical(&quoted.unwrap_or_default()))
}

/// By the text of the key's literals: an order that needs no engine.
fn sort(rows: &mut Rows) {
    let mut sorted = std::mem::take(&mut rows.rows);
    sorted.sort_by(|a, b| cells(rows, a, &rows.key).cmp(&cells(rows, b, &rows.key)));
    rows.rows = sorted;
}
