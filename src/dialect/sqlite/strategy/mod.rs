//! Actions that are more than a rule row's statement.

mod rebuild_table;

use crate::dialect::{RenderCx, Sql, copy};
use crate::op::Action;

/// The statements of a rebuild or a backfill. SQLite has no enums to swap, and no need to make
/// anything in stages: its only lock is the write transaction.
pub(super) fn render(action: &Action, cx: &RenderCx<'_>, sql: &mut Sql) {
    match action {
        Action::Rebuild(rebuild) => rebuild_table::render(rebuild, cx, sql),
        Action::Backfill {
            table, column, value, ..
        } => {
            sql.raw("UPDATE ").qname(table).raw(" SET ").ident(column);
            sql.raw(" = (")
                .raw(value.text())
                .raw(") WHERE ")
                .ident(column)
                .raw(" IS NULL");
        }
        Action::CopyRows(copy) => {
            if copy.matching.is_none() {
                copy::into_new(copy, "", sql);
                return;
            }
            copy::expect_each_finds_one(copy, sql);
            if !copy.with_table {
                copy::into_rows(copy, sql);
            }
        }
        Action::SwapEnum(_)
        | Action::Create { .. }
        | Action::Drop { .. }
        | Action::Alter { .. }
        | Action::Rename { .. }
        | Action::AddUnfilled { .. }
        | Action::HandOver(_)
        | Action::UseIndex { .. }
        | Action::Attach(_)
        | Action::Require(_)
        | Action::Retype(_)
        | Action::Analyze { .. } => {}
    }
}
