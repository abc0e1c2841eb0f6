//! What becomes of declared renames: carried out at once, with something left under the old name; kept under both names;
//! or put off.

use crate::catalog::kinds::{Column, PrimaryKey, Table};
use crate::catalog::walk::Walk;
use crate::catalog::{Catalog, Kind, ObjectId};
use crate::dialect::Engine;
use crate::dialect::bridge::{Mirror, mirrors};
use crate::diff::{Intents, RenameIntent};

/// The declared renames, by what is done about them between two deploys.
#[derive(Clone, Debug, Default)]
pub struct Split {
    /// Carried out first: of tables, for which something stands in, and of what code does not name.
    pub carried: Vec<RenameIntent>,
    /// Columns that are there under both names.
    pub mirrors: Vec<Mirror>,
    /// What can have one name only: the second phase renames it.
    pub put_off: Vec<RenameIntent>,
}

/// Sorts the renames that have something to do, and finds the columns that an earlier plan keeps under two names.
pub fn split(from: &Catalog, to: &Catalog, intents: &Intents, engine: &dyn Engine) -> Split {
    let mut out = Split {
        mirrors: mirrors(from, engine)
            .into_iter()
            .filter(|mirror| to.contains(&mirror.new_id()) && !to.contains(&mirror.old_id()))
            .collect(),
        ..Split::default()
    };
    // A column is told under the new name of its table.
    let place = |id: &ObjectId| -> ObjectId {
        let table = id.relation().cloned().map(ObjectId::table);
        let before = intents
            .renames
            .iter()
            .find(|rename| Some(&rename.to) == table.as_ref());
        match (before, id.name()) {
            (Some(rename), Some(name)) if !table.is_some_and(|table| from.contains(&table)) => {
                let relation = rename.from.qname().cloned();
                relation.map_or_else(
                    || id.clone(),
                    |relation| ObjectId::member(id.kind, &relation, name.clone()),
                )
            }
            _ => id.clone(),
        }
    };
    for rename in &intents.renames {
        let applies = from.has(&place(&rename.from))
            && !from.has(&place(&rename.to))
            && to.has(&rename.to)
            && !to.has(&rename.from);
        if !applies {
            continue;
        }
        match rename.to.kind {
            // An attribute of a type cannot be there under two names.
            Kind::Column if !from.contains(&place(&rename.from)) => out.put_off.push(rename.clone()),
            // Nor can a column of a table that is made of one.
            Kind::Column if is_of_type(&place(&rename.from), from) => out.put_off.push(rename.clone()),
            Kind::Column => column(rename, (from, &place(&rename.from)), engine, &mut out),
            // Both are there until the second phase.
            Kind::View | Kind::MaterializedView | Kind::Function => {}
            Kind::Table
            | Kind::Trigger
            | Kind::Policy
            | Kind::Rule
            | Kind::Statistics
            | Kind::ForeignDataWrapper
            | Kind::ForeignServer
            | Kind::Publication => out.carried.push(rename.clone()),
            kind if kind.has_cosmetic_name() => out.carried.push(rename.clone()),
            _ => out.put_off.push(rename.clone()),
        }
    }
    out
}

fn is_of_type(column: &ObjectId, catalog: &Catalog) -> bool {
    let table = column.relation();
    table.is_some_and(|table| catalog.row_type(table).is_some())
}

fn column(rename: &RenameIntent, (from, now): (&Catalog, &ObjectId), engine: &dyn Engine, out: &mut Split) {
    let (Some(table), Some(old), Some(new), Some(relation)) = (
        rename.to.relation(),
        rename.from.name(),
        rename.to.name(),
        now.relation(),
    ) else {
        return;
    };
    let is_generated = from
        .payload::<Column>(now)
        .is_some_and(|column| column.generated.is_some());
    let in_key = Walk::new(from)
        .members_of::<PrimaryKey>(relation)
        .any(|(_, key)| now.name().is_some_and(|name| key.columns.contains(name)));
    let ext = from
        .payload::<Table>(&ObjectId::table(relation.clone()))
        .map(|table| table.ext)
        .unwrap_or_default();
    // What is computed is simply there twice.
    if is_generated {
        return;
    }
    if in_key && !engine.can_wait_for_key(ext) {
        out.put_off.push(rename.clone());
    } else {
        out.mirrors.push(Mirror {
            table: table.clone(),
            old: old.clone(),
            new: new.clone(),
        });
    }
}
