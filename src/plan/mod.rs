//! How a difference is carried out, safely and in order: a [`Difference`] in, a [`Plan`] of ops out.
//!
//! Engine-blind: it sees rule rows, never names of engines, kinds or SQL. The phases, in this order, are functions of
//! their own: classify (a rule row for each changed attribute), close (what must be taken down around it), emit (ops,
//! then rewritten by strategies), graph, order, preflight (what the data must answer).

mod classify;
mod close;
mod copies;
mod emit;
mod graph;
mod order;
mod preflight;

use std::sync::Arc;

use crate::catalog::walk::{References, Walk};
use crate::catalog::{Catalog, ObjectId};
use crate::diagnostic::{Diagnostic, Span};
use crate::dialect::{Choices, PlanCx, Server, Sizes};
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
    let mut work = classify::classify(&difference.changes, &cx, context)?;
    close::close(&mut work, &cx, context)?;
    let ops = emit::emit(work, &cx, context.intents);
    let declined = emit::declined(&ops, &cx);
    let mut batches = renames(difference);
    batches.extend(order::order(ops, &cx)?);
    preflight::ask(&mut batches, &cx, context.intents);
    Ok(Plan {
        batches,
        from: Arc::clone(start),
        to: Arc::clone(&difference.to),
        declined,
    })
}

/// Declared renames come before everything: the rest is planned from the state after them.
pub fn renames(difference: &Difference) -> Vec<Batch> {
    let op = |(from, to): &(ObjectId, ObjectId)| {
        let object = difference.from.holder(to)?.clone();
        Some(rename(from, to, object))
    };
    difference.renames.iter().filter_map(op).collect()
}

fn rename(from: &ObjectId, to: &ObjectId, object: crate::catalog::Object) -> Batch {
    let head = Op::new(Action::Rename {
        from: from.clone(),
        to: to.clone(),
        object,
    });
    Batch {
        head,
        folded: Vec::new(),
        questions: Vec::new(),
    }
}

/// The way back: from the end of `difference` to its start, planned like any other way. Renames are undone last.
pub fn plan_back(
    start: &Arc<Catalog>,
    difference: &Difference,
    context: &Context<'_>,
) -> Result<Plan, Vec<Diagnostic>> {
    let back = Difference {
        renames: Vec::new(),
        from: Arc::clone(&difference.to),
        to: Arc::clone(&difference.from),
        changes: difference.changes.iter().map(Change::inverse).collect(),
    };
    let mut plan = plan(&difference.to, &back, context)?;
    for (from, to) in difference.renames.iter().rev() {
        let Some(object) = difference.from.holder(to).cloned() else {
            continue;
        };
        plan.batches.push(rename(to, from, object));
    }
    plan.to = Arc::clone(start);
    Ok(plan)
}
