//! Rights on what will be made, by role and schema.

use crate::catalog::kinds::{DefaultGrants, DefaultPrivileges};
use crate::catalog::{Catalog, Kind, ObjectId, QName};
use crate::dialect::Scope;
use crate::dialect::postgres::privileges;

use super::super::super::unmodelled::Notes;
use super::super::batch::Raw;
use super::super::default_privileges::DefaultRow;
use super::{grants, in_scope};

/// Inserts those of all schemas, and of every schema that is asked for.
pub(super) fn insert(raw: &Raw, scope: &Scope, catalog: &mut Catalog, notes: &mut Notes) {
    let same = |one: &DefaultRow, other: &DefaultRow| (&one.role, one.schema) == (&other.role, other.schema);
    let mut found: Vec<(ObjectId, DefaultPrivileges)> = Vec::new();
    for rows in raw.default_privileges.chunk_by(same) {
        let Some(id) = rows.first().and_then(|row| identity(row, raw, scope)) else {
            continue;
        };
        let mut grants: Vec<DefaultGrants> = rows
            .chunk_by(|one, other| one.of == other.of)
            .filter_map(|rows| of_sort(&id, rows, notes))
            .collect();
        grants.sort_by_key(|grants| grants.of);
        if !grants.is_empty() {
            found.push((id, DefaultPrivileges { grants }));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    for (id, privileges) in found {
        catalog.insert(id, privileges);
    }
}

fn identity(row: &DefaultRow, raw: &Raw, scope: &Scope) -> Option<ObjectId> {
    let role = row.role.clone();
    if row.schema == 0 {
        return Some(ObjectId::global(Kind::DefaultPrivileges, role));
    }
    let schema = raw.schemas.get(&row.schema)?;
    let name = QName::in_schema(schema.clone(), role);
    in_scope(scope, schema).then(|| ObjectId::qualified(Kind::DefaultPrivileges, name))
}

fn of_sort(id: &ObjectId, rows: &[DefaultRow], notes: &mut Notes) -> Option<DefaultGrants> {
    let first = rows.first()?;
    let of = first.of;
    if first.owner_lacks {
        notes.attribute(
            id,
            &format!("what the role itself may not do with its {}", of.word()),
        );
    }
    // Where rights are added, nothing is there to be taken from everybody.
    let by_itself = privileges::of_public_by_default(id, of);
    let grants = grants::said(rows.iter().filter_map(|row| row.entry.as_ref()), by_itself);
    (!grants.is_empty()).then_some(DefaultGrants { of, grants })
}
