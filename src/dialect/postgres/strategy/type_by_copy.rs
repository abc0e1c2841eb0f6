//! A column of a table with rows takes another type without a rewrite that keeps others out: a second column of that type
//! is filled beside it, and takes its place with everything that rests on it in one short transaction.
//!
//! It is longer, needs the room of the column twice for a while, and puts the column last: only who asks for it gets it.
//! Columns of one table, and columns that a foreign key compares, go together. In: the `Alter` of one of them. Out: ops.
//! Must not: take this way where something would not come along; then it says why.

mod obstacle;
mod render;
mod rests;

use crate::catalog::kinds::{Column, ColumnAttr, ForeignKey, Sequence, Storage};
use crate::catalog::{Attr, Expr, Ident, Kind, Object, ObjectId};
use crate::dialect::postgres::names::aside;
use crate::dialect::postgres::types::keeps_rows;
use crate::dialect::{Choice, PlanCx, Strategy};
use crate::op::{Action, Batches, Moved, Op, Retype, RetypeStage, Retyped, Swap, Txn};

use super::backfill::key_while;

pub(in crate::dialect::postgres) use render::render;

/// What the names of second columns, indexes and constraints begin with.
const PREFIX: &str = "_rcn_new_";

/// See the module.
pub(super) struct TypeByCopy;

impl Strategy for TypeByCopy {
    fn name(&self) -> &'static str {
        "type-by-copy"
    }

    fn choice(&self) -> Choice {
        Choice::IfOn
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let id = retyped(op, cx)?;
        let group = group(id, cx);
        if group.iter().any(|id| obstacle::of(id, &group, cx).is_some()) {
            return None;
        }
        // All of them are carried out with the first.
        let mut ops = if group.first() == Some(id) {
            sequence(&group, cx)
        } else {
            Vec::new()
        };
        ops.extend(becomes_required(op, cx));
        Some(ops)
    }

    fn declines(&self, op: &Op, cx: &PlanCx<'_>) -> Option<String> {
        let id = retyped(op, cx)?;
        let group = group(id, cx);
        let found = group
            .iter()
            .find_map(|other| Some((other, obstacle::of(other, &group, cx)?)));
        let (other, reason) = found?;
        Some(if other == id {
            reason
        } else {
            format!("{other} would have to change with it, and {reason}")
        })
    }
}

/// The column whose type an op changes, if that is a way for it.
fn retyped<'a>(op: &'a Op, cx: &PlanCx<'_>) -> Option<&'a ObjectId> {
    let Action::Alter { id, attrs, .. } = &op.action else {
        return None;
    };
    let of_type = attrs.contains(&Attr::Column(ColumnAttr::DataType));
    (of_type && op.txn == Txn::Inside && is_candidate(id, cx)).then_some(id)
}

/// Whether the column changes its type, and its table has rows that would be written anew.
fn is_candidate(id: &ObjectId, cx: &PlanCx<'_>) -> bool {
    let sides = (cx.from.payload::<Column>(id), cx.to.payload::<Column>(id));
    let (Some(from), Some(to), Some(table)) = (sides.0, sides.1, id.relation()) else {
        return false;
    };
    let keeps = keeps_rows(&from.data_type.text, &to.data_type.text) && !cx.using.contains_key(id);
    from.data_type != to.data_type && !keeps && cx.has_rows(table)
}

/// The columns that have to take the places of the old ones at once, in declared order.
fn group(id: &ObjectId, cx: &PlanCx<'_>) -> Vec<ObjectId> {
    let mut found = vec![id.clone()];
    let mut at = 0;
    while let Some(id) = found.get(at).cloned() {
        at += 1;
        let Some(table) = id.relation() else { continue };
        let beside = cx.to_walk.members_of::<Column>(table).map(|(id, _)| id.clone());
        let beyond = cx.from.of_kind::<ForeignKey>().flat_map(|(key_id, key)| {
            let own = key_id.relation().map(|own| ends(own, &key.columns));
            let ends: Vec<ObjectId> = own
                .into_iter()
                .flatten()
                .chain(ends(&key.table, &key.referenced))
                .collect();
            let touches = ends.contains(&id);
            ends.into_iter().filter(move |_| touches)
        });
        let new: Vec<ObjectId> = beside
            .chain(beyond)
            .filter(|other| !found.contains(other) && is_candidate(other, cx))
            .collect();
        for other in new {
            if !found.contains(&other) {
                found.push(other);
            }
        }
    }
    found.sort_by_key(|id| cx.to.position(id));
    found
}

fn ends<'a>(
    table: &'a crate::catalog::QName,
    columns: &'a [Ident],
) -> impl Iterator<Item = ObjectId> + use<'a> {
    columns
        .iter()
        .map(|column| ObjectId::column(table, column.clone()))
}

