//! What an op locks, how long it takes, and what it loses.
//!
//! Locks: <https://www.postgresql.org/docs/current/explicit-locking.html>; rewrites and scans:
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, Notes. `tests/impact.rs` holds every claim against
//! what servers do.

mod column;
mod inheritance;
mod partition;
mod rule;
pub(super) mod stable;

use std::sync::Arc;

use crate::catalog::kinds::{
    Domain, DomainCheck, ExtensionAttr, ForeignKey, ForeignKeyAttr, Index, PrimaryKey, Rows, RuleAttr,
    Sequence, Storage, Unique,
};
use crate::catalog::{Attr, Kind, Object, ObjectId, QName};
use crate::dialect::postgres::kinds::{beside_table, is_exclusive};
use crate::dialect::postgres::types::is_widened;
use crate::dialect::{Blocks, Impact, ImpactCx};
use crate::op::{Action, CopyRows, Op, Retype, RetypeStage, Stage, SwapEnum, Txn};
use crate::script::Cost;

/// A lock, in the words of `pg_locks` without `Lock`.
type Lock = &'static str;

const ACCESS_EXCLUSIVE: Lock = "access exclusive";
const SHARE_ROW_EXCLUSIVE: Lock = "share row exclusive";
const SHARE: Lock = "share";
const SHARE_UPDATE_EXCLUSIVE: Lock = "share update exclusive";
const ROW_EXCLUSIVE: Lock = "row exclusive";

/// The locks that somebody waits for, the weakest first.
pub(super) const LOCKS: &[Lock] = &[
    ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    ACCESS_EXCLUSIVE,
];

/// Who waits for whom, <https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES>: reading takes
/// access share, writing row exclusive.
pub(super) fn blocks(lock: &str) -> Blocks {
    match lock {
        ACCESS_EXCLUSIVE => Blocks::Everybody,
        SHARE_ROW_EXCLUSIVE | SHARE => Blocks::Writers,
        _ => Blocks::Nobody,
    }
}

/// The facts about one op.
pub(super) fn of(op: &Op, cx: &ImpactCx<'_>) -> Impact {
    let impact = here(of_itself(op, cx), op, cx);
    match impact.lock {
        Some(lock) if inheritance::is_added(op) => inheritance::added(impact, &op.subject(), lock, cx),
        Some(lock) if inheritance::loosens(op, cx) => inheritance::loosened(impact, &op.subject(), lock, cx),
        Some(lock) if partition::goes_below(op, cx) || inheritance::requires_below(op, cx) => {
            let subject = op.subject();
            partition::with_below(impact, subject.relation(), lock, cx)
        }
        // What goes in a table alone is told to those that inherit it.
        Some(lock) if inheritance::goes_alone(op, cx) => {
            let subject = op.subject();
            let heirs = subject
                .relation()
                .into_iter()
                .flat_map(|table| cx.from.heirs_of(table));
            heirs.fold(impact, |impact, heir| partition::with(impact, Some(heir), lock))
        }
        _ => impact,
    }
}

/// What lies elsewhere is neither read nor written nor lost.
fn here(impact: Impact, op: &Op, cx: &ImpactCx<'_>) -> Impact {
    let subject = op.subject();
    if !cx.from.is_of_foreign(&subject) {
        return impact;
    }
    Impact {
        cost: impact.cost.min(Cost::Brief),
        rewrites: false,
        rebuilds_indexes: false,
        loses: None,
        one_way: false,
        ..impact
    }
}

