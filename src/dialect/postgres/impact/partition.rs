//! What is locked besides where partitions are concerned.
//!
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, `ATTACH PARTITION` and `DETACH PARTITION`. Where versions
//! differ, the manual is silent: the facts are those of `tests/impact.rs` on 12 to 18.

use crate::catalog::kinds::{Bound, ColumnAttr, ForeignKey, Partition};
use crate::catalog::{Attr, Catalog, Kind, ObjectId, QName};
use crate::dialect::postgres::carried::same_below;
use crate::dialect::{Impact, ImpactCx};
use crate::op::{Action, Attach, Op};
use crate::script::Cost;

use super::{ACCESS_EXCLUSIVE, Lock, SHARE, SHARE_ROW_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, locked};

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
    parts_of(table, cx)
        .into_iter()
        .fold(impact, |impact, part| with(impact, Some(part), lock))
}

/// The same with a lock on every table to which the engine does what is done to this one.
pub(super) fn with_below(impact: Impact, table: Option<&QName>, lock: Lock, cx: &ImpactCx<'_>) -> Impact {
    let below = table.map_or_else(Vec::new, |table| stays_below(table, cx));
    below
        .into_iter()
        .fold(impact, |impact, part| with(impact, Some(part), lock))
}

/// The tables to which what is done to a member of a table is done.
pub(super) fn stays_below<'a>(table: &'a QName, cx: &'a ImpactCx<'_>) -> Vec<&'a QName> {
    let mut below = cx.from.below(table);
    below.retain(|part| !is_let_go(part, table, cx));
    below
}

/// Whether a table below another is let go in this plan, and stays: it is let go before anything is done to the members of
/// that one.
pub(super) fn is_let_go(part: &QName, above: &QName, cx: &ImpactCx<'_>) -> bool {
    let is_there = |table: &QName| cx.to.contains(&ObjectId::table(table.clone()));
    is_there(part) && is_there(above) && !cx.to.below(above).contains(&part)
}

/// The partitions of a table, and theirs.
fn parts_of<'a>(table: Option<&'a QName>, cx: &'a ImpactCx<'_>) -> Vec<&'a QName> {
    let table = table.filter(|table| cx.from.is_partitioned(table));
    table.map_or_else(Vec::new, |table| cx.from.below(table))
}

/// The same with the lock that a unique or primary key of a partitioned table takes on every partition.
pub(super) fn with_keyed_parts(impact: Impact, table: Option<&QName>, cx: &ImpactCx<'_>) -> Impact {
    let lock = if cx.server.version >= 180_000 {
        ACCESS_EXCLUSIVE
    } else {
        SHARE
    };
    with_parts(impact, table, lock, cx)
}

/// The same with a lock on the table that a foreign key refers to, which goes, and on the partitions that it has.
pub(super) fn with_referred(impact: Impact, referred: &QName, cx: &ImpactCx<'_>) -> Impact {
    // Before 15, partitions that are partitioned themselves have no part in it.
    let has_part = |part: &&QName| cx.server.version >= 150_000 || !cx.from.is_partitioned(part);
    parts_of(Some(referred), cx)
        .into_iter()
        .filter(has_part)
        .fold(impact, |impact, part| with(impact, Some(part), ACCESS_EXCLUSIVE))
}

