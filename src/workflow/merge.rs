//! `merge`: two branches become one, after both orders were tried.
//!
//! In: two heads. Out: a revision that stands on both and brings either order to the declared schema, or a refusal that
//! says where the branches are in each other's way. A database that has one branch runs the other on top of it, so which
//! order it sees depends on where it stands: both must end in the same place.

use std::collections::BTreeSet;

use crate::catalog::{Canonical, Fingerprint, ObjectId};
use crate::diagnostic::Diagnostic;
use crate::dialect::scratch::Scratch;
use crate::dialect::{Dialect, Scope, Server};
use crate::diff::{Intents, diff};
use crate::revision::{EngineScript, Revision, RevisionMap};
use crate::scratch;

use super::aside::Policy;
use super::branches::{Fork, fork};
use super::replay::Replay;
use super::{Failure, Project, Proposal, chain, generate, sides, validate};

/// What `merge` wrote and found.
#[derive(Debug)]
pub struct Merged {
    /// The revision.
    pub revision: Revision,
    /// What was found on each engine.
    pub found: Vec<Commutes>,
    /// What a reader should know.
    pub notes: Vec<Diagnostic>,
}

/// How the two branches go together on an engine.
#[derive(Debug)]
pub struct Commutes {
    /// The engine.
    pub dialect: Dialect,
    /// Whether both orders run, and end in the same state.
    pub same: bool,
    /// What both branches touched.
    pub both: Vec<String>,
    /// The state that the other order ends in, if that is another one.
    pub or_from: Option<Fingerprint>,
    /// What the merge itself still has to do to arrive at the declarations.
    pub proposal: Proposal,
}

/// Merges two revisions, or the two heads when none is named.
pub async fn merge(
    project: &Project,
    targets: &[String],
    message: &str,
    allow_conflict: bool,
) -> Result<Merged, Failure> {
    let map = chain::load(project)?;
    let (left, right) = two(&map, targets)?;
    let fork = fork(&map, &left, &right)?;
    if fork.left.is_empty() || fork.right.is_empty() {
        let message = format!("{left} and {right} are on one line: there is nothing to merge");
        return Err(Diagnostic::error("RC0550", message)
            .help("`reconcile heads` shows what there is to merge")
            .into());
    }
    let replay = Replay::new(project, &map);
    let mut found = Vec::new();
    let mut notes = Vec::new();
    for dialect in validate::engines(project) {
        match replay.scratch(dialect).await {
            Ok(mut scratch) => {
                let tried = on_engine(project, &replay, &fork, &mut scratch, allow_conflict).await;
                scratch.close().await?;
                found.push(tried?);
            }
            Err(Failure::Engine(error)) => notes.push(no_script(dialect, &error.message)),
            Err(other) => return Err(other),
        }
    }
    let script = |one: &Commutes| EngineScript {
        or_from: one.or_from.clone(),
        ..generate::script_of(&one.proposal)
    };
    let scripts: Vec<EngineScript> = found.iter().map(script).collect();
    if scripts.is_empty() {
        return Err(notes.into());
    }
    let revision = Revision {
        scripts,
        notes: notes
            .iter()
            .map(|note: &Diagnostic| note.message.clone())
            .collect(),
        ..generate::fresh(project, message, vec![left, right])
    };
    let revision = generate::store(project, revision)?;
    Ok(Merged {
        revision,
        found,
        notes,
    })
}

pub(super) fn no_script(dialect: Dialect, why: &str) -> Diagnostic {
    let message = format!("the merge carries no script for {dialect}: {why}");
    Diagnostic::warning("RC0532", message).help(format!(
        "set a scratch-url for {dialect} in reconcile.kdl and merge again"
    ))
}

/// The ids of what is to be merged.
fn two(map: &RevisionMap, targets: &[String]) -> Result<(String, String), Failure> {
    let named: Vec<String> = match targets {
        [] => map.heads().iter().map(|head| head.id.clone()).collect(),
        [heads] if heads == "heads" => map.heads().iter().map(|head| head.id.clone()).collect(),
        targets => {
            let mut ids = Vec::new();
            for target in targets {
                ids.extend(map.resolve(target, &[])?.map(|revision| revision.id.clone()));
            }
            ids
        }
    };
    match named.as_slice() {
        [left, right] if left != right => Ok((left.clone(), right.clone())),
        [] | [_] => Err(Diagnostic::error("RC0550", "there is one head: nothing to merge").into()),
        several => {
            let message = format!(
                "two revisions are merged at a time, and these are {}",
                several.len()
            );
            let pair = several.iter().take(2).cloned().collect::<Vec<_>>().join(" ");
            Err(Diagnostic::error("RC0550", message)
                .help(format!(
                    "`reconcile merge {pair} -m TEXT`, then merge the result with the next"
                ))
                .into())
        }
    }
}

