//! A new column whose default differs from row to row: added empty, then filled batch by batch, instead of having the whole
//! table written while everybody is kept out.
//!
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, Notes.

use crate::catalog::kinds::{Column, ColumnAttr};
use crate::catalog::{Attr, Object};
use crate::dialect::postgres::impact::stable::is_stable;
use crate::dialect::{PlanCx, Strategy};
use crate::op::{Action, Op};

/// See the module.
pub(super) struct VolatileDefault;

impl Strategy for VolatileDefault {
    fn name(&self) -> &'static str {
        "volatile-default"
    }

    fn is_choice(&self) -> bool {
        true
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let Action::Create {
            id,
            object: Object::Column(column),
        } = &op.action
        else {
            return None;
        };
        let default = column.default.as_ref().filter(|default| !is_stable(default))?;
        let table = id.relation()?;
        if !cx.has_rows(table) {
            return None;
        }
        let empty = Column {
            nullable: true,
            default: None,
            ..column.clone()
        };
        let defaulted = Column {
            nullable: true,
            ..column.clone()
        };
        let alter = |from: &Column, to: &Column, attr| {
            Op::new(Action::Alter {
                id: id.clone(),
                from: Box::new(from.clone().into()),
                to: Box::new(to.clone().into()),
                attrs: vec![Attr::Column(attr)],
                using: None,
            })
        };
        let mut ops = vec![
            Op::new(Action::Create {
                id: id.clone(),
                object: empty.clone().into(),
            }),
            alter(&empty, &defaulted, ColumnAttr::Default),
            Op::new(Action::Backfill {
                table: table.clone(),
                column: id.name()?.clone(),
                value: default.clone(),
                batch: None,
            }),
        ];
        if !column.nullable {
            ops.push(alter(&defaulted, column, ColumnAttr::Nullable));
        }
        Some(ops)
    }
}
