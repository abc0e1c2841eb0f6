//! Types made of others: composite types and ranges.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-range.html>

use std::sync::Arc;

use crate::catalog::{Expr, Ident};
use crate::dialect::Server;

use super::batch::Part;
use super::collations::{self, NAME, Named};
use super::relations::USER_SCHEMAS;

/// A type that has a name in a schema, and what stands for it elsewhere.
pub(super) struct TypeName {
    pub(super) oid: u32,
    pub(super) array: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
}

/// A composite type with its attributes in order.
pub(super) struct CompositeRow {
    pub(super) named: TypeName,
    /// Its number among relations, under which its attributes stand.
    pub(super) relation: u32,
    pub(super) attributes: Vec<AttributeRow>,
}

/// An attribute of a composite type.
pub(super) struct AttributeRow {
    pub(super) number: i16,
    pub(super) name: Ident,
    pub(super) type_id: u32,
    pub(super) type_text: Arc<str>,
    pub(super) collation: Option<Named>,
}

/// A range type.
pub(super) struct RangeRow {
    pub(super) named: TypeName,
    pub(super) subtype: u32,
    pub(super) subtype_text: Arc<str>,
    pub(super) opclass: Option<Arc<str>>,
    pub(super) collation: Option<Named>,
    pub(super) subtype_diff: Option<Expr>,
    /// Whether a function of its own spells its values.
    pub(super) has_canonical: bool,
    /// The type of several ranges, and the array of it; zero where there is none.
    pub(super) multirange: [u32; 2],
    pub(super) multirange_name: Option<Ident>,
}

/// Composite types that stand for themselves, a row an attribute.
pub(super) fn composites() -> Part {
    Part {
        what: "composite types",
        sql: format!(
            "SELECT t.oid, t.typarray, t.typnamespace, t.typname, c.oid, a.attnum, a.attname, a.atttypid, \
             pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT {NAME} FROM pg_catalog.pg_collation o \
             JOIN pg_catalog.pg_type b ON b.oid = a.atttypid WHERE o.oid = a.attcollation AND o.oid <> b.typcollation) \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_type t ON t.oid = c.reltype \
             LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             WHERE c.relkind = 'c' AND c.relnamespace IN {USER_SCHEMAS} ORDER BY c.oid, a.attnum"
        ),
        take: |raw, cells| {
            let oid = cells.number(0)?;
            if raw.composites.last().is_none_or(|last| last.named.oid != oid) {
                let row = CompositeRow {
                    named: TypeName {
                        oid,
                        array: cells.number(1)?,
                        schema: cells.number(2)?,
                        name: raw.ident(cells.text(3)?),
                    },
                    relation: cells.number(4)?,
                    attributes: Vec::new(),
                };
                raw.composites.push(row);
            }
            if let Some(name) = cells.opt(6)? {
                let attribute = AttributeRow {
                    number: cells.number(5)?,
                    name: raw.ident(name),
                    type_id: cells.number(7)?,
                    type_text: raw.text(cells.text(8)?),
                    collation: collations::named(raw, cells, 9)?,
                };
                if let Some(last) = raw.composites.last_mut() {
                    last.attributes.push(attribute);
                }
            }
            Ok(())
        },
    }
}

/// Range types.
pub(super) fn ranges(server: &Server) -> Part {
    let (multirange, joined) = if server.version >= 140_000 {
        (
            "m.oid, m.typarray, m.typname",
            "JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid",
        )
    } else {
        ("NULL, NULL, NULL", "")
    };
    Part {
        what: "range types",
        sql: format!(
            "SELECT t.oid, t.typarray, t.typnamespace, t.typname, r.rngsubtype, \
             pg_catalog.format_type(r.rngsubtype, NULL), CASE WHEN NOT o.opcdefault THEN \
             pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(o.opcname) END, \
             (SELECT {NAME} FROM pg_catalog.pg_collation o JOIN pg_catalog.pg_type b ON b.oid = r.rngsubtype \
             WHERE o.oid = r.rngcollation AND o.oid <> b.typcollation), \
             CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::pg_catalog.regproc::text END, r.rngcanonical <> 0, \
             {multirange} FROM pg_catalog.pg_range r JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid \
             JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc \
             JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace {joined} \
             WHERE t.typnamespace IN {USER_SCHEMAS} ORDER BY t.oid"
        ),
        take: |raw, cells| {
            let row = RangeRow {
                named: TypeName {
                    oid: cells.number(0)?,
                    array: cells.number(1)?,
                    schema: cells.number(2)?,
                    name: raw.ident(cells.text(3)?),
                },
                subtype: cells.number(4)?,
                subtype_text: raw.text(cells.text(5)?),
                opclass: cells.opt(6)?.map(Arc::from),
                collation: collations::named(raw, cells, 7)?,
                subtype_diff: cells.opt(8)?.map(Expr::new),
                has_canonical: cells.flag(9)?,
                multirange: [cells.number(10)?, cells.number(11)?],
                multirange_name: cells.opt(12)?.map(|name| raw.ident(name)),
            };
            raw.ranges.push(row);
            Ok(())
        },
    }
}
