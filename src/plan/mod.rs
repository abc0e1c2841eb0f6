//! How a difference is carried out, safely and in order: a [`Difference`] in, a [`Plan`] of ops out.
//!
//! Engine-blind: it sees rule rows, never names of engines, kinds or SQL. The phases, in this order, are functions of
//! their own: classify (a rule row for each changed attribute), close (what must be taken down around it), emit (ops,
//! then rewritten by strategies), graph, order, preflight (what the data must answer).

mod carried;
mod classify;
mod close;
mod copies;
mod emit;
mod graph;
mod order;
mod preflight;

use std::collections::HashSet;
use std::sync::Arc;

use crate::catalog::walk::{References, Walk};
use crate::catalog::{Catalog, ObjectId};
use crate::diagnostic::{Diagnostic, Span};
use crate::dialect::{Choices, Engine, PlanCx, Server, Sizes};
use crate::diff::{Change, Difference, Intents};
use crate::op::{Action, Batch, Op, Plan};

/// What planning needs besides the difference.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The server planned for.
    pub server: &'a Server,
    /// What the author declared about the way.
    pub intents: &'a Intents,
    /// Which strategies the project wants.
    pub choices: &'a Choices,
    /// Where an object is declared, for messages.
    pub locate: &'a (dyn Fn(&ObjectId) -> Option<Span> + Sync),
    /// How large the tables are, under their names after declared renames; one that is missing is taken for large.
    pub sizes: &'a Sizes,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// Plans a difference. `start` is the catalog before any declared rename.
pub fn plan(
    start: &Arc<Catalog>,
    difference: &Difference,
    context: &Context<'_>,
) -> Result<Plan, Vec<Diagnostic>> {
    if difference.is_empty() && context.intents.fill.is_empty() {
        return Ok(Plan {
            batches: Vec::new(),
            from: Arc::clone(start),
            to: Arc::clone(&difference.to),
            before_renames: None,
            declined: Vec::new(),
        });
    }
    let from_references = References::new(&difference.from);
    let to_references = References::new(&difference.to);
    let from_walk = Walk::new(&difference.from);
    let to_walk = Walk::new(&difference.to);
    let cx = PlanCx {
        server: context.server,
        from: &difference.from,
        to: &difference.to,
        from_references: &from_references,
        to_references: &to_references,
        from_walk: &from_walk,
        to_walk: &to_walk,
        sizes: context.sizes,
        choices: context.choices,
        using: &context.intents.using,
    };
    let rooms = rooms(difference);
    let left: Vec<Change> = difference
        .changes
        .iter()
        .filter(|change| !rooms.contains(change.id()))
        .cloned()
        .collect();
    let mut work = classify::classify(&left, &cx, context)?;
    close::close(&mut work, &cx, context)?;
    let ops = emit::emit(work, &cx, context.intents);
    let declined = emit::declined(&ops, &cx);
    let mut batches = renames(difference, context.server.engine());
    batches.extend(order::order(ops, &cx)?);
    preflight::ask(&mut batches, &cx, context.intents);
    Ok(Plan {
        batches,
        from: Arc::clone(start),
        to: Arc::clone(&difference.to),
        before_renames: None,
        declined,
    })
}

/// The schemas that are made for what is given a name in them.
fn rooms(difference: &Difference) -> HashSet<ObjectId> {
    let named = difference.renames.iter().filter_map(|(_, to)| to.room());
    let is_new = |room: &ObjectId| !difference.from.contains(room) && difference.to.contains(room);
    named.filter(is_new).collect()
}

/// Declared renames come before everything: the rest is planned from the state after them. What gets a name in a schema that
/// is not there yet waits for that alone.
pub fn renames(difference: &Difference, engine: &dyn Engine) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut rooms = rooms(difference);
    for (from, to) in carriers_first(difference, engine) {
        let room = to.room().and_then(|room| rooms.take(&room));
        batches.extend(room.and_then(|id| {
            let object = difference.to.get(&id)?.clone();
            Some(alone(Action::Create { id, object }))
        }));
        let Some(object) = difference.from.holder(to).cloned() else {
            continue;
        };
        let op = Op::new(Action::Rename {
            from: from.clone(),
            to: to.clone(),
            object,
        });
        let carriers = engine.rename_carriers(to, &difference.from);
        let renames = |batch: &Batch| batch.ops().any(|op| carriers.contains(&op.subject()));
        match batches
            .iter_mut()
            .find(|batch| !carriers.is_empty() && renames(batch))
        {
            Some(batch) => batch.folded.push(op),
            None => batches.push(alone(op.action)),
        }
    }
    batches
}

fn alone(action: Action) -> Batch {
    Batch {
        head: Op::new(action),
        folded: Vec::new(),
        questions: Vec::new(),
    }
}

/// The renames, each behind the one that carries it out.
fn carriers_first<'d>(difference: &'d Difference, engine: &dyn Engine) -> Vec<&'d (ObjectId, ObjectId)> {
    let renames = &difference.renames;
    let mut waiting: HashSet<&ObjectId> = renames.iter().map(|(_, to)| to).collect();
    let mut left: Vec<(&(ObjectId, ObjectId), Vec<ObjectId>)> = renames
        .iter()
        .map(|rename| (rename, engine.rename_carriers(&rename.1, &difference.from)))
        .collect();
    let mut out = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |(_, carriers): &(_, Vec<ObjectId>)| carriers.iter().any(|id| waiting.contains(id));
        let (mut later, mut now): (Vec<_>, Vec<_>) = left.into_iter().partition(waits);
        // No table is below itself; if one were, the order would say nothing.
        if now.is_empty() {
            now.append(&mut later);
        }
        for (rename, _) in now {
            waiting.remove(&rename.1);
            out.push(rename);
        }
        left = later;
    }
    out
}

/// The way back of a rename, and of what was made for it.
fn undone(op: &Op) -> Op {
    match &op.action {
        Action::Create { id, object } => Op::new(Action::Drop {
            id: id.clone(),
            object: object.clone(),
        }),
        Action::Rename { from, to, object } => Op::new(Action::Rename {
            from: to.clone(),
            to: from.clone(),
            object: object.clone(),
        }),
        _ => op.clone(),
    }
}

/// What there is to do on the way back from a change; nothing, where an engine does not take it back.
fn back(change: &Change) -> Option<Change> {
    match change.inverse() {
        Change::Alter { id, from, to } => {
            let to = Box::new(to.after_way_back(&from));
            (from != to).then_some(Change::Alter { id, from, to })
        }
        other => Some(other),
    }
}

/// The way back: from the end of `difference` to its start, planned like any other way. Renames are undone last.
pub fn plan_back(
    start: &Arc<Catalog>,
    difference: &Difference,
    context: &Context<'_>,
) -> Result<Plan, Vec<Diagnostic>> {
    // What was given a name there is in the way of its going until it has its old one back.
    let rooms = rooms(difference);
    let back = Difference {
        renames: Vec::new(),
        from: Arc::clone(&difference.to),
        to: Arc::clone(&difference.from),
        changes: difference
            .changes
            .iter()
            .filter(|change| !rooms.contains(change.id()))
            .filter_map(back)
            .collect(),
    };
    let mut plan = plan(&difference.to, &back, context)?;
    for batch in renames(difference, context.server.engine()).iter().rev() {
        plan.batches.push(Batch {
            head: undone(&batch.head),
            folded: batch.folded.iter().map(undone).collect(),
            questions: Vec::new(),
        });
    }
    plan.to = Arc::clone(start);
    plan.before_renames = Some(Arc::clone(&difference.from));
    Ok(plan)
}