/// Without what the engine does to the partitions of the table in the same way.
fn of_itself(op: &Op, cx: &ImpactCx<'_>) -> Impact {
    match &op.action {
        // Built or dropped concurrently.
        Action::Create {
            id,
            object: Object::Index(_),
        } if op.txn == Txn::Outside => locked(relation(id), SHARE_UPDATE_EXCLUSIVE, Cost::Scan),
        Action::Drop {
            id,
            object: Object::Index(_),
        } if op.txn == Txn::Outside => locked(relation(id), SHARE_UPDATE_EXCLUSIVE, Cost::Brief),
        Action::Drop {
            id,
            object: Object::Partition(partition),
        } if op.txn == Txn::Outside => {
            let cost = partition::of_leaving(partition, cx);
            let impact = locked(Some(&partition.parent), SHARE_UPDATE_EXCLUSIVE, cost);
            partition::with(impact, id.target().and_then(ObjectId::qname), ACCESS_EXCLUSIVE)
        }
        Action::AddUnfilled { id, .. } | Action::UseIndex { id, .. } => {
            locked(relation(id), ACCESS_EXCLUSIVE, Cost::Brief)
        }
        Action::Attach(attach) => partition::taken_in(attach, cx),
        Action::HandOver(hand) => {
            let impact = locked(relation(&hand.column), ACCESS_EXCLUSIVE, Cost::Brief);
            let old = hand.sequence.0.qname().filter(|_| hand.to.identity.is_some());
            old.into_iter().fold(impact, Impact::also)
        }
        Action::Require(require) => {
            let table = relation(&require.column);
            match require.stage {
                Stage::Declare | Stage::Settle => locked(table, ACCESS_EXCLUSIVE, Cost::Brief),
                Stage::Validate => locked(table, SHARE_UPDATE_EXCLUSIVE, Cost::Scan),
            }
        }
        Action::Create { id, object } => created(id, object, cx),
        Action::Drop { id, object } => match dropped(id, object, cx) {
            facts if cx.from.contains(id) => facts,
            // Made by the plan itself, on the way.
            facts => Impact {
                loses: None,
                one_way: false,
                ..facts
            },
        },
        Action::Alter {
            id,
            from,
            to,
            attrs,
            using,
        } => match (&**from, &**to) {
            (Object::Column(from), Object::Column(to)) => column::altered(&column::Change {
                id,
                from,
                to,
                attrs,
                uses: using.is_some(),
                cx,
            }),
            sides => altered(id, sides, attrs, cx),
        },
        Action::Rename { from, .. } => renamed(from, cx),
        Action::Rebuild(rebuild) => whole_table(&rebuild.table, cx),
        Action::SwapEnum(swap) => swapped(swap, cx),
        Action::CopyRows(copy) => copied(copy),
        Action::Backfill { table, .. } => Impact {
            one_way: true,
            ..locked(Some(table), ROW_EXCLUSIVE, Cost::Rewrite)
        },
        Action::Retype(retype) => retyped(retype),
        Action::Analyze { column } => locked(relation(column), SHARE_UPDATE_EXCLUSIVE, Cost::Brief),
    }
}

/// The source is read, and nobody may write to it any more if it goes; rows that are there are written.
fn copied(copy: &CopyRows) -> Impact {
    let mut impact = if copy.goes {
        locked(Some(&copy.source), SHARE, Cost::Scan)
    } else {
        free(Cost::Scan)
    };
    if copy.matching.is_some() {
        impact.locks.push((copy.target.clone(), ROW_EXCLUSIVE));
        impact.lock = impact.lock.or(Some(ROW_EXCLUSIVE));
        impact.cost = Cost::Rewrite;
        impact.one_way = true;
    }
    impact
}

/// A lock on a relation, for as long as this.
fn locked(relation: Option<&QName>, lock: Lock, cost: Cost) -> Impact {
    Impact {
        lock: Some(lock),
        locks: relation
            .map(|relation| (relation.clone(), lock))
            .into_iter()
            .collect(),
        cost,
        ..Impact::default()
    }
}

/// No relation is locked so that somebody waits.
fn free(cost: Cost) -> Impact {
    Impact {
        cost,
        ..Impact::default()
    }
}

impl Impact {
    /// The same lock on one more table.
    fn also(mut self, table: &QName) -> Self {
        if let Some(lock) = self.lock
            && self.locks.iter().all(|(other, _)| other != table)
        {
            self.locks.push((table.clone(), lock));
        }
        self
    }
}

