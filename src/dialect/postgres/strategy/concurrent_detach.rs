//! A partition that goes leaves its parent while others read and write that, where the server can do so.
//!
//! Only one that goes: the engine leaves a check for what the bound said with one that stays.
//! <https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION>

use crate::catalog::kinds::Bound;
use crate::catalog::{Object, ObjectId};
use crate::dialect::{Choice, PlanCx, Strategy};
use crate::op::{Action, Op, Txn};

/// The first version that can.
const SINCE: u32 = 140_000;

/// See the module.
pub(super) struct ConcurrentDetach;

impl Strategy for ConcurrentDetach {
    fn name(&self) -> &'static str {
        "concurrent-detach"
    }

    fn choice(&self) -> Choice {
        Choice::UnlessOff
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let Action::Drop {
            id,
            object: Object::Partition(partition),
        } = &op.action
        else {
            return None;
        };
        let table = id.target()?;
        let parent = ObjectId::table(partition.parent.clone());
        let goes = !cx.to.contains(table) && cx.to.contains(&parent);
        // The engine refuses it beside a default partition, whose bound it would have to change.
        let has_default = cx
            .from
            .partitions_of(&partition.parent)
            .any(|(_, other)| other.bound == Bound::Default);
        let can = cx.server.version >= SINCE && !has_default && op.txn == Txn::Inside;
        (can && goes && cx.has_rows(&partition.parent)).then(|| {
            vec![Op {
                txn: Txn::Outside,
                ..op.clone()
            }]
        })
    }
}
