//! Second phase: what is replaced or changed takes its dependents down and puts them back.
//!
//! Before the graph is built, so that ordering never has to invent an op.

use std::collections::VecDeque;

use indexmap::IndexSet;

use crate::catalog::{Kind, ObjectId};
use crate::diagnostic::Diagnostic;
use crate::dialect::{Fold, PlanCx};

use super::Context;
use super::classify::{Work, refusal};

/// Adds to the work whatever must be taken down and put back around it.
pub(super) fn close(work: &mut Work, cx: &PlanCx<'_>, context: &Context<'_>) -> Result<(), Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut queue: VecDeque<ObjectId> = work.drops.keys().cloned().collect();
    for (id, kinds) in std::mem::take(&mut work.over) {
        for dependent in in_the_way(&id, kinds, cx) {
            take_down(work, &dependent, &mut queue, cx);
        }
    }
    for table in work.rebuilds.clone() {
        around_rebuild(work, &table, &mut queue, cx);
    }
    while let Some(id) = queue.pop_front() {
        for dependent in cx.from_references.dependents(&id) {
            if work.drops.contains_key(dependent) || absorbed(work, dependent, cx) {
                continue;
            }
            // What does not need it any more says by its own change how it gets rid of it.
            let still_needs = cx.to.contains(&id) && cx.to_references.of(dependent).contains(&id);
            let changed = work.alters.contains_key(dependent) || !cx.to.contains(dependent);
            if !still_needs && changed {
                continue;
            }
            if replaceable(dependent, cx) {
                take_down(work, dependent, &mut queue, cx);
            } else if still_needs {
                let reason = format!("{dependent} needs it and cannot be taken down and put back");
                let help = format!("change {dependent} first, in a revision of its own");
                errors.push(refusal(&id, &reason, context).help(help));
            }
        }
    }
    absorb(work, cx);
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The dependents of these kinds, also those that rest on `id` through others (an index on a column of an enum).
fn in_the_way(id: &ObjectId, kinds: &[Kind], cx: &PlanCx<'_>) -> IndexSet<ObjectId> {
    let mut seen: IndexSet<&ObjectId> = cx.from_references.dependents(id).iter().collect();
    let mut found = IndexSet::new();
    let mut at = 0;
    while let Some(dependent) = seen.get_index(at).copied() {
        at += 1;
        if kinds.contains(&dependent.kind) {
            found.insert(dependent.clone());
        } else {
            seen.extend(cx.from_references.dependents(dependent));
        }
    }
    found
}

/// Everything that hangs on a rebuilt table but is not part of its `CREATE`.
fn around_rebuild(work: &mut Work, table: &ObjectId, queue: &mut VecDeque<ObjectId>, cx: &PlanCx<'_>) {
    let mut parts = vec![table.clone()];
    if let Some(name) = table.qname() {
        parts.extend(cx.from_walk.members(name).map(|(id, _)| id.clone()));
    }
    for part in parts {
        for dependent in cx.from_references.dependents(&part) {
            if fold_of(dependent, cx) != Fold::Always && replaceable(dependent, cx) {
                take_down(work, dependent, queue, cx);
            }
        }
    }
}

fn take_down(work: &mut Work, id: &ObjectId, queue: &mut VecDeque<ObjectId>, cx: &PlanCx<'_>) {
    if work.drops.contains_key(id) {
        return;
    }
    // A rename of what is taken down is part of putting it back.
    if let Some(at) = work.renames.iter().position(|(from, _, _)| from == id) {
        let (from, to, object) = work.renames.remove(at);
        work.drops.insert(from, object.clone());
        work.creates.insert(to, object);
    } else {
        work.replace(id, cx);
    }
    queue.push_back(id.clone());
}

fn fold_of(id: &ObjectId, cx: &PlanCx<'_>) -> Fold {
    cx.server
        .engine()
        .rules(id.kind)
        .map_or(Fold::Never, crate::dialect::KindRules::fold)
}

/// Whether dropping and creating it again loses nothing but time.
pub(super) fn replaceable(id: &ObjectId, cx: &PlanCx<'_>) -> bool {
    let rules = cx.server.engine().rules(id.kind);
    rules.is_some_and(crate::dialect::KindRules::replaceable) || cx.from.is_of_foreign(id)
}

/// Whether the object is part of the `CREATE` of a table that is built anew in this plan.
fn absorbed(work: &Work, id: &ObjectId, cx: &PlanCx<'_>) -> bool {
    let parent = || cx.from.parent(id).or_else(|| cx.to.parent(id));
    work.rebuilds.contains(id)
        || (fold_of(id, cx) == Fold::Always && parent().is_some_and(|parent| work.rebuilds.contains(&parent)))
}

/// The changes of a rebuilt table's own parts are the rebuild.
fn absorb(work: &mut Work, cx: &PlanCx<'_>) {
    let parts = |work: &Work| -> Vec<ObjectId> {
        let renamed = work.renames.iter().map(|(from, _, _)| from);
        let all = work
            .creates
            .keys()
            .chain(work.drops.keys())
            .chain(work.alters.keys())
            .chain(renamed);
        all.filter(|id| absorbed(work, id, cx)).cloned().collect()
    };
    for id in parts(work) {
        work.creates.shift_remove(&id);
        work.drops.shift_remove(&id);
        work.alters.shift_remove(&id);
        work.renames.retain(|(from, _, _)| *from != id);
    }
}