/// The table, view or sequence that an object is, or is part of.
fn relation(id: &ObjectId) -> Option<&QName> {
    id.relation().or_else(|| id.qname())
}

/// A table that is written anew, and its indexes with it.
fn whole_table(table: &ObjectId, cx: &ImpactCx<'_>) -> Impact {
    Impact {
        rewrites: true,
        rebuilds_indexes: table.qname().is_some_and(|table| has_indexes(table, cx)),
        ..locked(table.qname(), ACCESS_EXCLUSIVE, Cost::Rewrite)
    }
}

fn has_indexes(table: &QName, cx: &ImpactCx<'_>) -> bool {
    cx.kept::<PrimaryKey>(table).next().is_some()
        || cx.kept::<Unique>(table).next().is_some()
        || cx.kept::<Index>(table).next().is_some()
}

fn created(id: &ObjectId, object: &Object, cx: &ImpactCx<'_>) -> Impact {
    let on = |lock, cost| locked(relation(id), lock, cost);
    let scan = partition::unless_taken_over(id, cx);
    match object {
        Object::Column(column) => column::added(id, column, cx),
        Object::PrimaryKey(_) | Object::Unique(_) | Object::Exclusion(_) => {
            partition::with_keyed_parts(on(ACCESS_EXCLUSIVE, scan), relation(id), cx)
        }
        Object::Check(check) => on(ACCESS_EXCLUSIVE, validation(check.validated)),
        Object::Policy(_) => on(ACCESS_EXCLUSIVE, Cost::Instant),
        Object::Rule(rule) => rule::defined(id, rule, cx),
        Object::PublishedTable(_) => on(SHARE_UPDATE_EXCLUSIVE, Cost::Instant),
        Object::RowSecurity(_) => secured(id),
        Object::Owner(_) => given_away(id, cx),
        Object::Storage(to) => stored(id, (&Storage::NONE, to), cx),
        Object::Comment(_) => said(id, cx),
        Object::ForeignKey(key) => {
            let cost = scan.min(validation(key.validated));
            let impact = on(SHARE_ROW_EXCLUSIVE, cost).also(&key.table);
            let impact = partition::with_parts(impact, Some(&key.table), SHARE_ROW_EXCLUSIVE, cx);
            partition::taking_over(impact, relation(id), &key.table, cx)
        }
        Object::Index(_) => partition::with_parts(on(SHARE, scan), relation(id), SHARE, cx),
        Object::Trigger(trigger) => {
            let table = relation(id).filter(|_| trigger.for_each_row);
            let impact = on(SHARE_ROW_EXCLUSIVE, Cost::Brief);
            partition::with_parts(impact, table, SHARE_ROW_EXCLUSIVE, cx)
        }
        Object::Partition(partition) => partition::attached(id, partition, cx),
        Object::Inheritance(to) => inheritance::begun(id, &to.parents),
        Object::RowType(_) => inheritance::begun(id, &[]),
        Object::Statistics(of) => locked(Some(&of.of), SHARE_UPDATE_EXCLUSIVE, Cost::Instant),
        Object::Rows(_) => rows(id),
        Object::MaterializedView(view) if view.with_data => free(Cost::Scan),
        _ => free(Cost::Instant),
    }
}

fn validation(validated: bool) -> Cost {
    if validated { Cost::Scan } else { Cost::Brief }
}

/// Declared rows are written by key.
fn rows(id: &ObjectId) -> Impact {
    locked(id.target().and_then(ObjectId::qname), ROW_EXCLUSIVE, Cost::Brief)
}

