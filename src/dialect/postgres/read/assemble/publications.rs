//! Publications, and the tables of each.

use std::collections::HashMap;

use crate::catalog::kinds::PublishedTable;
use crate::catalog::{Catalog, Ident, Kind, ObjectId};

use super::super::super::unmodelled::Notes;
use super::super::batch::Raw;
use super::super::depends::class;
use super::{Known, Verdict};

/// Inserts them. What a publication has of relations that are not in the catalog is told.
pub(super) fn insert(known: &mut Known, raw: &mut Raw, catalog: &mut Catalog, notes: &mut Notes) {
    let mut names: HashMap<u32, Ident> = HashMap::new();
    for row in std::mem::take(&mut raw.publications) {
        if known.is_owned(class::PUBLICATION, row.oid) {
            continue;
        }
        let id = ObjectId::global(Kind::Publication, row.name.clone());
        known.ids.insert((class::PUBLICATION, row.oid), id.clone());
        names.insert(row.oid, row.name);
        catalog.insert(id, row.publication);
    }
    let mut found = Vec::new();
    for row in std::mem::take(&mut raw.published) {
        let Some(publication) = names.get(&row.publication) else {
            continue;
        };
        let named = known.relations.get(&row.relation);
        let Some(table) = named.filter(|named| named.verdict == Verdict::Table) else {
            let label = named.map(|named| named.name.to_string());
            let what = format!("table {}", label.unwrap_or_else(|| "of the engine".to_owned()));
            notes.attribute(&ObjectId::global(Kind::Publication, publication.clone()), &what);
            continue;
        };
        let numbers = row.columns.iter();
        let mut columns: Vec<Ident> = numbers
            .filter_map(|number| known.column_name(raw, row.relation, *number).cloned())
            .collect();
        columns.sort();
        let published = PublishedTable {
            columns,
            filter: row.filter,
        };
        let id = ObjectId::member(Kind::PublishedTable, &table.name, publication.clone());
        found.push((id, row.oid, published));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    for (id, oid, published) in found {
        known.ids.insert((class::PUBLISHED, oid), id.clone());
        catalog.insert(id, published);
    }
}
