//! Extended statistics of what was read.

use crate::catalog::kinds::Statistics;
use crate::catalog::{Catalog, Ident, Kind, ObjectId, QName};
use crate::dialect::Scope;

use super::super::batch::Raw;
use super::super::depends::class;
use super::{Known, Verdict, in_scope};

/// Inserts those of every table and materialized view that is in the catalog.
pub(super) fn insert(known: &mut Known, raw: &mut Raw, scope: &Scope, catalog: &mut Catalog) {
    let mut found = Vec::new();
    for row in std::mem::take(&mut raw.statistics) {
        let Some(schema) = raw
            .schemas
            .get(&row.schema)
            .filter(|schema| in_scope(scope, schema))
        else {
            continue;
        };
        let named = known.relations.get(&row.relation);
        let is_known = |verdict| matches!(verdict, Verdict::Table | Verdict::MaterializedView);
        let Some(named) = named.filter(|named| is_known(named.verdict)) else {
            continue;
        };
        let of = named.name.clone();
        let numbers = row.columns.iter();
        let mut columns: Vec<Ident> = numbers
            .filter_map(|number| known.column_name(raw, row.relation, *number).cloned())
            .collect();
        columns.sort();
        let name = QName::in_schema(schema.clone(), row.name);
        let statistics = Statistics {
            of,
            kinds: row.kinds,
            columns,
            exprs: row.exprs,
            target: row.target,
        };
        found.push((ObjectId::qualified(Kind::Statistics, name), row.oid, statistics));
    }
    found.sort_by(|one, other| (&one.2.of, &one.0).cmp(&(&other.2.of, &other.0)));
    for (id, oid, statistics) in found {
        if known.is_owned(class::STATISTICS, oid) {
            continue;
        }
        known.ids.insert((class::STATISTICS, oid), id.clone());
        catalog.insert(id, statistics);
    }
}