/// A comment keeps other changes of the relation out, but on a constraint or trigger not even these.
fn said(id: &ObjectId, cx: &ImpactCx<'_>) -> Impact {
    match id.target() {
        Some(target) if is_new_index(target, cx) => free(Cost::Instant),
        Some(target) if target.kind == Kind::Index => of_index(target),
        Some(target)
            if matches!(
                target.kind,
                Kind::Table | Kind::Column | Kind::View | Kind::MaterializedView | Kind::Sequence
            ) =>
        {
            locked(relation(target), SHARE_UPDATE_EXCLUSIVE, Cost::Instant)
        }
        _ => free(Cost::Instant),
    }
}

/// What is said of an index alone, its name among it: its table is not locked at all.
fn of_index(id: &ObjectId) -> Impact {
    locked(beside_table(id).as_ref(), SHARE_UPDATE_EXCLUSIVE, Cost::Instant)
}

/// Who reads rows at the same time would see those of before and of after.
fn secured(id: &ObjectId) -> Impact {
    let table = id.target().and_then(ObjectId::qname);
    locked(table, ACCESS_EXCLUSIVE, Cost::Instant)
}

/// Whether the index is made by the plan, so that nobody else knows it.
fn is_new_index(id: &ObjectId, cx: &ImpactCx<'_>) -> bool {
    id.kind.has_index() && cx.from.get(id) != cx.to.get(id)
}

/// Most of it holds from then on, and only a new place has everything written anew.
fn stored(id: &ObjectId, (from, to): (&Storage, &Storage), cx: &ImpactCx<'_>) -> Impact {
    let Some(target) = id.target().filter(|target| !is_new_index(target, cx)) else {
        return free(Cost::Instant);
    };
    let changed = |parameter: &&(Arc<str>, Arc<str>)| {
        !(from.parameters.contains(parameter) && to.parameters.contains(parameter))
    };
    let parameters = from.parameters.iter().chain(&to.parameters);
    let is_exclusive = parameters.filter(changed).any(|(name, _)| is_exclusive(name))
        || from.replica_identity != to.replica_identity
        || from.mode != to.mode
        || from.compression != to.compression;
    let (lock, cost) = if from.tablespace != to.tablespace {
        (ACCESS_EXCLUSIVE, Cost::Rewrite)
    } else if is_exclusive {
        (ACCESS_EXCLUSIVE, Cost::Instant)
    } else if target.kind.has_index() {
        return of_index(target);
    } else {
        (SHARE_UPDATE_EXCLUSIVE, Cost::Instant)
    };
    locked(relation(target), lock, cost)
}

/// With a table go the sequences that are its columns' own.
fn given_away(id: &ObjectId, cx: &ImpactCx<'_>) -> Impact {
    let is_relation = |target: &&ObjectId| {
        matches!(
            target.kind,
            Kind::Table | Kind::View | Kind::MaterializedView | Kind::Sequence
        )
    };
    let Some(target) = id.target().filter(is_relation) else {
        return free(Cost::Instant);
    };
    let owned = cx.from.of_kind::<Sequence>().filter(|(_, sequence)| {
        let owner = sequence.owned_by.as_ref().and_then(ObjectId::relation);
        owner.is_some() && owner == target.qname()
    });
    owned.filter_map(|(id, _)| id.qname()).fold(
        locked(target.qname(), ACCESS_EXCLUSIVE, Cost::Instant),
        Impact::also,
    )
}

fn renamed(from: &ObjectId, cx: &ImpactCx<'_>) -> Impact {
    match from.kind {
        Kind::Column if is_attribute(from, cx) => attribute_renamed(from, cx),
        kind if kind.has_index() => of_index(from),
        Kind::Schema
        | Kind::Enum
        | Kind::Domain
        | Kind::Composite
        | Kind::Range
        | Kind::Collation
        | Kind::TextSearchDictionary
        | Kind::TextSearchConfiguration
        | Kind::Function
        | Kind::Aggregate
        | Kind::OperatorFamily
        | Kind::OperatorClass
        | Kind::EventTrigger
        | Kind::Publication
        | Kind::ForeignDataWrapper
        | Kind::ForeignServer
        | Kind::Statistics
        | Kind::Extension => free(Cost::Instant),
        _ => locked(relation(from), ACCESS_EXCLUSIVE, Cost::Brief),
    }
}

