//! A new enum value cannot be used before it is committed (SQLSTATE 55P04, PostgreSQL 12–18): its op ends a
//! transaction.

use crate::catalog::kinds::EnumType;
use crate::catalog::{Object, ObjectId};
use crate::dialect::postgres::kinds::is_extension;
use crate::dialect::{PlanCx, Strategy};
use crate::op::{Action, Op, Txn};

/// See the module.
pub(super) struct EnumValue;

impl Strategy for EnumValue {
    fn name(&self) -> &'static str {
        "enum-value"
    }

    fn rewrite(&self, op: &Op, _cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let (_, from, to) = enum_change(&op.action)?;
        (op.txn == Txn::Inside && is_extension(from, to)).then(|| {
            vec![Op {
                txn: Txn::CommitAfter,
                ..op.clone()
            }]
        })
    }
}

fn enum_change(action: &Action) -> Option<(&ObjectId, &EnumType, &EnumType)> {
    let Action::Alter { id, from, to, .. } = action else {
        return None;
    };
    match (&**from, &**to) {
        (Object::EnumType(from), Object::EnumType(to)) => Some((id, from, to)),
        _ => None,
    }
}
