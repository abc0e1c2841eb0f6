//! The statistics of a column go when its type changes, and with them every good plan for a query over it, until somebody
//! looks at its values again: <https://www.postgresql.org/docs/current/sql-altertable.html>, Notes.

use crate::catalog::kinds::ColumnAttr;
use crate::catalog::{Attr, ObjectId};
use crate::dialect::{PlanCx, Sql};
use crate::op::{Action, Op, Txn};

/// The columns whose values are to be looked at after an op. Not in its transaction, which keeps everybody out.
pub(in crate::dialect::postgres) fn aftercare(op: &Op, cx: &PlanCx<'_>) -> Vec<Op> {
    let columns: Vec<&ObjectId> = match &op.action {
        Action::Alter { id, attrs, .. } if attrs.contains(&Attr::Column(ColumnAttr::DataType)) => vec![id],
        Action::SwapEnum(swap) => swap.columns.iter().map(|(id, _)| id).collect(),
        _ => Vec::new(),
    };
    columns
        .into_iter()
        // What lies elsewhere would be read there.
        .filter(|id| {
            id.relation()
                .is_some_and(|table| cx.has_rows(table) && !cx.from.reaches_out(table))
        })
        .map(|id| Op {
            action: Action::Analyze { column: id.clone() },
            txn: Txn::Alone,
        })
        .collect()
}

/// `ANALYZE t (c)`
pub(in crate::dialect::postgres) fn render(column: &ObjectId, sql: &mut Sql) {
    if let (Some(table), Some(name)) = (column.relation(), column.name()) {
        sql.raw("ANALYZE ").qname(table);
        sql.raw(" (").ident(name).raw(")").end();
    }
}
