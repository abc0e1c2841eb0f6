//! A new column whose default differs from row to row: added empty, then filled batch by batch, instead of having the whole
//! table written while everybody is kept out.
//!
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, Notes.

use crate::catalog::kinds::{Column, ColumnAttr};
use crate::catalog::{Attr, Expr, ObjectId};
use crate::dialect::postgres::impact::stable::is_stable;
use crate::dialect::{Choice, PlanCx, Strategy};
use crate::op::{Action, Op};

use super::added;

/// See the module.
pub(super) struct VolatileDefault;

impl Strategy for VolatileDefault {
    fn name(&self) -> &'static str {
        "volatile-default"
    }

    fn choice(&self) -> Choice {
        Choice::UnlessOff
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let (id, column) = added(op, cx)?;
        let default = column.default.as_ref().filter(|default| !is_stable(default))?;
        let mut ops = filled(id, column, default.clone())?;
        if !column.nullable {
            ops.push(required(id, column));
        }
        Some(ops)
    }
}

/// The column is added for new rows, and the rows that are there are filled.
pub(super) fn filled(id: &ObjectId, column: &Column, value: Expr) -> Option<Vec<Op>> {
    let added = Column {
        nullable: true,
        default: Some(value.clone()),
        identity: None,
        ..column.clone()
    };
    Some(vec![
        Op::new(Action::AddUnfilled {
            id: id.clone(),
            column: added,
        }),
        Op::new(Action::Backfill {
            table: id.relation()?.clone(),
            column: id.name()?.clone(),
            value,
            batch: None,
        }),
    ])
}

/// What was added nullable is required as it is declared.
pub(super) fn required(id: &ObjectId, column: &Column) -> Op {
    let before = Column {
        nullable: true,
        ..column.clone()
    };
    Op::new(Action::Alter {
        id: id.clone(),
        from: Box::new(before.into()),
        to: Box::new(column.clone().into()),
        attrs: vec![Attr::Column(ColumnAttr::Nullable)],
        using: None,
    })
}
