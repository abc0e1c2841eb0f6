//! A unique constraint or a primary key of a table with rows: its index is built while others read and write, and then
//! becomes the constraint's.
//!
//! <https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX>

use std::sync::Arc;

use crate::catalog::kinds::{Deferrable, Index, IndexKey, PrimaryKey, Unique};
use crate::catalog::{Ident, Kind, Object, ObjectId};
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
        let built = index_of(object)?;
        let table = id.relation()?;
        // One that is put back where it was would be missing while its index is built.
        if !cx.has_rows(table) || cx.from.contains(id) {
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

/// The index that a key rests on.
pub(super) fn index_of(object: &Object) -> Option<Index> {
    let (columns, include, nulls_not_distinct, _) = key(object)?;
    Some(Index {
        method: Arc::from("btree"),
        unique: true,
        nulls_not_distinct,
        keys: columns.iter().cloned().map(IndexKey::column).collect(),
        include: include.to_vec(),
        predicate: None,
    })
}

/// Whether a key is checked at the end of a transaction, or may be.
pub(super) fn is_deferrable(object: &Object) -> bool {
    key(object).is_some_and(|(.., deferrable)| deferrable != Deferrable::No)
}

/// The columns, the included columns, whether NULLs are the same, and when it is checked.
fn key(object: &Object) -> Option<(&[Ident], &[Ident], bool, Deferrable)> {
    match object {
        Object::Unique(Unique {
            columns,
            include,
            nulls_not_distinct,
            deferrable,
        }) => Some((columns, include, *nulls_not_distinct, *deferrable)),
        Object::PrimaryKey(PrimaryKey {
            columns,
            include,
            deferrable,
            autoincrement: _,
        }) => Some((columns, include, false, *deferrable)),
        _ => None,
    }
}

/// `ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX c`
pub(in crate::dialect::postgres) fn render(id: &ObjectId, object: &Object, index: &ObjectId, sql: &mut Sql) {
    let (Some(table), Some(name), Some(index), Some((.., deferrable))) =
        (id.relation(), id.name(), index.name(), key(object))
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
