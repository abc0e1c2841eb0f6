//! From two canonical sides to a [`Proposal`]: diff, plan both ways, render, prove.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::kinds::{Column, Table};
use crate::catalog::walk::Walk;
use crate::catalog::{Arbiter, Canonical, Expr, ObjectId, Payload as _, QName, Renaming, aside};
use crate::declare::{Declared, SourceMap};
use crate::diagnostic::Diagnostic;
use crate::dialect::scratch::Scratch;
use crate::dialect::{Choices, Scope, Server, Sizes, render};
use crate::diff::{Change, CopyIntent, Difference, Intents, diff};
use crate::op::{Action, Batch, Declined, Plan};
use crate::plan::{Context, plan, plan_back};
use crate::script::Script;
use crate::verify::{Built, Claim, Proof, prove};

use super::route::{Leg, Route, Ways};
use super::{Failure, Proposal, likeness, recode, sizes};

/// The code of the note about the order of columns.
pub(super) const REORDERED: &str = "RC0522";

/// The two sides and what is known beside them.
#[derive(Debug)]
pub(super) struct Sides<'a> {
    pub(super) server: &'a Server,
    pub(super) from: &'a Canonical,
    pub(super) to: &'a Canonical,
    pub(super) intents: &'a Intents,
    pub(super) sources: &'a SourceMap,
    pub(super) notes: Vec<Diagnostic>,
    /// The way there, where it is not the straight one.
    pub(super) route: Option<Route>,
    /// How large the tables of `from` are, as far as it is known.
    pub(super) sizes: &'a Sizes,
    /// Which strategies the project wants.
    pub(super) choices: &'a Choices,
}

/// Whether anything differs, declared renames included.
pub(super) fn differs(from: &Canonical, to: &Canonical, intents: &Intents, server: &Server) -> bool {
    let engine = server.engine();
    !diff(from, to, intents, &|name| engine.quote(name)).is_empty()
}

/// Nothing to do, where that is known before anything is compared.
pub(super) fn nothing(
    server: &Server,
    state: &Canonical,
    notes: Vec<Diagnostic>,
) -> Result<Proposal, Failure> {
    propose(Sides {
        server,
        from: state,
        to: state,
        intents: &Intents::default(),
        sources: &SourceMap::default(),
        notes,
        route: None,
        sizes: &Sizes::new(),
        choices: &Choices::DEFAULT,
    })
}

/// Plans both ways and renders.
pub(super) fn propose(sides: Sides<'_>) -> Result<Proposal, Failure> {
    let Sides {
        server,
        from,
        to,
        intents,
        sources,
        mut notes,
        route,
        sizes: known,
        choices,
    } = sides;
    let route = route.unwrap_or_else(|| Route::straight(from, to, intents, server));
    notes.extend(route.notes);
    let mut scripts = Scripts::default();
    for leg in &route.legs {
        let choices = Choices {
            at_once: leg.at_once,
            ..choices.clone()
        };
        scripts.take(leg, server, (&choices, known), sources)?;
    }
    let arbitrated = [from, &route.to]
        .iter()
        .all(|side| side.is_empty() || *side.arbiter() != Arbiter::Text);
    let last = route.legs.last().map_or(from, |leg| &leg.from);
    notes.extend(reordered(last, &route.to));
    notes.extend(scripts.declined.iter().map(|declined| untaken(declined, sources)));
    sizes::note(&mut scripts.upgrade, known);
    Ok(Proposal {
        server: server.clone(),
        arbitrated,
        upgrade: scripts.upgrade,
        downgrade: scripts.downgrade,
        alike: likeness::find(&route.whole, sources, server.engine()),
        plan: Plan {
            batches: scripts.batches,
            from: from.shared(),
            to: route.to.shared(),
            before_renames: None,
            declined: scripts.declined,
        },
        proof: None,
        sizes: known.clone(),
        phase: route.phase,
        kept: route.kept,
        notes,
    })
}

/// What the legs of a route come to, both ways.
#[derive(Default)]
struct Scripts {
    batches: Vec<Batch>,
    upgrade: Script,
    downgrade: Script,
    declined: Vec<Declined>,
}

impl Scripts {
    fn take(
        &mut self,
        leg: &Leg,
        server: &Server,
        (choices, sizes): (&Choices, &Sizes),
        sources: &SourceMap,
    ) -> Result<(), Failure> {
        let engine = server.engine();
        let locate = |id: &ObjectId| sources.get(id).cloned();
        let difference = diff(&leg.from, &leg.to, &leg.intents, &|name| engine.quote(name));
        let difference = match &leg.renamed {
            Some(renamed) => difference.starting_from(Arc::clone(renamed)),
            None => difference,
        };
        let intents = &Intents {
            copies: following(&leg.intents.copies, &difference, server),
            recode: recode::recoded(&difference.from, &difference.to, &leg.intents.values, server),
            ..leg.intents.clone()
        };
        let context = Context {
            server,
            intents,
            choices,
            locate: &locate,
            sizes,
        };
        if leg.ways != Ways::Back {
            let mut up = plan(&leg.from.shared(), &difference, &context)?;
            for batch in &mut up.batches {
                batch
                    .questions
                    .retain(|question| !leg.is_certain(question.subject()));
            }
            let upgrade = render::render(&up, server);
            self.batches.extend(up.batches);
            self.declined.extend(up.declined);
            self.upgrade.foreign_keys_off |= upgrade.foreign_keys_off;
            self.upgrade.steps.extend(upgrade.steps);
        }
        if leg.ways != Ways::There {
            let back = Intents {
                using: conversions_back(&difference, server),
                fill: leg.fill_back.clone(),
                copies: leg.intents.copies_back.clone(),
                recode: recode::recoded(
                    &difference.to,
                    &difference.from,
                    &recode::reversed(&leg.intents.values),
                    server,
                ),
                ..Intents::default()
            };
            let context = Context {
                intents: &back,
                // Nobody knows how large the tables are by then.
                sizes: &Sizes::new(),
                ..context
            };
            let mut down = plan_back(&leg.from.shared(), &difference, &context)?;
            for batch in &mut down.batches {
                batch
                    .questions
                    .retain(|question| !leg.is_certain(question.subject()));
            }
            let mut downgrade = render::render(&down, server);
            downgrade.steps.append(&mut self.downgrade.steps);
            downgrade.foreign_keys_off |= self.downgrade.foreign_keys_off;
            self.downgrade = downgrade;
        }
        Ok(())
    }
}

