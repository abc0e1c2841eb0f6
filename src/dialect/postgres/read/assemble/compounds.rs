//! Composite types and ranges.
//!
//! Each may be made of any other, so all are given their ids before one is made.

use crate::catalog::kinds::{Attribute, CompositeType, RangeType, multirange_name};
use crate::catalog::{Catalog, DataType, Kind, ObjectId, QName};
use crate::dialect::Scope;

use super::super::super::unmodelled::Notes;
use super::super::batch::Raw;
use super::super::compounds::{CompositeRow, RangeRow, TypeName};
use super::super::depends::class;
use super::{Known, in_scope};

/// What was read and is to be inserted, under its id.
#[derive(Default)]
pub(super) struct Compounds {
    composites: Vec<(ObjectId, CompositeRow)>,
    ranges: Vec<(ObjectId, RangeRow)>,
}

/// Gives ids to all of them.
pub(super) fn name(known: &mut Known, raw: &mut Raw, scope: &Scope, notes: &mut Notes) -> Compounds {
    let mut found = Compounds::default();
    for row in std::mem::take(&mut raw.composites) {
        if let Some(id) = id(known, raw, scope, Kind::Composite, &row.named) {
            known.insert_along((class::CLASS, row.relation), &id);
            for attribute in &row.attributes {
                let name = attribute.name.clone();
                known.attributes.insert((row.relation, attribute.number), name);
            }
            found.composites.push((id, row));
        }
    }
    for row in std::mem::take(&mut raw.ranges) {
        let Some(id) = id(known, raw, scope, Kind::Range, &row.named) else {
            continue;
        };
        if row.has_canonical {
            let reason = "a function of its own spells its values";
            notes.strange("range type", &id.label(), Some(reason));
            known.types.retain(|_, known| *known != id);
            known.ids.retain(|_, known| *known != id);
            continue;
        }
        for oid in row.multirange {
            known.types.insert(oid, id.clone());
            known.insert_along((class::TYPE, oid), &id);
        }
        found.ranges.push((id, row));
    }
    found.composites.sort_by(|a, b| a.0.cmp(&b.0));
    found.ranges.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn id(known: &mut Known, raw: &Raw, scope: &Scope, kind: Kind, named: &TypeName) -> Option<ObjectId> {
    let schema = raw.schemas.get(&named.schema)?;
    if !in_scope(scope, schema) || known.is_owned(class::TYPE, named.oid) {
        return None;
    }
    let id = ObjectId::qualified(kind, QName::in_schema(schema.clone(), named.name.clone()));
    known.insert_type((named.oid, named.array), &id);
    Some(id)
}

/// Inserts them.
pub(super) fn insert(known: &Known, raw: &Raw, found: Compounds, catalog: &mut Catalog) {
    for (id, row) in found.composites {
        let attributes = row.attributes.into_iter().map(|attribute| Attribute {
            name: attribute.name,
            data_type: DataType {
                text: attribute.type_text,
                user: known.types.get(&attribute.type_id).cloned(),
            },
            collation: attribute.collation.map(|named| raw.engine_name(&named)),
        });
        let attributes = attributes.collect();
        catalog.insert(id, CompositeType { attributes });
    }
    for (id, row) in found.ranges {
        let usual = id.qname().map(multirange_name);
        let multirange = row.multirange_name.zip(id.qname());
        let multirange = multirange.map(|(name, range)| range.sibling(name));
        let range = RangeType {
            subtype: DataType {
                text: row.subtype_text,
                user: known.types.get(&row.subtype).cloned(),
            },
            opclass: row.opclass,
            collation: row.collation.map(|named| raw.engine_name(&named)),
            subtype_diff: row.subtype_diff,
            multirange: multirange.filter(|name| Some(name) != usual.as_ref()),
        };
        catalog.insert(id, range);
    }
}
