//! Rows that are copied from one table into another. Nobody writes to a source that goes afterwards, from here to the end of
//! the transaction; counters of columns that are copied go on behind the highest value.

use crate::catalog::ObjectId;
use crate::catalog::kinds::Column;
use crate::dialect::{RenderCx, Sql, copy};
use crate::op::CopyRows;

use super::kinds::{counts, follow_rows};

/// The statements.
pub(super) fn render(rows: &CopyRows, cx: &RenderCx<'_>, sql: &mut Sql) {
    if rows.goes {
        sql.raw("LOCK TABLE ")
            .qname(&rows.source)
            .raw(" IN SHARE MODE")
            .end();
    }
    if rows.matching.is_some() {
        copy::expect_each_finds_one(rows, sql);
        copy::into_rows(rows, sql);
        return;
    }
    let columns: Vec<(ObjectId, &Column)> = rows
        .columns
        .iter()
        .map(|column| ObjectId::column(&rows.target, column.name.clone()))
        .filter_map(|id| Some((id.clone(), cx.to.payload::<Column>(&id)?)))
        .collect();
    let is_always = |column: &Column| column.identity.as_ref().is_some_and(|identity| identity.always);
    let overriding = if columns.iter().any(|(_, column)| is_always(column)) {
        "\nOVERRIDING SYSTEM VALUE"
    } else {
        ""
    };
    copy::into_new(rows, overriding, sql);
    for (id, column) in columns.iter().filter(|(_, column)| counts(column)) {
        follow_rows(id, column, sql);
    }
}
