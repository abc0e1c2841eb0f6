//! A unique constraint or a primary key of a table with rows: its index is built while others read and write, and then
//! becomes the constraint's.
//!
//! <https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX>

use crate::catalog::kinds::{Deferrable, Index};
use crate::catalog::{Kind, Object, ObjectId};
use crate::dialect::{Choice, PlanCx, Sql, Strategy};
use crate::op::{Action, Op, Txn};

/// See the module.
pub(super) struct ConstraintByIndex;

impl Strategy for ConstraintByIndex {
    fn name(&self) -> &'static str {
        "constraint-by-index"
    }

    fn choice(&self) -> Choice {
        Choice::UnlessOff
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let Action::Create { id, object } = &op.action else {
            return None;
        };
        let built = Index::of_key(object)?;
        let table = id.relation()?;
        // One that is put back where it was would be missing while its index is built.
        // That of a partitioned table is taken over from its partitions.
        if !cx.has_rows(table) || cx.from.contains(id) || cx.from.is_partitioned(table) {
            return None;
        }
        let index = ObjectId::member(Kind::Index, table, id.name()?.clone());
        Some(vec![
            Op {
                action: Action::Create {
                    id: index.clone(),
                    object: built.into(),
                },
                txn: Txn::Outside,
            },
            Op::new(Action::UseIndex {
                id: id.clone(),
                object: object.clone(),
                index,
            }),
        ])
    }
}

/// Whether a key is checked at the end of a transaction, or may be.
pub(super) fn is_deferrable(object: &Object) -> bool {
    deferrable(object).is_some_and(|deferrable| deferrable != Deferrable::No)
}

fn deferrable(object: &Object) -> Option<Deferrable> {
    match object {
        Object::Unique(key) => Some(key.deferrable),
        Object::PrimaryKey(key) => Some(key.deferrable),
        _ => None,
    }
}

/// `ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX c`
pub(in crate::dialect::postgres) fn render(id: &ObjectId, object: &Object, index: &ObjectId, sql: &mut Sql) {
    let (Some(table), Some(name), Some(index), Some(deferrable)) =
        (id.relation(), id.name(), index.name(), deferrable(object))
    else {
        return;
    };
    let word = match object {
        Object::PrimaryKey(_) => "PRIMARY KEY",
        _ => "UNIQUE",
    };
    sql.raw("ALTER TABLE ")
        .qname(table)
        .raw(" ADD CONSTRAINT ")
        .ident(name);
    sql.raw(" ").raw(word).raw(" USING INDEX ").ident(index);
    crate::dialect::postgres::kinds::deferrable(deferrable, sql);
    sql.end();
}
