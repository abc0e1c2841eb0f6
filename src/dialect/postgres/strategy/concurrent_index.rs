//! An index of a table with rows is built and dropped while others read and write.
//!
//! <https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY>

use crate::catalog::{Object, ObjectId};
use crate::dialect::{Choice, PlanCx, Strategy};
use crate::op::{Action, Op, Txn};

/// See the module.
pub(super) struct ConcurrentIndex;

impl Strategy for ConcurrentIndex {
    fn name(&self) -> &'static str {
        "concurrent-index"
    }

    fn choice(&self) -> Choice {
        Choice::UnlessOff
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let (Action::Create { id, object } | Action::Drop { id, object }) = &op.action else {
            return None;
        };
        let is_index = matches!(object, Object::Index(_)) && op.txn == Txn::Inside;
        (is_index && is_live(id, cx)).then(|| {
            vec![Op {
                txn: Txn::Outside,
                ..op.clone()
            }]
        })
    }
}

/// Whether the table has rows and stays. An index that is only out of the way of something that keeps everybody out anyhow
/// is put back within the same transaction.
fn is_live(id: &ObjectId, cx: &PlanCx<'_>) -> bool {
    let Some(table) = id.relation() else {
        return false;
    };
    // An index of partitions is taken over from theirs, and goes with them.
    if cx.from.is_partitioned(table) {
        return false;
    }
    let put_back = cx.from.get(id).is_some() && cx.from.get(id) == cx.to.get(id);
    cx.has_rows(table) && cx.to.contains(&ObjectId::table(table.clone())) && !put_back
}
