//! Casts.

use crate::catalog::kinds::Cast;
use crate::catalog::{Catalog, ObjectId};
use crate::dialect::Scope;

use super::super::batch::Raw;
use super::super::depends::class;
use super::{Known, in_scope};

/// Inserts them, by name. What is made of something that is not read is not read either.
pub(super) fn insert(known: &mut Known, raw: &mut Raw, scope: &Scope, catalog: &mut Catalog) {
    let mut found: Vec<(ObjectId, u32, Cast)> = Vec::new();
    for row in std::mem::take(&mut raw.casts) {
        let read = |schema| in_scope(scope, schema) || schema.text() == "pg_catalog";
        if known.is_owned(class::CAST, row.oid) || !row.schemas.iter().all(read) {
            continue;
        }
        let cast = Cast {
            source: known.data_type(row.source),
            target: known.data_type(row.target),
            method: row.method,
            context: row.context,
        };
        let id = Cast::between(&cast.source.text, &cast.target.text);
        found.push((id, row.oid, cast));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    for (id, oid, cast) in found {
        known.ids.insert((class::CAST, oid), id.clone());
        catalog.insert(id, cast);
    }
}
