//! Proof: a plan is run up and down on a scratch database, and must arrive at what it says, both ways.
//!
//! In: both states and both scripts. Out: [`Proof`]. Must not: write a file or touch the target database.

use std::sync::Arc;

use crate::catalog::{Canonical, Catalog, ObjectId};
use crate::diagnostic::Diagnostic;
use crate::dialect::Scope;
use crate::dialect::scratch::Scratch;
use crate::diff::{Change, Intents, diff};
use crate::scratch::{self, Locate};
use crate::script::Script;

/// What a proof found.
#[derive(Clone, Debug)]
pub enum Proof {
    /// Up and down both arrive.
    Proven,
    /// It could not be tried: why.
    Unproven(String),
    /// It does not arrive: what to tell.
    Failed(Vec<Diagnostic>),
}

/// What is to be proven.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The state before.
    pub from: &'a Arc<Catalog>,
    /// The state after.
    pub to: &'a Arc<Catalog>,
    /// The way up.
    pub upgrade: &'a Script,
    /// The way down.
    pub downgrade: &'a Script,
    /// What of the database counts.
    pub scope: &'a Scope,
}

/// Runs the claim on an empty scratch database.
pub async fn prove(claim: &Claim<'_>, scratch: &mut Scratch, locate: Locate<'_>) -> Proof {
    if let Err(problems) = scratch::build(claim.from, scratch, locate).await {
        let reason = problems
            .first()
            .map(|problem| problem.message.clone())
            .unwrap_or_default();
        return Proof::Unproven(format!(
            "the state before could not be built on a scratch database: {reason}"
        ));
    }
    for (script, goal, way) in [
        (claim.upgrade, claim.to, "upgrade"),
        (claim.downgrade, claim.from, "downgrade"),
    ] {
        match arrive(script, goal, claim.scope, scratch, locate).await {
            Ok(left) if left.is_empty() => {}
            Ok(left) => return Proof::Failed(vec![astray(&left, way)]),
            Err(problem) => return Proof::Failed(vec![problem]),
        }
    }
    Proof::Proven
}

/// Runs a script and says what still differs from the goal.
async fn arrive(
    script: &Script,
    goal: &Arc<Catalog>,
    scope: &Scope,
    scratch: &mut Scratch,
    locate: Locate<'_>,
) -> Result<Vec<ObjectId>, Diagnostic> {
    let lost = |error: &crate::dialect::EngineError| {
        Diagnostic::error("RC0511", format!("the scratch database cannot be used: {error}"))
    };
    let session = scratch.session().map_err(|error| lost(&error))?;
    let server = session.server().clone();
    scratch::run(session, script)
        .await
        .map_err(|refused| scratch::explain(&refused, &server, locate))?;
    let scope = Scope {
        rows: scratch::rows_queries(goal),
        ..scope.clone()
    };
    let read = session.introspect(&scope).await.map_err(|error| lost(&error))?;
    let goal = Canonical::introspected(Arc::clone(goal), server.to_string());
    let engine = server.engine();
    let left = diff(&read.catalog, &goal, &Intents::default(), &|name| {
        engine.quote(name)
    });
    Ok(left.changes.iter().map(Change::id).cloned().collect())
}

fn astray(left: &[ObjectId], way: &str) -> Diagnostic {
    let names: Vec<String> = left.iter().take(5).map(ToString::to_string).collect();
    let more = if left.len() > 5 {
        format!(" and {} more", left.len() - 5)
    } else {
        String::new()
    };
    Diagnostic::error("RC0520", format!("the {way} does not arrive: {}{more} would not be as declared", names.join(", ")))
        .help("nothing was written; this is a defect of reconcile: please report it with `reconcile diff --format sql`")
}
