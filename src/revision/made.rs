//! What a chain made itself, by what its steps are called, and what of that was handed over to another owner since.
//!
//! In: revisions, and states in which what `reconcile.kdl` only observes is marked. Out: whether an object is of the chain, and
//! whether a state is the one that a revision of before the handing over says. Must not: run anything.

use std::collections::HashSet;

use crate::catalog::{Catalog, Fingerprint, Ident, ObjectId};

use super::Revision;

/// From this many objects on, only all of them together are taken for handed over later: of fewer, any part.
const MANY: usize = 6;

/// The titles of the steps of a chain: a file says of a step what it is called, and no more.
#[derive(Debug)]
pub struct Made<'a> {
    titles: HashSet<&'a str>,
}

impl<'a> Made<'a> {
    /// What these revisions make on an engine.
    pub fn of(revisions: &[&'a Revision], engine: &str) -> Self {
        let scripts = revisions.iter().filter_map(|revision| revision.script(engine));
        let steps = scripts.flat_map(|script| &script.upgrade.steps);
        Self {
            titles: steps.map(|step| step.title.as_str()).collect(),
        }
    }

    /// Whether the chain made an object, or gave it the name that it has.
    pub fn has(&self, id: &ObjectId) -> bool {
        self.titles.contains(format!("create {id}").as_str()) || self.renames_to(id)
    }

    fn renames_to(&self, id: &ObjectId) -> bool {
        let (label, name) = (id.label(), id.name().map(Ident::text).unwrap_or_default());
        let schema = label.strip_suffix(name).unwrap_or_default();
        let begin = format!("rename {} {schema}", id.kind.noun());
        let end = format!(" to {name}");
        let is_it = |title: &&str| {
            let from = title
                .strip_prefix(&begin)
                .and_then(|rest| rest.strip_suffix(&end));
            from.is_some_and(|from| !from.contains('.'))
        };
        self.titles.iter().any(is_it)
    }
}

/// Whether a state is the one that a revision says. What is only observed is part of no fingerprint; but that of a revision of
/// before the handing over counts what the chain itself had made of it.
pub fn is_state(found: &Catalog, says: &Fingerprint, chain: &[&Revision], engine: &str) -> bool {
    if found.fingerprint() == *says {
        return true;
    }
    if !found.observes() {
        return false;
    }
    let made = Made::of(chain, engine);
    let handed: Vec<&ObjectId> = found.observed_roots().filter(|id| made.has(id)).collect();
    let parts = match handed.len() {
        0 => 0..0,
        many if many > MANY => 0..1,
        few => 0..(1_usize << few) - 1,
    };
    // Each bit of a number stands for an object that was handed over already.
    parts.into_iter().any(|already| {
        let later = handed.iter().enumerate().filter(|(at, _)| already >> at & 1 == 0);
        let later: HashSet<ObjectId> = later.map(|(_, id)| (*id).clone()).collect();
        found.fingerprint_before(&later) == *says
    })
}
