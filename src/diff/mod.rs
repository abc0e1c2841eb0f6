//! What differs: two canonical catalogs in, a [`Difference`] out.
//!
//! Generic: it names no kind of object and no engine, and knows nothing of safety. Declared renames are applied to the
//! identities of the `from` side first, so that the comparison itself never sees them.

mod change;
mod intents;
mod rename;

pub use change::{Change, Difference};
pub use intents::{CopyIntent, Intents, RenameIntent, ValueIntent};

use std::sync::Arc;

use crate::catalog::{Catalog, ObjectId};

/// Compares two catalogs. `quote` spells a new name for use inside SQL text.
pub fn diff(
    from: &crate::catalog::Canonical,
    to: &crate::catalog::Canonical,
    intents: &Intents,
    quote: &dyn Fn(&str) -> String,
) -> Difference {
    let (renamed, renames) = after_renames(from, to, intents, quote);
    let changes = changes(&renamed, to);
    Difference {
        renames,
        from: renamed,
        to: to.shared(),
        changes,
    }
}

/// `from` after the declared renames that have something to do, and these. `quote` as with [`diff`].
pub fn after_renames(
    from: &crate::catalog::Canonical,
    to: &Catalog,
    intents: &Intents,
    quote: &dyn Fn(&str) -> String,
) -> (Arc<Catalog>, Vec<Renamed>) {
    rename::apply(from.shared(), to, &intents.renames, quote)
}

/// What differs, with drops and creates of equal content joined into renames.
fn changes(from: &Catalog, to: &Catalog) -> Vec<Change> {
    let mut changes = compare(from, to);
    rename::pair(&mut changes);
    changes
}

/// Object by object: drops in the order of `from`, then creates and alters in the order of `to`. What is only observed is
/// passed over.
fn compare(from: &Catalog, to: &Catalog) -> Vec<Change> {
    let mut changes = Vec::new();
    let counts = |id: &ObjectId| !from.is_observed(id) && !to.is_observed(id);
    for (id, object) in from.iter().filter(|(id, _)| counts(id)) {
        if !to.contains(id) {
            changes.push(Change::Drop {
                id: id.clone(),
                object: object.clone(),
            });
        }
    }
    for (id, object) in to.iter().filter(|(id, _)| counts(id)) {
        match from.get(id) {
            None => changes.push(Change::Create {
                id: id.clone(),
                object: object.clone(),
            }),
            Some(before) if before != object => changes.push(Change::Alter {
                id: id.clone(),
                from: Box::new(before.clone()),
                to: Box::new(object.clone()),
            }),
            Some(_) => {}
        }
    }
    changes
}

/// A rename that took place: old and new identity.
pub type Renamed = (ObjectId, ObjectId);
