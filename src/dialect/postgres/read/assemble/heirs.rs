//! What tables have from those that they inherit, where the engine keeps for itself how it came about.
//!
//! In: the tables with their checks. Out: a check that was inherited is not proven where its parent's is not: an heir that is
//! made later has it proven, for it has no rows, and no statement can take that back or bring it about.

use crate::catalog::kinds::Check;
use crate::catalog::{Catalog, Kind, ObjectId};

/// Takes over from the parents what is said of their checks.
pub(super) fn follow_parents(catalog: &mut Catalog) {
    let unproven = |catalog: &Catalog, id: &ObjectId| {
        let (Some(table), Some(name)) = (id.relation(), id.name()) else {
            return false;
        };
        let states = catalog
            .inheritance_of(table)
            .is_none_or(|inheritance| inheritance.states(Kind::Check, name));
        let above = catalog.ancestors(table).into_iter();
        let mut above = above.map(|parent| ObjectId::member(Kind::Check, parent, name.clone()));
        !states
            && above.any(|above| {
                catalog
                    .payload::<Check>(&above)
                    .is_some_and(|check| !check.validated && !check.no_inherit)
            })
    };
    let checks = catalog.of_kind::<Check>().map(|(id, _)| id);
    let found: Vec<ObjectId> = checks.filter(|id| unproven(catalog, id)).cloned().collect();
    for id in found {
        if let Some(check) = catalog.payload::<Check>(&id).cloned() {
            let validated = false;
            catalog.insert(id, Check { validated, ..check });
        }
    }
}
