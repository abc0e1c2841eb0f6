//! Casts, <https://www.postgresql.org/docs/current/catalog-pg-cast.html>.

use std::sync::Arc;

use crate::catalog::kinds::{CastContext, CastMethod};
use crate::catalog::{Ident, QName};

use super::batch::Part;
use super::types::Typed;

/// A row of `pg_cast`.
pub(super) struct CastRow {
    pub(super) oid: u32,
    /// The types, by number and as the engine spells them.
    pub(super) source: Typed,
    pub(super) target: Typed,
    pub(super) method: CastMethod,
    pub(super) context: CastContext,
    /// The schemas in which its types and its function lie.
    pub(super) schemas: Vec<Ident>,
}

/// What users made; the constructors of a range bring casts along, and so on.
pub(super) fn part() -> Part {
    Part {
        what: "casts",
        sql: "SELECT c.oid, c.castsource, pg_catalog.format_type(c.castsource, NULL), c.casttarget, \
              pg_catalog.format_type(c.casttarget, NULL), c.castmethod, c.castcontext, n.nspname, p.proname, \
              pg_catalog.oidvectortypes(p.proargtypes), s.nspname, t.nspname FROM pg_catalog.pg_cast c \
              JOIN pg_catalog.pg_type st ON st.oid = c.castsource JOIN pg_catalog.pg_namespace s ON s.oid = st.typnamespace \
              JOIN pg_catalog.pg_type tt ON tt.oid = c.casttarget JOIN pg_catalog.pg_namespace t ON t.oid = tt.typnamespace \
              LEFT JOIN pg_catalog.pg_proc p ON p.oid = c.castfunc \
              LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
              WHERE c.oid >= 16384 AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
              WHERE d.classid = 2605 AND d.objid = c.oid AND d.deptype = 'i') ORDER BY c.oid"
            .to_owned(),
        take: |raw, cells| {
            let mut schemas = vec![raw.ident(cells.text(10)?), raw.ident(cells.text(11)?)];
            let method = match (cells.letter(5)?, cells.opt(7)?, cells.opt(8)?) {
                (b'f', Some(schema), Some(name)) => {
                    let schema = raw.ident(schema);
                    schemas.push(schema.clone());
                    let types = cells.opt(9)?.unwrap_or_default();
                    CastMethod::Function(QName::in_schema(schema, raw.ident(name)), Arc::from(types))
                }
                (b'b', ..) => CastMethod::Without,
                _ => CastMethod::InOut,
            };
            let row = CastRow {
                oid: cells.number(0)?,
                source: (cells.number(1)?, Arc::from(cells.text(2)?)),
                target: (cells.number(3)?, Arc::from(cells.text(4)?)),
                method,
                context: match cells.letter(6)? {
                    b'a' => CastContext::Assignment,
                    b'i' => CastContext::Implicit,
                    _ => CastContext::Explicit,
                },
                schemas,
            };
            raw.casts.push(row);
            Ok(())
        },
    }
}