/// Copies from what is set aside in the same plan, under the names that it has then.
fn following(copies: &[CopyIntent], difference: &Difference, server: &Server) -> Vec<CopyIntent> {
    let engine = server.engine();
    let mut copies = copies.to_vec();
    for (from, to) in &difference.renames {
        let Some(name) = to.name().filter(|_| aside::until(to).is_some()) else {
            continue;
        };
        let sql = engine.quote(name.text());
        for copy in &mut copies {
            copy.follow(&Renaming { from, to, sql: &sql });
        }
    }
    copies
}

/// How the values of retyped columns become what they were, where the engine wants to be told.
fn conversions_back(difference: &Difference, server: &Server) -> HashMap<ObjectId, Expr> {
    let engine = server.engine();
    let retyped = difference.changes.iter().filter_map(|change| match change {
        Change::Alter { id, from, to } => {
            let (before, after) = (Column::of(from)?, Column::of(to)?);
            let expr = engine.conversion(id.name()?, &after.data_type, &before.data_type)?;
            Some((id.clone(), expr))
        }
        _ => None,
    });
    retyped.collect()
}

/// A way that was asked for is not given up without a word.
fn untaken(declined: &Declined, sources: &SourceMap) -> Diagnostic {
    let Declined { id, strategy, reason } = declined;
    Diagnostic::warning("RC0620", format!("{id} is not changed by {strategy}: {reason}"))
        .about(id)
        .at_opt(sources.get(id).cloned())
        .help("change that in a revision of its own first, or accept the plain way (--allow-rewrite)")
}

/// Runs the proposal up and down on the scratch database; a plan that does not arrive is an error.
pub(super) async fn demonstrate(
    proposal: &mut Proposal,
    scratch: &mut Scratch,
    scope: &Scope,
    sources: &SourceMap,
) -> Result<(), Failure> {
    scratch.reset().await?;
    let renames: Vec<(ObjectId, ObjectId)> = proposal
        .plan
        .ops()
        .filter_map(|op| match &op.action {
            Action::Rename { from, to, .. } => Some((from.clone(), to.clone())),
            _ => None,
        })
        .collect();
    let claim = Claim {
        from: &proposal.plan.from,
        to: &proposal.plan.to,
        renames: &renames,
        upgrade: &proposal.upgrade,
        downgrade: &proposal.downgrade,
        scope,
        is_reviewed: false,
    };
    let locate = |id: &ObjectId| sources.get(id).cloned();
    let start = Built {
        state: &proposal.plan.from,
        locate: &locate,
    };
    match prove(&claim, &start, scratch, &locate).await {
        Proof::Proven(evidence) => {
            proposal.proof = Some(evidence.to_string());
            Ok(())
        }
        Proof::Unproven(reason) => {
            proposal.proof = Some(format!("none: {reason}"));
            proposal
                .notes
                .push(Diagnostic::warning("RC0521", format!("not proven: {reason}")));
            Ok(())
        }
        Proof::Failed(problems) => Err(problems.into()),
    }
}

/// The order of columns is a courtesy: where it differs, that is told and nothing is done.
fn reordered(from: &Canonical, to: &Canonical) -> Vec<Diagnostic> {
    let (before, after) = (Walk::new(from), Walk::new(to));
    let columns = |walk: &Walk<'_>, table: &QName| -> Vec<ObjectId> {
        let both = |column: &ObjectId| {
            from.contains(column) && to.contains(column) && aside::until(column).is_none()
        };
        walk.members_of::<Column>(table)
            .map(|(id, _)| id.clone())
            .filter(both)
            .collect()
    };
    let moved = to.of_kind::<Table>().filter(|(id, _)| {
        from.contains(id)
            && id
                .qname()
                .is_some_and(|name| columns(&before, name) != columns(&after, name))
    });
    let note = |id: &ObjectId| {
        let message =
            format!("the columns of {id} stand in another order in the database; nothing is done about it");
        Diagnostic::note(REORDERED, message).about(id)
    };
    moved.map(|(id, _)| note(id)).collect()
}

/// What the author declared beside the catalog, or nothing.
pub(super) fn beside(declared: Option<&Declared>) -> (Intents, SourceMap) {
    declared
        .map(|declared| (declared.intents.clone(), declared.sources.clone()))
        .unwrap_or_default()
}
