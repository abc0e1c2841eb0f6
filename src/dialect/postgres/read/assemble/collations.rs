//! Collations that somebody made.

use crate::catalog::{Catalog, Kind, ObjectId, QName};
use crate::dialect::Scope;

use super::super::batch::Raw;
use super::super::depends::class;
use super::{Known, in_scope};

/// Inserts those of the schemas that are read.
pub(super) fn insert(known: &mut Known, raw: &mut Raw, scope: &Scope, catalog: &mut Catalog) {
    let mut found = Vec::new();
    for row in std::mem::take(&mut raw.made_collations) {
        let schema = raw.schemas.get(&row.schema);
        if let Some(schema) = schema.filter(|schema| in_scope(scope, schema))
            && !known.is_owned(class::COLLATION, row.oid)
        {
            let name = QName::in_schema(schema.clone(), row.name.clone());
            found.push((ObjectId::qualified(Kind::Collation, name), row));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    for (id, row) in found {
        known.ids.insert((class::COLLATION, row.oid), id.clone());
        catalog.insert(id, row.collation);
    }
}
