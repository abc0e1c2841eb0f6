//! Rows that are copied from one table into another, because the author said so: which of these copies a plan carries out,
//! and where they stand among the other ops.
//!
//! A copy is a hint: it has something to do while its source is there and what it fills is not.

use std::collections::HashMap;

use crate::catalog::kinds::{Column, ForeignKey};
use crate::catalog::{Ident, ObjectId, Payload as _};
use crate::dialect::{Fold, PlanCx};
use crate::diff::{CopyIntent, Intents};
use crate::op::{Action, CopiedColumn, CopyRows, Op};

use super::classify::Work;
use super::emit::Emitted;

/// What of the declared copies is to be done.
pub(super) fn pending(work: &Work, cx: &PlanCx<'_>, intents: &Intents) -> Vec<CopyRows> {
    let copies = intents.copies.iter();
    copies.filter_map(|copy| of(copy, work, cx)).collect()
}

fn of(copy: &CopyIntent, work: &Work, cx: &PlanCx<'_>) -> Option<CopyRows> {
    let (source, target) = (
        ObjectId::table(copy.source.clone()),
        ObjectId::table(copy.target.clone()),
    );
    if !cx.from.contains(&source) || !cx.to.contains(&target) {
        return None;
    }
    let is_new = |column: &Ident| {
        let id = ObjectId::column(&copy.target, column.clone());
        cx.to.contains(&id) && !cx.from.contains(&id)
    };
    let into_rows = copy.matching.is_some();
    let columns = copy.columns.iter().filter(|(name, _)| is_new(name));
    let columns: Vec<CopiedColumn> = columns
        .map(|(name, value)| CopiedColumn {
            name: name.clone(),
            value: value.clone(),
            otherwise: cx
                .to
                .payload::<Column>(&ObjectId::column(&copy.target, name.clone()))
                .and_then(|column| column.default.clone()),
        })
        .collect();
    if columns.is_empty() || cx.from.contains(&target) != into_rows {
        return None;
    }
    let mut parts = cx.from_walk.members_of::<Column>(&copy.source);
    Some(CopyRows {
        goes: !cx.to.contains(&source) || parts.any(|(id, _)| !cx.to.contains(id)),
        with_table: work.rebuilds.contains(&target),
        source: copy.source.clone(),
        target: copy.target.clone(),
        condition: copy.condition.clone(),
        matching: copy.matching.clone(),
        columns,
    })
}

/// The copy that fills this column.
pub(super) fn filling<'a>(id: &ObjectId, copies: &'a [CopyRows]) -> Option<(&'a CopyRows, &'a CopiedColumn)> {
    copies
        .iter()
        .filter(|copy| copy.matching.is_some() && id.relation() == Some(&copy.target))
        .find_map(|copy| {
            let column = copy
                .columns
                .iter()
                .find(|column| Some(&column.name) == id.name())?;
            Some((copy, column))
        })
}

/// Who must come before a copy and after it.
pub(super) fn edges(
    ops: &[Emitted],
    provides: &HashMap<ObjectId, usize>,
    cx: &PlanCx<'_>,
    edges: &mut Vec<(usize, usize)>,
) {
    let copies: Vec<(usize, &CopyRows)> = ops
        .iter()
        .enumerate()
        .filter_map(|(at, emitted)| match &emitted.op.action {
            Action::CopyRows(copy) => Some((at, &**copy)),
            _ => None,
        })
        .collect();
    for (at, copy) in &copies {
        let filled = filled(copy);
        if !copy.with_table {
            edges.extend(filled.iter().filter_map(|id| Some((*provides.get(id)?, *at))));
        }
        let read = read(copy, cx);
        for (other, emitted) in ops.iter().enumerate().filter(|(other, _)| other != at) {
            let op = &emitted.op;
            if is_after(op, copy, (&filled, &read), cx) {
                edges.push((*at, other));
            }
            // The table is filled while it is written anew, from what is still there.
            if copy.with_table && is_rebuild_of(op, copy) {
                let leaves = |op: &Op| touches(op, &read) && !is_rebuild_of(op, copy);
                let later = ops.iter().enumerate().filter(|(_, later)| leaves(&later.op));
                edges.extend(later.map(|(later, _)| (other, later)));
            }
        }
        // What a row refers to is there before the row.
        let keys = cx.to_walk.members_of::<ForeignKey>(&copy.target);
        for (_, key) in keys.filter(|(_, key)| key.table != copy.target) {
            let before = copies.iter().filter(|(_, other)| other.target == key.table);
            edges.extend(before.map(|(before, _)| (*before, *at)));
        }
    }
}

/// The table and the columns that are filled.
fn filled(copy: &CopyRows) -> Vec<ObjectId> {
    let columns = copy.columns.iter();
    let columns = columns.map(|column| ObjectId::column(&copy.target, column.name.clone()));
    std::iter::once(ObjectId::table(copy.target.clone()))
        .chain(columns)
        .collect()
}

/// What the copy reads: the source, and of a table with rows what its rows are recognised by.
fn read(copy: &CopyRows, cx: &PlanCx<'_>) -> Vec<ObjectId> {
    let tables = [&copy.source, &copy.target];
    let all = tables.into_iter().flat_map(|table| {
        let columns = cx.from_walk.members_of::<Column>(table).map(|(id, _)| id.clone());
        std::iter::once(ObjectId::table(table.clone())).chain(columns)
    });
    all.filter(|id| cx.from.contains(id)).collect()
}

fn touches(op: &Op, read: &[ObjectId]) -> bool {
    let gone = op.destroys();
    gone.iter().chain(&op.mutates()).any(|id| read.contains(id))
}

fn is_rebuild_of(op: &Op, copy: &CopyRows) -> bool {
    matches!(&op.action, Action::Rebuild(rebuild) if rebuild.table.qname() == Some(&copy.target))
}

/// Whether an op takes away or changes what is read, or needs the rows.
fn is_after(op: &Op, copy: &CopyRows, (filled, read): (&[ObjectId], &[ObjectId]), cx: &PlanCx<'_>) -> bool {
    match &op.action {
        Action::Rename { .. } | Action::CopyRows(_) => false,
        Action::Create { id, object } | Action::UseIndex { id, object, .. } => {
            let own = id.relation() == Some(&copy.target);
            let folded = own
                && copy.matching.is_none()
                && cx
                    .server
                    .engine()
                    .rules(id.kind)
                    .is_some_and(|rules| rules.fold() != Fold::Never);
            let needs = cx
                .to_references
                .of(id)
                .iter()
                .any(|needed| filled.contains(needed));
            needs && !folded && Column::of(object).is_none() && !filled.contains(id)
        }
        _ => touches(op, read) || op.mutates().iter().any(|id| filled.contains(id)),
    }
}
