//! A check or a foreign key of a table with rows: it holds for what is written from now on, and is then shown to hold for
//! every row while others read and write.
//!
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, Notes.

use crate::catalog::kinds::{Check, CheckAttr, ForeignKey, ForeignKeyAttr};
use crate::catalog::{Attr, Object};
use crate::dialect::{Choice, PlanCx, Strategy};
use crate::op::{Action, Op, Txn};

/// See the module.
pub(super) struct NotValid;

impl Strategy for NotValid {
    fn name(&self) -> &'static str {
        "not-valid"
    }

    fn choice(&self) -> Choice {
        Choice::UnlessOff
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        match &op.action {
            Action::Create { id, object } => {
                let (unchecked, attr) = unchecked(object)?;
                let table = id.relation()?;
                // A foreign key of a partitioned table is taken over from its partitions, where it is known to hold.
                let is_taken_over = matches!(object, Object::ForeignKey(_)) && cx.from.is_partitioned(table);
                if !cx.has_rows(table) || is_taken_over {
                    return None;
                }
                let validate = Op {
                    action: Action::Alter {
                        id: id.clone(),
                        from: Box::new(unchecked.clone()),
                        to: Box::new(object.clone()),
                        attrs: vec![attr],
                        using: None,
                    },
                    txn: Txn::Alone,
                };
                let create = Op::new(Action::Create {
                    id: id.clone(),
                    object: unchecked,
                });
                Some(vec![create, validate])
            }
            // Declared unchecked before, and checked now.
            Action::Alter {
                id, from, to, attrs, ..
            } if op.txn == Txn::Inside => {
                let (unchecked, attr) = unchecked(to)?;
                let only = attrs.as_slice() == [attr] && **from == unchecked;
                (only && cx.has_rows(id.relation()?)).then(|| {
                    vec![Op {
                        txn: Txn::Alone,
                        ..op.clone()
                    }]
                })
            }
            _ => None,
        }
    }
}

/// The same constraint, not shown to hold yet; `None` if it does not have to be.
fn unchecked(object: &Object) -> Option<(Object, Attr)> {
    match object {
        Object::Check(check) if check.validated => {
            let unchecked = Check {
                validated: false,
                ..check.clone()
            };
            Some((unchecked.into(), Attr::Check(CheckAttr::Validated)))
        }
        Object::ForeignKey(key) if key.validated => {
            let unchecked = ForeignKey {
                validated: false,
                ..key.clone()
            };
            Some((unchecked.into(), Attr::ForeignKey(ForeignKeyAttr::Validated)))
        }
        _ => None,
    }
}
