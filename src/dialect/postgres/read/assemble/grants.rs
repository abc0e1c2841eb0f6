//! Rights, as objects of what they are about.

use crate::catalog::kinds::{Granted, Grants, Privilege};
use crate::catalog::{Catalog, Ident, Kind, ObjectId};
use crate::dialect::postgres::privileges;
use crate::dialect::{Scope, Server};

use super::super::super::unmodelled::Notes;
use super::super::batch::Raw;
use super::super::depends::class;
use super::super::grants::{GrantEntry, GrantRow};
use super::{Known, PUBLIC};

/// Inserts the rights of every object of the catalog, and of the schema that is always there.
pub(super) fn insert(
    known: &Known,
    raw: &Raw,
    (scope, server): (&Scope, &Server),
    catalog: &mut Catalog,
    notes: &mut Notes,
) {
    let same = |one: &GrantRow, other: &GrantRow| {
        (one.class, one.object, one.column) == (other.class, other.object, other.column)
    };
    let mut found: Vec<(ObjectId, Grants)> = Vec::new();
    for rows in raw.grants.chunk_by(same) {
        let Some(first) = rows.first() else { continue };
        let Some(target) = target(known, raw, scope, first) else {
            continue;
        };
        if first.owner_lacks && !is_public(&target) {
            notes.attribute(&target, "what its owner may not do");
        }
        let grants = grants(&target, rows, server, notes);
        if !grants.is_empty() {
            found.push((target, grants));
        }
    }
    found.sort_by_cached_key(|(target, _)| place(catalog, target));
    for (target, grants) in found {
        catalog.insert(ObjectId::on(Kind::Grants, target), grants);
    }
}

/// Where what is said about an object stands: the columns of views are no objects of the catalog, and come with the view.
pub(super) fn place(catalog: &Catalog, target: &ObjectId) -> Option<usize> {
    let relation = || catalog.position(&catalog.parent(target)?);
    catalog.position(target).or_else(relation)
}

fn target(known: &Known, raw: &Raw, scope: &Scope, row: &GrantRow) -> Option<ObjectId> {
    if row.class == class::NAMESPACE {
        return known.schema(raw, scope, row.object);
    }
    if row.column == 0 {
        return known.itself((row.class, row.object)).cloned();
    }
    known.said_column(raw, row.object, row.column)
}

/// Whether it is the schema that every database has, and that is no object of the catalog.
pub(super) fn is_public(target: &ObjectId) -> bool {
    target.kind == Kind::Schema && target.name().is_some_and(|name| name.text() == PUBLIC)
}

fn grants(target: &ObjectId, rows: &[GrantRow], server: &Server, notes: &mut Notes) -> Grants {
    let entries = rows.iter().filter_map(|row| row.entry.as_ref());
    let by_another = |entry: &&GrantEntry| !entry.to_owner && entry.by_another && !is_public(target);
    for entry in entries.clone().filter(by_another) {
        let role = entry.role.as_ref().map_or(PUBLIC, Ident::text);
        let what = format!("a grant to {role} by another role than the owner");
        notes.attribute(target, &what);
    }
    said(
        entries.filter(|entry| !by_another(entry)),
        &by_itself(target, server),
    )
}

/// What entries say beyond what everybody may do by itself, and what of that they take away.
pub(super) fn said<'a>(entries: impl Iterator<Item = &'a GrantEntry>, by_itself: &[Privilege]) -> Grants {
    let mut granted = Vec::new();
    let mut kept = Vec::new();
    for entry in entries.filter(|entry| !entry.to_owner) {
        if entry.role.is_none() && by_itself.contains(&entry.privilege) {
            kept.push(entry.privilege);
        } else {
            granted.push(Granted {
                role: entry.role.clone(),
                privilege: entry.privilege,
                with_option: entry.with_option,
            });
        }
    }
    granted.sort();
    let revoked = by_itself
        .iter()
        .copied()
        .filter(|privilege| !kept.contains(privilege));
    Grants {
        granted,
        revoked: revoked.collect(),
    }
}

/// What everybody may do with a new object, sorted.
fn by_itself(target: &ObjectId, server: &Server) -> Vec<Privilege> {
    let everywhere = privileges::of_public(target, server.version);
    let mut out = everywhere.to_vec();
    out.sort_unstable();
    out
}
