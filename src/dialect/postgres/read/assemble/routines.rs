//! Functions, procedures and aggregates, by name; and the triggers of the database as a whole.

use crate::catalog::kinds::EventTrigger;
use crate::catalog::{Catalog, Kind, Object, ObjectId, Path, QName};
use crate::dialect::Scope;

use super::super::super::unmodelled::Notes;
use super::super::batch::Raw;
use super::super::depends::class;
use super::super::functions::Routine;
use super::{Known, in_scope};

/// Inserts functions and procedures, and aggregates after them.
pub(super) fn insert(
    known: &mut Known,
    raw: &mut Raw,
    scope: &Scope,
    catalog: &mut Catalog,
    notes: &mut Notes,
) {
    let functions = std::mem::take(&mut raw.routines);
    insert_all(known, (raw, scope), functions, catalog, notes);
    let aggregates = std::mem::take(&mut raw.aggregates);
    insert_all(known, (raw, scope), aggregates, catalog, notes);
}

fn insert_all<T: Into<Object>>(
    known: &mut Known,
    (raw, scope): (&Raw, &Scope),
    routines: Vec<Routine<T>>,
    catalog: &mut Catalog,
    notes: &mut Notes,
) {
    let mut found = Vec::new();
    for routine in routines {
        let schema = raw.schemas.get(&routine.schema);
        if let Some(schema) = schema.filter(|schema| in_scope(scope, schema))
            && !known.is_owned(class::PROC, routine.oid)
        {
            let name = QName::in_schema(schema.clone(), routine.name);
            let object: Object = routine.object.into();
            let id = ObjectId {
                kind: object.kind(),
                path: Path::Routine(name, routine.identity),
            };
            found.push((id, routine.oid, object, routine.strange));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    for (id, oid, object, strange) in found {
        if let Some(strange) = &strange {
            notes.attribute(&id, strange);
        }
        known.ids.insert((class::PROC, oid), id.clone());
        catalog.insert(id, object);
    }
}

/// Inserts event triggers, last of all but what is said about them.
pub(super) fn insert_event_triggers(known: &mut Known, raw: &mut Raw, catalog: &mut Catalog) {
    for row in std::mem::take(&mut raw.event_triggers) {
        if known.is_owned(class::EVENT_TRIGGER, row.oid) {
            continue;
        }
        let id = ObjectId::global(Kind::EventTrigger, row.name);
        known.ids.insert((class::EVENT_TRIGGER, row.oid), id.clone());
        let trigger = EventTrigger {
            event: row.event,
            tags: row.tags,
            function: row.function,
            enabled: row.enabled,
        };
        catalog.insert(id, trigger);
    }
}