/// Whether what looks like a column belongs to a composite type.
fn is_attribute(id: &ObjectId, cx: &ImpactCx<'_>) -> bool {
    let of = id.relation().cloned();
    of.is_some_and(|of| cx.from.contains(&ObjectId::qualified(Kind::Composite, of)))
}

/// It is renamed in the tables made of the type as well, and in those below them.
fn attribute_renamed(id: &ObjectId, cx: &ImpactCx<'_>) -> Impact {
    let impact = locked(relation(id), ACCESS_EXCLUSIVE, Cost::Brief);
    let tables = id
        .relation()
        .into_iter()
        .flat_map(|of| cx.from.tables_of_type(of));
    tables.fold(impact, |impact, table| {
        let impact = partition::with(impact, Some(table), ACCESS_EXCLUSIVE);
        partition::with_below(impact, Some(table), ACCESS_EXCLUSIVE, cx)
    })
}

fn dropped(id: &ObjectId, object: &Object, cx: &ImpactCx<'_>) -> Impact {
    let label = id.label();
    let on = |lock| locked(relation(id), lock, Cost::Brief);
    let (facts, loses) = match object {
        Object::Table(_) => (
            on(ACCESS_EXCLUSIVE),
            Some(format!("drops table {label} and its rows")),
        ),
        // What is computed can be computed again, and what is a copy is there once more.
        Object::Column(column) if column.generated.is_some() || cx.is_mirrored(id) => {
            (on(ACCESS_EXCLUSIVE), None)
        }
        Object::Column(_) => (
            on(ACCESS_EXCLUSIVE),
            Some(format!("drops column {label} and its values")),
        ),
        Object::Sequence(_) => (
            on(ACCESS_EXCLUSIVE),
            Some(format!("drops sequence {label} and its counter")),
        ),
        // What a partition has from its parent is tied to the other table by way of that.
        Object::ForeignKey(_) if partition::is_one(id, cx) => (on(ACCESS_EXCLUSIVE), None),
        // What is not enforced has nothing there that would have to go with its own table.
        Object::ForeignKey(key) if key.not_enforced && goes_with_table(id, cx) => {
            (on(ACCESS_EXCLUSIVE), None)
        }
        Object::ForeignKey(key) => {
            let impact = on(ACCESS_EXCLUSIVE).also(&key.table);
            (partition::with_referred(impact, &key.table, cx), None)
        }
        Object::Trigger(trigger) => {
            let table = relation(id).filter(|_| trigger.for_each_row);
            (
                partition::with_parts(on(ACCESS_EXCLUSIVE), table, ACCESS_EXCLUSIVE, cx),
                None,
            )
        }
        Object::Partition(partition) => (partition::detached(id, partition, cx), None),
        Object::Inheritance(_) | Object::RowType(_) => (inheritance::begun(id, &[]), None),
        Object::PublishedTable(_) => (locked(relation(id), SHARE_UPDATE_EXCLUSIVE, Cost::Instant), None),
        Object::Statistics(of) => (locked(Some(&of.of), SHARE_UPDATE_EXCLUSIVE, Cost::Instant), None),
        Object::Schema(_) => (free(Cost::Brief), Some(format!("drops schema {label}"))),
        Object::Extension(_) => (
            free(Cost::Brief),
            Some(format!("drops extension {label} and everything it provides")),
        ),
        Object::Rows(declared) => (rows(id), removed(&label, declared.rows.len())),
        Object::Comment(_) => (said(id, cx), None),
        Object::RowSecurity(_) => (secured(id), None),
        Object::Storage(from) => (stored(id, (from, &Storage::NONE), cx), None),
        Object::EnumType(_)
        | Object::Domain(_)
        | Object::CompositeType(_)
        | Object::RangeType(_)
        | Object::Collation(_)
        | Object::TextSearchDictionary(_)
        | Object::TextSearchConfiguration(_)
        | Object::Function(_)
        | Object::Aggregate(_)
        | Object::Publication(_)
        | Object::Cast(_)
        | Object::Operator(_)
        | Object::OperatorFamily(_)
        | Object::OperatorClass(_)
        | Object::ForeignDataWrapper(_)
        | Object::ForeignServer(_)
        | Object::EventTrigger(_) => (free(Cost::Brief), None),
        Object::Owner(_) | Object::Grants(_) | Object::DefaultPrivileges(_) => (free(Cost::Instant), None),
        _ => (on(ACCESS_EXCLUSIVE), None),
    };
    Impact {
        one_way: loses.is_some(),
        loses,
        ..facts
    }
}