/// Every stage of a group.
fn sequence(group: &[ObjectId], cx: &PlanCx<'_>) -> Vec<Op> {
    let columns: Vec<Retyped> = group.iter().filter_map(|id| second(id, cx)).collect();
    let mut ops = Vec::new();
    let stage = |stage: RetypeStage, column: &Retyped, txn: Txn| Op {
        action: Action::Retype(Box::new(Retype {
            stage,
            columns: vec![column.clone()],
        })),
        txn,
    };
    for column in &columns {
        ops.push(stage(RetypeStage::Begin, column, Txn::CommitAfter));
    }
    for column in &columns {
        let batches = batches(column, group, cx);
        let txn = if batches.is_some() {
            Txn::Outside
        } else {
            Txn::Alone
        };
        ops.push(stage(RetypeStage::Copy(batches), column, txn));
    }
    for column in &columns {
        ops.push(stage(RetypeStage::Check, column, Txn::Alone));
        ops.extend(required(column));
        ops.push(Op {
            action: Action::Analyze {
                column: column.beside.clone(),
            },
            txn: Txn::Alone,
        });
    }
    let moved = rests::on(&columns, cx);
    ops.extend(moved.iter().map(|second| Op::new(second.create.clone())));
    let moved: Vec<Moved> = moved.into_iter().map(|second| second.moved).collect();
    let swap = Swap {
        said: said(group, &moved, cx),
        sequences: sequences(group, cx),
        moved,
    };
    ops.push(Op::new(Action::Retype(Box::new(Retype {
        stage: RetypeStage::Swap(swap),
        columns,
    }))));
    ops
}

/// What is left of an op that also makes its column required: the values are there by then, and no one waits.
fn becomes_required(op: &Op, cx: &PlanCx<'_>) -> Option<Op> {
    let Action::Alter { id, attrs, .. } = &op.action else {
        return None;
    };
    let required = Attr::Column(ColumnAttr::Nullable);
    let column = second(id, cx)?;
    let after = Column {
        nullable: false,
        ..column.to.clone()
    };
    (attrs.contains(&required) && column.from.nullable).then(|| {
        Op::new(Action::Alter {
            id: id.clone(),
            from: Box::new(column.to.into()),
            to: Box::new(after.into()),
            attrs: vec![required],
            using: None,
        })
    })
}

/// The column and its second one. A column that becomes required does so afterwards.
fn second(id: &ObjectId, cx: &PlanCx<'_>) -> Option<Retyped> {
    let table = id.relation()?;
    let (from, to) = (cx.from.payload::<Column>(id)?, cx.to.payload::<Column>(id)?);
    Some(Retyped {
        id: id.clone(),
        beside: ObjectId::column(table, Ident::exact(&aside(PREFIX, id.name()?.text()))),
        from: from.clone(),
        to: Column {
            nullable: from.nullable || to.nullable,
            ..to.clone()
        },
        using: cx.using.get(id).cloned(),
    })
}

/// By the primary key, which is there until the last stage, whatever becomes of its columns.
fn batches(column: &Retyped, group: &[ObjectId], cx: &PlanCx<'_>) -> Option<Batches> {
    let key = key_while(column.id.relation()?, cx, |id| group.contains(id))?;
    Some(Batches {
        key,
        size: cx.choices.batch,
    })
}

/// What makes the second column required; the strategies for that do it in stages.
fn required(column: &Retyped) -> Option<Op> {
    let before = column.second();
    let after = Column {
        nullable: false,
        ..before.clone()
    };
    (!column.to.nullable).then(|| {
        Op::new(Action::Alter {
            id: column.beside.clone(),
            from: Box::new(before.into()),
            to: Box::new(after.into()),
            attrs: vec![Attr::Column(ColumnAttr::Nullable)],
            using: None,
        })
    })
}

/// What is said about the columns and what rests on them, and stays so: comments, how indexes are stored, and which of them tells
/// rows apart.
fn said(group: &[ObjectId], moved: &[Moved], cx: &PlanCx<'_>) -> Vec<(ObjectId, Object)> {
    let own = moved.iter().map(|moved| &moved.id);
    let comments = group.iter().chain(own.clone());
    let comments = comments.map(|id| ObjectId::on(Kind::Comment, id.clone()));
    let stored = own.map(|id| ObjectId::on(Kind::Storage, id.clone()));
    let named = cx.from.of_kind::<Storage>().filter_map(|(id, _)| {
        let of_moved = |other: &ObjectId| moved.iter().any(|moved| moved.id == *other);
        let references = cx.from_references.of(id);
        references.iter().any(of_moved).then(|| id.clone())
    });
    let mut ids: Vec<ObjectId> = comments.chain(stored).collect();
    for id in named {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let stays = |id: ObjectId| {
        let object = cx
            .to
            .get(&id)
            .filter(|object| cx.from.get(&id) == Some(*object))?;
        Some((id, object.clone()))
    };
    ids.into_iter().filter_map(stays).collect()
}

/// The sequences that go with the columns, unless they are told not to.
fn sequences(group: &[ObjectId], cx: &PlanCx<'_>) -> Vec<(ObjectId, ObjectId)> {
    let owned = |(id, sequence): (&ObjectId, &Sequence)| {
        let owner = sequence.owned_by.as_ref().filter(|owner| group.contains(owner))?;
        Some((id.clone(), owner.clone()))
    };
    cx.from.of_kind::<Sequence>().filter_map(owned).collect()
}

/// How a value of the second column is made: `using=`, or the column, which the engine converts as it does for
/// `ALTER COLUMN … TYPE`.
fn value(column: &Retyped) -> Option<Expr> {
    match &column.using {
        Some(using) => Some(using.clone()),
        None => {
            let name = column.id.name()?.text();
            Some(Expr::new(crate::dialect::Dialect::Postgres.engine().quote(name)))
        }
    }
}
