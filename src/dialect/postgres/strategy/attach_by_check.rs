//! A table with rows becomes a partition: a check says which rows are its own and is shown to hold while others read and write,
//! so that attaching it reads no row. The same for the default partition, which must have none of them.
//!
//! <https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-ATTACH-PARTITION>

use crate::catalog::kinds::{Bound, Check, CheckAttr, Column, Partition};
use crate::catalog::{Attr, Expr, Ident, Kind, Object, ObjectId, QName};
use crate::dialect::postgres::bounds;
use crate::dialect::postgres::names::{LIMIT, clip};
use crate::dialect::{Choice, PlanCx, Sql, Strategy};
use crate::op::{Action, Attach, Op, Txn};

/// See the module.
pub(super) struct AttachByCheck;

impl Strategy for AttachByCheck {
    fn name(&self) -> &'static str {
        "attach-by-check"
    }

    fn choice(&self) -> Choice {
        Choice::UnlessOff
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let Action::Create {
            id,
            object: Object::Partition(partition),
        } = &op.action
        else {
            return None;
        };
        let table = id.target()?.qname()?;
        let own = bounds::condition(table, (cx.from, cx.to))?;
        let mut others = cx.to.partitions_of(&partition.parent);
        let default = others.find(|(_, other)| other.bound == Bound::Default);
        let default = default
            .map(|(default, _)| default)
            .filter(|default| *default != table);
        // The default partition says what is in no other: it meets the condition of this one nowhere.
        let elsewhere = default.map(|default| (default, Expr::new(format!("NOT ({own})"))));
        let checks: Vec<(ObjectId, Check)> = std::iter::once((table, own))
            .chain(elsewhere)
            .filter(|(table, condition)| cx.has_rows(table) && stays(table, condition, cx))
            .map(|(table, condition)| check(table, condition))
            .collect();
        if checks.is_empty() {
            return None;
        }
        let known = checks.iter().map(|(id, _)| id.clone()).collect();
        let mut ops: Vec<Op> = checks.into_iter().flat_map(shown).collect();
        ops.push(attach(id, partition, known));
        Some(ops)
    }
}

/// Whether the columns that a condition names are not changed by the plan.
fn stays(table: &QName, condition: &Expr, cx: &PlanCx<'_>) -> bool {
    let words = crate::catalog::expr::mentions(condition.text());
    let columns = cx.to_walk.members_of::<Column>(table);
    let mut named = columns.filter(|(id, _)| {
        id.name()
            .is_some_and(|name| words.iter().any(|word| word == name.text()))
    });
    named.all(|(id, column)| cx.from.payload::<Column>(id) == Some(column))
}

fn check(table: &QName, condition: Expr) -> (ObjectId, Check) {
    let name = clip(&format!("_rcn_{}_bound", table.name.text()), LIMIT).to_owned();
    let check = Check {
        validated: false,
        ..Check::new(condition)
    };
    (ObjectId::member(Kind::Check, table, Ident::exact(&name)), check)
}

/// The check is made, and shown to hold.
fn shown((id, check): (ObjectId, Check)) -> [Op; 2] {
    let validated = Check {
        validated: true,
        ..check.clone()
    };
    let create = Op::new(Action::Create {
        id: id.clone(),
        object: check.clone().into(),
    });
    let validate = Op {
        action: Action::Alter {
            id,
            from: Box::new(check.into()),
            to: Box::new(validated.into()),
            attrs: vec![Attr::Check(CheckAttr::Validated)],
            using: None,
        },
        txn: Txn::Alone,
    };
    [create, validate]
}

fn attach(id: &ObjectId, partition: &Partition, known: Vec<ObjectId>) -> Op {
    Op::new(Action::Attach(Box::new(Attach {
        id: id.clone(),
        partition: partition.clone(),
        known,
    })))
}

/// `ALTER TABLE parent ATTACH PARTITION …`, after which the checks go: the bound says the same.
pub(in crate::dialect::postgres) fn render(attach: &Attach, sql: &mut Sql) {
    crate::dialect::postgres::kinds::attach_partition(&attach.id, &attach.partition, sql);
    sql.end();
    for check in &attach.known {
        if let (Some(table), Some(name)) = (check.relation(), check.name()) {
            sql.raw("ALTER TABLE ")
                .qname(table)
                .raw(" DROP CONSTRAINT ")
                .ident(name);
            sql.end();
        }
    }
}