fn removed(table: &str, count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("removes 1 declared row of {table}")),
        count => Some(format!("removes {count} declared rows of {table}")),
    }
}

fn altered(id: &ObjectId, sides: (&Object, &Object), attrs: &[Attr], cx: &ImpactCx<'_>) -> Impact {
    let on = |lock, cost| locked(relation(id), lock, cost);
    match sides {
        (Object::Rows(from), Object::Rows(to)) => {
            let loses = removed(&id.label(), gone(from, to));
            Impact {
                one_way: true,
                loses,
                ..rows(id)
            }
        }
        // It has no rows of its own.
        (Object::Table(_), Object::Table(table)) if table.partitioned.is_some() => {
            on(ACCESS_EXCLUSIVE, Cost::Brief)
        }
        (Object::Table(_), _) => whole_table(id, cx),
        (Object::Inheritance(from), Object::Inheritance(to)) => {
            let kept = from.kept(to).len();
            inheritance::begun(id, &to.parents[kept..])
        }
        (Object::ForeignKey(_), Object::ForeignKey(to))
            if attrs.contains(&Attr::ForeignKey(ForeignKeyAttr::NotEnforced)) =>
        {
            switched(id, to, cx)
        }
        (Object::ForeignKey(_), _) if attrs.contains(&Attr::ForeignKey(ForeignKeyAttr::Deferrable)) => {
            on(ACCESS_EXCLUSIVE, Cost::Brief)
        }
        (Object::Check(_) | Object::ForeignKey(_), _) => on(SHARE_UPDATE_EXCLUSIVE, Cost::Scan),
        (Object::Sequence(_) | Object::Trigger(_), _) => on(SHARE_ROW_EXCLUSIVE, Cost::Instant),
        (Object::Rule(_), Object::Rule(to))
            if attrs.iter().any(|attr| *attr != Attr::Rule(RuleAttr::Enabled)) =>
        {
            rule::defined(id, to, cx)
        }
        (Object::Policy(_) | Object::Rule(_) | Object::View(_), _) => on(ACCESS_EXCLUSIVE, Cost::Instant),
        (Object::RowSecurity(_), _) => secured(id),
        (Object::Owner(_), _) => given_away(id, cx),
        (Object::Storage(from), Object::Storage(to)) => stored(id, (from, to), cx),
        (Object::Comment(_), _) => said(id, cx),
        (Object::Extension(_), _) => Impact {
            one_way: attrs.contains(&Attr::Extension(ExtensionAttr::Version)),
            ..free(Cost::Brief)
        },
        (Object::Domain(from), Object::Domain(to)) => tightened(id, (from, to), cx),
        _ => free(Cost::Instant),
    }
}

/// What keeps up a foreign key is taken away from both tables, or made for both, and the rows looked at.
fn switched(id: &ObjectId, to: &ForeignKey, cx: &ImpactCx<'_>) -> Impact {
    let (lock, cost) = if to.not_enforced {
        (ACCESS_EXCLUSIVE, Cost::Brief)
    } else {
        (SHARE_ROW_EXCLUSIVE, Cost::Scan)
    };
    let impact = locked(relation(id), ACCESS_EXCLUSIVE, cost);
    let impact = partition::with(impact, Some(&to.table), lock);
    partition::with_parts(impact, Some(&to.table), lock, cx)
}

