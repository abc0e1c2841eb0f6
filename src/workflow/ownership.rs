//! What belongs to somebody else: only its owner may change or drop an object, so a plan that would is refused before it is
//! written.

use std::collections::HashSet;

use crate::catalog::{Catalog, Kind, ObjectId, Path};
use crate::declare::SourceMap;
use crate::diagnostic::Diagnostic;
use crate::dialect::Session;
use crate::op::{Action, Op};

use super::{Failure, Proposal};

/// Refuses a plan that changes what the connected role does not own.
pub(super) async fn check(
    session: &mut dyn Session,
    proposal: &Proposal,
    sources: &SourceMap,
) -> Result<(), Failure> {
    let engine = session.server().engine();
    let touched = touched(proposal);
    let Some(question) = engine.owned_by_others(&touched) else {
        return Ok(());
    };
    let mut problems = Vec::new();
    for row in session.query(&question).await? {
        if let [Some(at), Some(owner), Some(role)] = row.as_slice()
            && let Some(id) = at.parse().ok().and_then(|at: usize| touched.get(at))
        {
            let message = format!("{id} belongs to role {owner}: {role} may neither change nor drop it");
            let help = format!(
                "connect as {owner} or a member of it, or leave the object to its owner: take its change out of the plan"
            );
            problems.push(
                Diagnostic::error("RC0606", message)
                    .about(id)
                    .at_opt(sources.get(id).cloned())
                    .help(help),
            );
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.into())
    }
}

/// The objects with owners that are there and do not stay as they are, each once.
fn touched(proposal: &Proposal) -> Vec<ObjectId> {
    let from = &proposal.plan.from;
    let mut seen = HashSet::new();
    let ops = proposal.plan.ops().flat_map(|op| changed(op, from));
    ops.filter(|id| seen.insert(id.clone())).collect()
}

/// What an op needs the owner's rights for.
fn changed(op: &Op, from: &Catalog) -> Vec<ObjectId> {
    // Rows are written, and rights given, by whoever has the right to.
    let needs_none = matches!(
        op.action,
        Action::Backfill { .. } | Action::CopyRows(_) | Action::Analyze { .. }
    ) || matches!(op.subject().kind, Kind::Rows | Kind::Grants);
    if needs_none {
        return Vec::new();
    }
    let ids = op.provides().into_iter().chain(op.destroys()).chain(op.mutates());
    ids.filter_map(|id| holder(&id, from)).collect()
}

/// The object whose owner counts: of a column that of its table.
fn holder(id: &ObjectId, from: &Catalog) -> Option<ObjectId> {
    let of = |name: &crate::catalog::QName| {
        let kinds = [Kind::Table, Kind::View, Kind::MaterializedView].into_iter();
        let mut ids = kinds.map(|kind| ObjectId::qualified(kind, name.clone()));
        ids.find(|id| from.contains(id))
    };
    match &id.path {
        Path::On(target) => holder(target, from),
        Path::Member(relation, _) => of(relation),
        Path::Global(_) | Path::Qualified(_) | Path::Routine(..) => from.contains(id).then(|| id.clone()),
    }
}