/// Tries both orders, compares, and plans what is left to do.
async fn on_engine(
    project: &Project,
    replay: &Replay<'_>,
    fork: &Fork<'_>,
    scratch: &mut Scratch,
    allow_conflict: bool,
) -> Result<Commutes, Failure> {
    let server = scratch.session()?.server().clone();
    let scope = sides::scope(project, server.dialect)?;
    let base = state(&[&fork.common], replay, scratch, &scope).await?;
    let left = state(&[&fork.common, &fork.left], replay, scratch, &scope).await?;
    let right = state(&[&fork.common, &fork.right], replay, scratch, &scope).await?;
    let both = touched(&base, &left, &right, &server);
    let one = state(&[&fork.common, &fork.left, &fork.right], replay, scratch, &scope).await;
    let other = state(&[&fork.common, &fork.right, &fork.left], replay, scratch, &scope).await;
    let (one, other) = match (one, other) {
        (Ok(one), Ok(other)) => (one, other),
        (Err(failure), _) => return Err(does_not_run(&fork.left, &fork.right, &both, failure)),
        (_, Err(failure)) => return Err(does_not_run(&fork.right, &fork.left, &both, failure)),
    };
    let same = one.fingerprint() == other.fingerprint();
    if !allow_conflict && (!same || !both.is_empty()) {
        return Err(conflict(&one, &other, &both, &server).into());
    }
    let left_first = [&fork.common[..], &fork.left, &fork.right].concat();
    let right_first = [&fork.common[..], &fork.right, &fork.left].concat();
    let mut orders = [(left_first, one), (right_first, other)];
    let mut proposal = planned_after(project, replay, &orders[0].0, scratch).await?;
    if !same && !leads_from(&proposal, &orders[1].0, replay, scratch, &scope).await? {
        // What brings the one order to the declarations may do so for both, where the other way round it does not.
        orders.reverse();
        proposal = planned_after(project, replay, &orders[0].0, scratch).await?;
        if !leads_from(&proposal, &orders[1].0, replay, scratch, &scope).await? {
            let message = "no merge leads from both orders to the declarations";
            return Err(Diagnostic::error("RC0552", message).help(REBASE).into());
        }
    }
    Ok(Commutes {
        dialect: server.dialect,
        same,
        both: both.iter().map(ToString::to_string).collect(),
        or_from: (!same).then(|| orders[1].1.fingerprint()),
        proposal,
    })
}

/// What is left to do after these revisions.
async fn planned_after(
    project: &Project,
    replay: &Replay<'_>,
    revisions: &[&Revision],
    scratch: &mut Scratch,
) -> Result<Proposal, Failure> {
    scratch.reset().await?;
    generate::on_scratch(project, replay, revisions, scratch, Policy::of(project)?).await
}

/// Whether the same script leads to the same state after these revisions, too.
async fn leads_from(
    proposal: &Proposal,
    revisions: &[&Revision],
    replay: &Replay<'_>,
    scratch: &mut Scratch,
    scope: &Scope,
) -> Result<bool, Failure> {
    scratch.reset().await?;
    replay.run(revisions, scratch, scope, None).await?;
    let session = scratch.session()?;
    if scratch::run(session, &proposal.upgrade).await.is_err() {
        return Ok(false);
    }
    let reached = session.introspect(scope).await?.catalog;
    Ok(reached.fingerprint() == proposal.to())
}

/// What these revisions, in this order, make of an empty database.
async fn state(
    parts: &[&Vec<&Revision>],
    replay: &Replay<'_>,
    scratch: &mut Scratch,
    scope: &Scope,
) -> Result<Canonical, Failure> {
    let revisions: Vec<&Revision> = parts.iter().flat_map(|part| part.iter().copied()).collect();
    scratch.reset().await?;
    replay.run(&revisions, scratch, scope, None).await
}

/// The objects that both branches made, changed or dropped.
fn touched(base: &Canonical, left: &Canonical, right: &Canonical, server: &Server) -> Vec<ObjectId> {
    let engine = server.engine();
    let of = |side: &Canonical| -> BTreeSet<ObjectId> {
        let difference = diff(base, side, &Intents::default(), &|name| engine.quote(name));
        difference
            .changes
            .iter()
            .map(|change| change.id().clone())
            .collect()
    };
    of(left).intersection(&of(right)).cloned().collect()
}

fn does_not_run(first: &[&Revision], second: &[&Revision], both: &[ObjectId], failure: Failure) -> Failure {
    let name = |side: &[&Revision]| {
        let ids: Vec<&str> = side.iter().map(|revision| revision.id.as_str()).collect();
        ids.join(", ")
    };
    let mut problem = Diagnostic::error(
        "RC0551",
        format!(
            "the branches are in each other's way: {} does not run after {}",
            name(second),
            name(first)
        ),
    )
    .help(REBASE);
    if !both.is_empty() {
        problem
            .message
            .push_str(&format!("; both touch {}", listed(both)));
    }
    match failure {
        Failure::Diagnostics(mut diagnostics) => {
            diagnostics.insert(0, problem);
            Failure::Diagnostics(diagnostics)
        }
        other => {
            problem.message.push_str(&format!(": {other}"));
            problem.into()
        }
    }
}

const REBASE: &str = "`reconcile rebase ID -m TEXT` plans one of the branches anew on top of the other";

/// What both touched, and what the two orders leave otherwise.
fn conflict(one: &Canonical, other: &Canonical, both: &[ObjectId], server: &Server) -> Vec<Diagnostic> {
    let mut message = "the branches are in each other's way".to_owned();
    if !both.is_empty() {
        message.push_str(&format!(": both touch {}", listed(both)));
    }
    let help = format!("{REBASE}; --allow-conflict merges them all the same, as the declarations say");
    let mut told = vec![Diagnostic::error("RC0551", message).help(help)];
    let place = "the order decides";
    told.extend(super::drift::between(one, other, server, place));
    told
}

fn listed(ids: &[ObjectId]) -> String {
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    names.join(", ")
}
