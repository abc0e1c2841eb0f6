//! A new column that counts by itself: its rows are numbered batch by batch from a sequence of its own, which hands its
//! counter over in the end, instead of having the whole table written while everybody is kept out.
//!
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, `ADD GENERATED … AS IDENTITY` and Notes.

use std::sync::Arc;

use crate::catalog::kinds::{Column, ColumnAttr, Sequence};
use crate::catalog::{Attr, Expr, Kind, ObjectId};
use crate::dialect::postgres::literals::name_literal;
use crate::dialect::{Choice, PlanCx, Strategy};
use crate::op::{Action, Op};

use super::volatile_default::{filled, required};
use super::{added, for_a_while};

/// See the module.
pub(super) struct IdentityBySteps;

impl Strategy for IdentityBySteps {
    fn name(&self) -> &'static str {
        "identity-by-steps"
    }

    fn choice(&self) -> Choice {
        Choice::UnlessOff
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let (id, column) = added(op, cx)?;
        let identity = column.identity.as_ref()?;
        let name = for_a_while(id.relation()?, id.name()?)?;
        let sequence = Sequence {
            data_type: Arc::from(&*column.data_type.text),
            options: identity.options.clone(),
            owned_by: None,
        };
        let counter = ObjectId::qualified(Kind::Sequence, name.clone());
        let next = Expr::new(format!("nextval({}::regclass)", name_literal(&name)));
        let counting = Column {
            default: Some(next.clone()),
            identity: None,
            ..column.clone()
        };
        let mut ops = vec![Op::new(Action::Create {
            id: counter.clone(),
            object: sequence.clone().into(),
        })];
        ops.extend(filled(id, column, next)?);
        ops.push(required(id, &counting));
        ops.push(Op::new(Action::Alter {
            id: id.clone(),
            from: Box::new(counting.into()),
            to: Box::new(column.clone().into()),
            attrs: vec![
                Attr::Column(ColumnAttr::Default),
                Attr::Column(ColumnAttr::Identity),
            ],
            using: None,
        }));
        ops.push(Op::new(Action::Drop {
            id: counter,
            object: sequence.into(),
        }));
        Some(ops)
    }
}