/// Whether the table of a member goes, too.
fn goes_with_table(id: &ObjectId, cx: &ImpactCx<'_>) -> bool {
    let table = id.relation().cloned().map(ObjectId::table);
    table.is_some_and(|table| !cx.to.contains(&table))
}

/// A new rule of a domain is held against every row that has a value of it, while nobody writes.
fn tightened(id: &ObjectId, (from, to): (&Domain, &Domain), cx: &ImpactCx<'_>) -> Impact {
    let known = |check: &DomainCheck| {
        let same = |other: &DomainCheck| other.expr == check.expr && other.validated;
        !check.validated || from.checks.iter().any(same)
    };
    let requires = from.nullable && !to.nullable;
    if !requires && to.checks.iter().all(known) {
        return free(Cost::Instant);
    }
    let users = cx.from.columns_of_type(id);
    let tables: Vec<&QName> = users.iter().filter_map(|column| column.relation()).collect();
    match tables.split_first() {
        None => free(Cost::Instant),
        Some((first, others)) => others
            .iter()
            .fold(locked(Some(first), SHARE, Cost::Scan), |impact, table| {
                impact.also(table)
            }),
    }
}

/// Every table with a column of the type is written anew.
fn swapped(swap: &SwapEnum, cx: &ImpactCx<'_>) -> Impact {
    // What lies elsewhere is not written.
    let rewrites = swap
        .columns
        .iter()
        .any(|(column, _)| !cx.from.is_of_foreign(column));
    let mut impact = Impact {
        lock: Some(ACCESS_EXCLUSIVE),
        cost: if rewrites { Cost::Rewrite } else { Cost::Brief },
        rewrites,
        ..Impact::default()
    };
    for table in swap.columns.iter().filter_map(|(id, _)| id.relation()) {
        impact.rebuilds_indexes |= has_indexes(table, cx);
        impact = partition::with_parts(impact.also(table), Some(table), ACCESS_EXCLUSIVE, cx);
    }
    if swap.columns.is_empty() {
        return free(Cost::Instant);
    }
    impact
}

/// Only the last stage gives anything up, and keeps everybody out of every table at once.
fn retyped(retype: &Retype) -> Impact {
    let table = retype.columns.first().and_then(|column| relation(&column.id));
    match &retype.stage {
        RetypeStage::Begin => locked(table, ACCESS_EXCLUSIVE, Cost::Brief),
        RetypeStage::Copy(_) => locked(table, ROW_EXCLUSIVE, Cost::Rewrite),
        RetypeStage::Check => free(Cost::Scan),
        RetypeStage::Swap(swap) => {
            let mut impact = locked(table, ACCESS_EXCLUSIVE, Cost::Brief);
            for table in retype.tables() {
                impact = impact.also(&table);
            }
            let sequences = swap.sequences.iter().filter_map(|(id, _)| id.qname());
            impact
                .locks
                .extend(sequences.map(|name| (name.clone(), SHARE_ROW_EXCLUSIVE)));
            impact.one_way = retype.columns.iter().any(|column| {
                let (from, to) = (&column.from.data_type.text, &column.to.data_type.text);
                column.using.is_some() || !is_widened(from, to)
            });
            impact
        }
    }
}

/// How many rows of `from` are not in `to`, by the key of `to`.
fn gone(from: &Rows, to: &Rows) -> usize {
    let key = |rows: &Rows, row: &[std::sync::Arc<str>]| -> Vec<Option<std::sync::Arc<str>>> {
        let at = |name| rows.columns.iter().position(|column| column == name);
        to.key
            .iter()
            .map(|name| at(name).and_then(|at| row.get(at).cloned()))
            .collect()
    };
    let kept: std::collections::HashSet<_> = to.rows.iter().map(|row| key(to, row)).collect();
    from.rows
        .iter()
        .filter(|row| !kept.contains(&key(from, row)))
        .count()
}
