//! What is locked besides where partitions are concerned.
//!
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, `ATTACH PARTITION` and `DETACH PARTITION`.

use crate::catalog::kinds::{Bound, ColumnAttr, ForeignKey, Partition};
use crate::catalog::{Attr, Catalog, Kind, ObjectId, QName};
use crate::dialect::postgres::carried::same_default_below;
use crate::dialect::{Impact, ImpactCx};
use crate::op::{Action, Op};
use crate::script::Cost;

use super::{ACCESS_EXCLUSIVE, Lock, SHARE_ROW_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, locked};

/// What is made on a partitioned table looks at no row where every partition has its own already, which come first.
pub(super) fn unless_taken_over(id: &ObjectId, cx: &ImpactCx<'_>) -> Cost {
    let is_partitioned = id.relation().is_some_and(|table| cx.to.is_partitioned(table));
    if is_partitioned { Cost::Brief } else { Cost::Scan }
}

/// The same with another lock on a table.
pub(super) fn with(mut impact: Impact, table: Option<&QName>, lock: Lock) -> Impact {
    let Some(table) = table else { return impact };
    let strength = |lock: Option<&str>| super::LOCKS.iter().position(|other| Some(*other) == lock);
    match impact.locks.iter_mut().find(|(other, _)| other == table) {
        Some((_, held)) if strength(Some(held)) >= strength(Some(lock)) => {}
        Some((_, held)) => *held = lock,
        None => impact.locks.push((table.clone(), lock)),
    }
    if strength(impact.lock) < strength(Some(lock)) {
        impact.lock = Some(lock);
    }
    impact
}

/// The same with a lock on every partition of a table, and on theirs.
pub(super) fn with_parts(impact: Impact, table: Option<&QName>, lock: Lock, cx: &ImpactCx<'_>) -> Impact {
    below(table, cx.from)
        .into_iter()
        .fold(impact, |impact, part| with(impact, Some(part), lock))
}

fn below<'a>(table: Option<&'a QName>, catalog: &'a Catalog) -> Vec<&'a QName> {
    let mut found: Vec<&QName> = Vec::new();
    let mut queue: Vec<&QName> = table.into_iter().collect();
    while let Some(table) = queue.pop() {
        if catalog.is_partitioned(table) {
            let parts: Vec<&QName> = catalog.partitions_of(table).map(|(part, _)| part).collect();
            found.extend(&parts);
            queue.extend(parts);
        }
    }
    found
}

/// Its rows are read, and those of the default partition, to which some of them could have gone.
pub(super) fn attached(id: &ObjectId, partition: &Partition, cx: &ImpactCx<'_>) -> Impact {
    let table = id.target().and_then(ObjectId::qname);
    let default = default_of(&partition.parent, cx);
    let is_read = default.is_some() || id.target().is_some_and(|table| cx.from.contains(table));
    let cost = if is_read { Cost::Scan } else { Cost::Brief };
    let impact = locked(Some(&partition.parent), SHARE_UPDATE_EXCLUSIVE, cost);
    let impact = [table, default].into_iter().fold(impact, |impact, table| {
        let impact = with(impact, table, ACCESS_EXCLUSIVE);
        with_parts(impact, table, ACCESS_EXCLUSIVE, cx)
    });
    let referred = referred(&partition.parent, cx.to);
    // The foreign keys of the partition are taken over by its parent's.
    let impact = referred.into_iter().fold(impact, |impact, other| {
        with(impact, Some(other), ACCESS_EXCLUSIVE)
    });
    referring(&partition.parent, cx)
        .into_iter()
        .fold(impact, |impact, other| {
            with(impact, Some(other), SHARE_ROW_EXCLUSIVE)
        })
}

/// Whether the object is part of a partition whose parent goes, too; from another it is detached first.
pub(super) fn is_one(id: &ObjectId, cx: &ImpactCx<'_>) -> bool {
    let parent = id.relation().and_then(|table| cx.from.lineage(table).next());
    parent.is_some_and(|parent| !cx.to.contains(&ObjectId::table(parent.clone())))
}

/// A foreign key takes over those that the partitions have: what ties these to the other table goes.
pub(super) fn taking_over(
    impact: Impact,
    table: Option<&QName>,
    referred: &QName,
    cx: &ImpactCx<'_>,
) -> Impact {
    let parts = table.into_iter().flat_map(|table| cx.from.partitions_of(table));
    parts.fold(impact, |impact, (part, _)| {
        let impact = with(impact, Some(part), SHARE_ROW_EXCLUSIVE);
        with(impact, Some(referred), ACCESS_EXCLUSIVE)
    })
}

/// Whether what is done to a table is done to its partitions with the same lock: columns, and checks, and what goes.
pub(super) fn goes_below(op: &Op, cx: &ImpactCx<'_>) -> bool {
    let id = op.subject();
    let is_partitioned = id.relation().is_some_and(|table| cx.from.is_partitioned(table));
    is_partitioned
        && match &op.action {
            Action::Alter { attrs, .. } => {
                let own_default = attrs.as_slice() == [Attr::Column(ColumnAttr::Default)];
                !own_default || same_default_below(&id, cx.to)
            }
            Action::Create { .. } | Action::Rename { .. } => matches!(id.kind, Kind::Column | Kind::Check),
            Action::Drop { .. } => id.kind != Kind::Trigger,
            _ => true,
        }
}

/// Everybody waits, also those who are about the default partition, which takes other rows from then on.
pub(super) fn detached(id: &ObjectId, partition: &Partition, cx: &ImpactCx<'_>) -> Impact {
    let table = id.target().and_then(ObjectId::qname);
    let default = default_of(&partition.parent, cx);
    let impact = locked(Some(&partition.parent), ACCESS_EXCLUSIVE, Cost::Brief);
    let impact = with(impact, table, ACCESS_EXCLUSIVE);
    let impact = with(impact, default, ACCESS_EXCLUSIVE);
    if !cx.to.contains(&ObjectId::table(partition.parent.clone())) {
        return impact;
    }
    let impact = referred(&partition.parent, cx.from)
        .into_iter()
        .fold(impact, |impact, other| {
            with(impact, Some(other), SHARE_ROW_EXCLUSIVE)
        });
    referring(&partition.parent, cx)
        .into_iter()
        .fold(impact, |impact, other| {
            with(impact, Some(other), ACCESS_EXCLUSIVE)
        })
}

/// The default partition of a table, before.
fn default_of<'a>(parent: &'a QName, cx: &'a ImpactCx<'_>) -> Option<&'a QName> {
    let mut parts = cx.from.partitions_of(parent);
    let default = parts.find(|(_, partition)| partition.bound == Bound::Default);
    default.map(|(part, _)| part)
}

/// The tables that a table refers to.
fn referred<'a>(table: &'a QName, catalog: &'a Catalog) -> Vec<&'a QName> {
    let keys = catalog.of_kind::<ForeignKey>();
    keys.filter(|(id, _)| id.relation() == Some(table))
        .map(|(_, key)| &key.table)
        .collect()
}

/// The tables that refer to a table.
fn referring<'a>(table: &'a QName, cx: &'a ImpactCx<'_>) -> Vec<&'a QName> {
    let keys = cx
        .from
        .of_kind::<ForeignKey>()
        .filter(|(_, key)| key.table == *table);
    keys.filter_map(|(id, _)| id.relation()).collect()
}
