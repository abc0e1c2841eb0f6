//! What other teams own and this project builds on: declared, so that what is managed can refer to it, and never changed.
//!
//! In: catalogs in which `reconcile.kdl`'s `observe` is marked. Out: where the database has it otherwise than declared, and
//! refusals of what would change it. On a scratch database it is made before the chain runs. Must not: decide what is observed.

use std::collections::HashSet;

use crate::catalog::{Canonical, Catalog, ObjectId};
use crate::declare::{Declared, SourceMap};
use crate::diagnostic::Diagnostic;
use crate::dialect::Server;
use crate::dialect::scratch::Scratch;
use crate::revision::RevisionMap;
use crate::revision::made::Made;
use crate::scratch;

use super::{Failure, Project, Proposal, drift, sides};

fn fail_if_any(problems: Vec<Diagnostic>) -> Result<(), Failure> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.into())
    }
}

/// A rename is declared of what is not ours to rename.
pub(super) fn refuse_hints(declared: &Declared) -> Result<(), Failure> {
    let renamed = declared.intents.renames.iter().map(|rename| &rename.to);
    let problems = renamed.filter(|id| declared.catalog.is_observed(id)).map(|id| {
        let message = format!("{id} is renamed here, and reconcile.kdl only observes it");
        Diagnostic::error("RC0613", message)
            .about(id)
            .at_opt(declared.sources.get(id).cloned())
            .help("take `was` out: declare it under the name that it has, and its owner renames it")
    });
    fail_if_any(problems.collect())
}

/// What is observed and declared is not in the database at all.
pub(super) fn refuse_missing(from: &Canonical, declared: &Declared) -> Result<(), Failure> {
    let catalog = &declared.catalog;
    let problems = catalog.observed_roots().filter(|id| !from.contains(id)).map(|id| {
        let message = format!("{id} is observed, and is not in the database");
        Diagnostic::error("RC0612", message)
            .about(id)
            .at_opt(declared.sources.get(id).cloned())
            .help("whoever owns it makes it first; or take it out of `observe` in reconcile.kdl to have it made by a plan")
    });
    fail_if_any(problems.collect())
}

/// Whether a database has all that is observed as it is declared.
pub(super) fn is_as_declared(from: &Catalog, to: &Catalog) -> bool {
    let mut declared = to.iter().filter(|(id, _)| to.is_observed(id));
    declared.all(|(id, object)| from.get(id) == Some(object))
}

/// Where the database has what is observed otherwise than it is declared: one warning an object.
pub(super) fn differences(
    from: &Canonical,
    to: &Canonical,
    sources: &SourceMap,
    server: &Server,
) -> Vec<Diagnostic> {
    if is_as_declared(from, to) {
        return Vec::new();
    }
    let declared: HashSet<&ObjectId> = to
        .iter()
        .map(|(id, _)| id)
        .filter(|id| to.is_observed(id))
        .collect();
    let of_them = |side: &Canonical| {
        let mut catalog = side.unmarked();
        catalog.retain(|id, _| declared.contains(id));
        super::aside::canonical(catalog, side.arbiter())
    };
    let place = "the database has what is observed otherwise than it is declared";
    let told = drift::between(&of_them(to), &of_them(from), server, place);
    let told = told.into_iter().map(|found| {
        let mut warning = Diagnostic::warning("RC0611", found.message)
            .help("its owner has changed it, or is about to: declare it as it is, and see that what builds on it still holds");
        warning.span = declared
            .iter()
            .find(|id| found.subject.as_ref() == Some(&id.to_string()))
            .and_then(|id| sources.get(id).cloned());
        warning.subject = found.subject;
        warning
    });
    told.collect()
}

/// A plan that would have to change what is only observed, as a view over a column that changes its type.
pub(super) fn refuse(proposal: &Proposal, sources: &SourceMap) -> Result<(), Failure> {
    let from = &proposal.plan.from;
    if !from.observes() {
        return Ok(());
    }
    let mut seen = HashSet::new();
    let ops = proposal.plan.ops();
    let touched = ops.flat_map(|op| op.provides().into_iter().chain(op.destroys()).chain(op.mutates()));
    let problems = touched
        .filter(|id| from.is_observed(id) && seen.insert(id.clone()))
        .map(|id| {
            let message = format!("the plan would have to change {id}, which reconcile.kdl only observes");
            Diagnostic::error("RC0614", message)
                .about(&id)
                .at_opt(sources.get(&id).cloned())
                .help("agree with its owner on the change: they take what is in the way down, and put it back afterwards")
        });
    fail_if_any(problems.collect())
}

/// Makes on an empty scratch database what is observed and declared, and was never made by the chain itself.
pub(super) async fn make(project: &Project, map: &RevisionMap, scratch: &mut Scratch) -> Result<(), Failure> {
    if project.config.observed.is_empty() {
        return Ok(());
    }
    let server = scratch.session()?.server().clone();
    let declared = sides::declared(project, &project.config.schema, &server).await?;
    let catalog = &declared.catalog;
    let chain = map.in_order();
    let own = Made::of(&chain, server.dialect.name());
    let made: HashSet<ObjectId> = catalog
        .observed_roots()
        .filter(|id| own.has(id))
        .cloned()
        .collect();
    let mut others = catalog.clone();
    others.retain(|id, _| catalog.is_observed(id) && !catalog.is_part_of(id, &made));
    let locate = |id: &ObjectId| declared.sources.get(id).cloned();
    Ok(scratch::build(&others, scratch, &locate).await?)
}
