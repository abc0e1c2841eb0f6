//! The time between two deploys: which revision began it, and what is told while it lasts.
//!
//! In: the chain, and what differs. Out: sentences. Must not: plan.

use crate::diagnostic::Diagnostic;
use crate::op::Phase;
use crate::revision::{Revision, RevisionMap};

use super::Proposal;

/// What is told where nothing but the second phase is left.
pub const EXPANDED: &str = "expanded; `reconcile plan --contract` when the new code runs everywhere";

/// The revision that began it, if the chain ends there: the first of those that are first phases. What was merged with other
/// branches since is no end of it.
pub(super) fn began(map: &RevisionMap) -> Option<&Revision> {
    let mut queue: Vec<&Revision> = map.heads();
    let mut first = None;
    while let Some(revision) = queue.pop() {
        let is_merge = revision.down_revisions.len() > 1;
        match revision.phase {
            Some(Phase::Expand) => first = Some(revision),
            None if is_merge => {}
            Some(Phase::Contract) | None => continue,
        }
        queue.extend(revision.down_revisions.iter().filter_map(|id| map.get(id)));
    }
    first
}

/// Says of a plan that does everything that it ends the time between.
pub(super) fn warn(map: &RevisionMap, proposal: &mut Proposal) {
    if proposal.phase.is_some() || proposal.is_empty() {
        return;
    }
    let began = began(map);
    if proposal.kept.is_empty() && began.is_none() {
        return;
    }
    let since = began.map_or_else(String::new, |revision| {
        format!(" that began with revision {} ({})", revision.id, revision.message)
    });
    let kept = match proposal.kept.as_slice() {
        [] => String::new(),
        kept => format!(
            ", and takes away what was kept for code of before: {}",
            kept.join(", ")
        ),
    };
    let message =
        format!("this ends the time between two deploys{since}{kept}; code of before may fail from then on");
    proposal.notes.insert(
        0,
        Diagnostic::warning("RC0672", message)
            .help("while code of before still runs, plan with --expand, which leaves all that in place"),
    );
}
