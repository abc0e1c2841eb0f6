//! What is said about the storage of what was read.

use std::collections::HashMap;

use crate::catalog::kinds::Storage;
use crate::catalog::{Catalog, Kind, ObjectId};

use super::super::batch::Raw;
use super::super::depends::class;
use super::Known;

/// Inserts it for every table, index, key and column that is in the catalog.
pub(super) fn insert(known: &Known, raw: &Raw, catalog: &mut Catalog) {
    let keys: HashMap<u32, &ObjectId> = raw
        .constraints
        .iter()
        .filter(|row| matches!(row.kind, b'p' | b'u' | b'x'))
        .filter_map(|row| Some((row.index, known.ids.get(&(class::CONSTRAINT, row.oid))?)))
        .collect();
    let of_relation = |oid: &u32| {
        known
            .ids
            .get(&(class::CLASS, *oid))
            .or_else(|| keys.get(oid).copied())
    };
    let relations = raw
        .storage
        .iter()
        .filter_map(|(oid, storage)| Some((of_relation(oid)?.clone(), storage)));
    let columns = raw
        .column_storage
        .iter()
        .filter_map(|((relation, number), storage)| Some((known.column(raw, *relation, *number)?, storage)));
    let mut found: Vec<(ObjectId, &Storage)> = relations
        .chain(columns)
        .filter(|(target, _)| catalog.contains(target))
        .collect();
    found.sort_by_cached_key(|(target, _)| catalog.position(target));
    for (target, storage) in found {
        catalog.insert(ObjectId::on(Kind::Storage, target), storage.clone());
    }
}
