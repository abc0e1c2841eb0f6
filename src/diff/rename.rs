//! Renames: declared ones, applied to identities before the comparison, and the ones that are no guess.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::{Catalog, Kind, Object, ObjectId, QName, Renaming};

use super::{Change, RenameIntent, Renamed};

/// Applies the declared renames that still have something to do: the old name is there, the new one is not, and the
/// old one is not wanted any more.
pub(super) fn apply(
    mut from: Arc<Catalog>,
    to: &Catalog,
    intents: &[RenameIntent],
    quote: &dyn Fn(&str) -> String,
) -> (Arc<Catalog>, Vec<Renamed>) {
    let mut done = Vec::new();
    for intent in intents {
        if !from.has(&intent.from) || from.has(&intent.to) || to.has(&intent.from) || !to.has(&intent.to) {
            continue;
        }
        let along = along(intent, &from, to);
        for (old, new) in std::iter::once((intent.from.clone(), intent.to.clone())).chain(along) {
            carry(Arc::make_mut(&mut from), &old, &new, quote);
            done.push((old, new));
        }
    }
    (from, done)
}

/// What is renamed with it in tables that say nothing of it themselves: they go, or are no part of that table any more.
fn along(intent: &RenameIntent, from: &Catalog, to: &Catalog) -> Vec<Renamed> {
    let Some(name) = intent.to.name() else {
        return Vec::new();
    };
    let below = from.namesakes_below(&intent.from).into_iter();
    let renamed = below.filter_map(|old| {
        let new = ObjectId::member(old.kind, old.relation()?, name.clone());
        (!from.has(&new) && !to.has(&old)).then_some((old, new))
    });
    renamed.collect()
}

/// Carries one rename through a catalog.
pub(super) fn carry(catalog: &mut Catalog, from: &ObjectId, to: &ObjectId, quote: &dyn Fn(&str) -> String) {
    let sql = to.name().map(|name| quote(name.text())).unwrap_or_default();
    catalog.rename(&Renaming { from, to, sql: &sql });
}

/// Joins a drop and a create of equal content into a rename, for the kinds whose name carries no data (constraints
/// and indexes): it is the same end state, reached without doing the work again.
pub(super) fn pair(changes: &mut Vec<Change>) {
    let mut created: HashMap<Content, Vec<usize>> = HashMap::new();
    for (at, change) in changes.iter().enumerate() {
        if let Change::Create { id, object } = change
            && id.kind.has_cosmetic_name()
        {
            created.entry(content(id, object)).or_default().push(at);
        }
    }
    let mut taken = HashSet::new();
    for at in 0..changes.len() {
        let Change::Drop { id: from, object } = &changes[at] else {
            continue;
        };
        if !from.kind.has_cosmetic_name() {
            continue;
        }
        let Some(partners) = created.get_mut(&content(from, object)) else {
            continue;
        };
        // The engine keeps no name for one of the two: there is nothing to rename.
        let Some(slot) = partners
            .iter()
            .position(|at| changes[*at].id().name().is_some() && from.name().is_some())
        else {
            continue;
        };
        let partner = partners.remove(slot);
        let to = changes[partner].id().clone();
        changes[at] = Change::Rename {
            from: from.clone(),
            to,
            object: object.clone(),
        };
        taken.insert(partner);
    }
    let mut position = 0;
    changes.retain(|_| {
        position += 1;
        !taken.contains(&(position - 1))
    });
}

/// What must be equal for two objects to be the same but for their names.
type Content = (Kind, Option<QName>, String);

fn content(id: &ObjectId, object: &Object) -> Content {
    (id.kind, id.relation().cloned(), format!("{object:?}"))
}
