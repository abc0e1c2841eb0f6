//! Branches of the chain: where it forks, and what each side did since.
//!
//! In: the graph. Out: the only head, or a refusal that says which branch each head came from; the parts of two branches
//! for `merge` and `rebase`.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::revision::{Revision, RevisionMap};

use super::Failure;

/// Two branches: what both stand on, and what each has done since, in the order in which it runs.
#[derive(Debug)]
pub(super) struct Fork<'a> {
    /// What both have.
    pub(super) common: Vec<&'a Revision>,
    /// What only the first has.
    pub(super) left: Vec<&'a Revision>,
    /// What only the second has.
    pub(super) right: Vec<&'a Revision>,
}

/// Where the branches of two revisions part.
pub(super) fn fork<'a>(map: &'a RevisionMap, left: &str, right: &str) -> Result<Fork<'a>, Failure> {
    let of = |id: &str| map.applied(&[id.to_owned()]);
    let (left, right) = (of(left)?, of(right)?);
    let ids = |side: &[&Revision]| -> BTreeSet<String> { side.iter().map(|one| one.id.clone()).collect() };
    let (in_left, in_right) = (ids(&left), ids(&right));
    let (common, left) = left
        .into_iter()
        .partition(|revision| in_right.contains(&revision.id));
    let right = right
        .into_iter()
        .filter(|revision| !in_left.contains(&revision.id))
        .collect();
    Ok(Fork { common, left, right })
}

/// The id of the only head; none of an empty chain. Several are an error that says where each came from.
pub(super) fn the_head(map: &RevisionMap) -> Result<Option<String>, Failure> {
    let heads = map.heads();
    let [first, others @ ..] = heads.as_slice() else {
        return Ok(None);
    };
    if others.is_empty() {
        return Ok(Some(first.id.clone()));
    }
    let everything: Vec<BTreeSet<String>> = heads
        .iter()
        .map(|head| {
            Ok(map
                .applied(std::slice::from_ref(&head.id))?
                .iter()
                .map(|one| one.id.clone())
                .collect())
        })
        .collect::<Result<_, Diagnostic>>()?;
    let shared = |id: &String| everything.iter().filter(|side| side.contains(id)).count() > 1;
    let mut message = format!(
        "the chain has {} heads, so there is no one revision to go on from:",
        heads.len()
    );
    for head in &heads {
        let own: Vec<&Revision> = map
            .applied(std::slice::from_ref(&head.id))?
            .into_iter()
            .filter(|one| !shared(&one.id))
            .collect();
        let from = own
            .first()
            .map(|first| first.down_revisions.join(", "))
            .filter(|from| !from.is_empty())
            .unwrap_or_else(|| "the base".to_owned());
        let steps = match own.len() {
            1 => "1 revision".to_owned(),
            count => format!("{count} revisions"),
        };
        message.push_str(&format!(
            "\n  {} ({}), {steps} from {from}, {}",
            head.id,
            head.message,
            head.path.display()
        ));
    }
    Err(Diagnostic::error("RC0411", message)
        .help(
            "`reconcile merge heads -m TEXT` joins them after trying both orders; \
             `reconcile rebase ID -m TEXT` plans the branch of ID anew on top of the other; \
             `reconcile upgrade heads` runs all of them as they are, and `reconcile upgrade ID` one branch",
        )
        .into())
}