/// Its rows are read, and those of the default partition, to which some of them could have gone.
pub(super) fn attached(id: &ObjectId, partition: &Partition, cx: &ImpactCx<'_>) -> Impact {
    let table = id.target().and_then(ObjectId::qname);
    let default = default_of(&partition.parent, cx);
    // Rows that lie elsewhere are believed to be where they belong.
    let is_here = |table: &QName| !cx.from.reaches_out(table);
    let held = table.filter(|table| cx.from.contains(&ObjectId::table((*table).clone())));
    let is_read = default.is_some_and(is_here) || held.is_some_and(is_here);
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
    // Before 15, what ties those who refer to the parent to a new partition is made without them.
    let referring = referring(&partition.parent, cx);
    let waiting = referring.into_iter().filter(|_| cx.server.version >= 150_000);
    waiting.fold(impact, |impact, other| {
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
    let is_next = |part: &QName| cx.from.lineage(part).next() == table;
    let parts = parts_of(table, cx).into_iter();
    let parts = parts.filter(|part| cx.server.version >= 180_000 || is_next(part));
    parts.fold(impact, |impact, part| {
        let impact = with(impact, Some(part), SHARE_ROW_EXCLUSIVE);
        with(impact, Some(referred), ACCESS_EXCLUSIVE)
    })
}

/// Whether what is done to a table is done with the same lock to its partitions, or to tables that inherit it: columns, and
/// checks, and what goes from partitions.
pub(super) fn goes_below(op: &Op, cx: &ImpactCx<'_>) -> bool {
    let id = op.subject();
    let Some(table) = id.relation() else { return false };
    let is_inherited = matches!(id.kind, Kind::Column | Kind::Check)
        && !matches!(op.action, Action::Analyze { .. })
        && cx.from.heirs_of(table).next().is_some();
    (is_inherited || cx.from.is_partitioned(table))
        && match &op.action {
            Action::Alter { attrs, .. } => attrs.iter().any(|attr| match attr {
                Attr::Column(attr @ (ColumnAttr::Default | ColumnAttr::Nullable)) => {
                    same_below(&id, *attr, cx.to)
                }
                Attr::Column(ColumnAttr::Identity) => !is_inherited,
                _ => true,
            }),
            Action::Create { .. } | Action::Rename { .. } => matches!(id.kind, Kind::Column | Kind::Check),
            Action::Drop { .. } => id.kind != Kind::Trigger && !is_inherited,
            _ => true,
        }
}

/// The same without a look at the rows, where checks have shown to whom they belong.
pub(super) fn taken_in(attach: &Attach, cx: &ImpactCx<'_>) -> Impact {
    let table = attach.id.target().and_then(ObjectId::qname);
    let default = default_of(&attach.partition.parent, cx);
    let is_known = |table: &QName| attach.known.iter().any(|check| check.relation() == Some(table));
    let mut asked = [table, default]
        .into_iter()
        .flatten()
        .filter(|table| cx.from.contains(&ObjectId::table((*table).clone())));
    let cost = if asked.all(is_known) {
        Cost::Brief
    } else {
        Cost::Scan
    };
    Impact {
        cost,
        ..attached(&attach.id, &attach.partition, cx)
    }
}

/// What detaching costs: that no row refers to one of the partition is looked up, in the rows of those who could.
pub(super) fn of_leaving(partition: &Partition, cx: &ImpactCx<'_>) -> Cost {
    let is_referred = !referring(&partition.parent, cx).is_empty();
    if is_referred { Cost::Scan } else { Cost::Brief }
}

/// Everybody waits, also those who are about the default partition, which takes other rows from then on.
pub(super) fn detached(id: &ObjectId, partition: &Partition, cx: &ImpactCx<'_>) -> Impact {
    let table = id.target().and_then(ObjectId::qname);
    let default = default_of(&partition.parent, cx);
    let cost = of_leaving(partition, cx);
    let impact = locked(Some(&partition.parent), ACCESS_EXCLUSIVE, cost);
    // Before 14, it is only its indexes that nobody can use meanwhile.
    let has_indexes =
        is_indexed(&partition.parent, cx) && !table.is_some_and(|table| cx.from.is_foreign(table));
    let own = if cx.server.version >= 140_000 || has_indexes {
        ACCESS_EXCLUSIVE
    } else {
        SHARE_UPDATE_EXCLUSIVE
    };
    let impact = with(impact, table, own);
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

fn is_indexed(table: &QName, cx: &ImpactCx<'_>) -> bool {
    let mut members = cx.from.iter().map(|(id, _)| id);
    members.any(|id| id.kind.has_index() && id.relation() == Some(table))
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
