//! Enumerated types and extensions.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-enum.html>

use std::sync::Arc;

use crate::catalog::Ident;

use super::batch::Part;
use super::relations::USER_SCHEMAS;

/// An enumerated type.
pub(super) struct EnumRow {
    pub(super) oid: u32,
    pub(super) array: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    pub(super) values: Vec<Arc<str>>,
}

/// Enumerated types, a row a label.
pub(super) fn enums() -> Part {
    Part {
        what: "enums",
        sql: format!(
            "SELECT t.oid, t.typarray, t.typnamespace, t.typname, e.enumlabel FROM pg_catalog.pg_type t \
             LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid \
             WHERE t.typtype = 'e' AND t.typnamespace IN {USER_SCHEMAS} ORDER BY t.oid, e.enumsortorder"
        ),
        take: |raw, cells| {
            let oid = cells.number(0)?;
            let label = cells.opt(4)?.map(Arc::from);
            match raw.enums.last_mut() {
                Some(last) if last.oid == oid => last.values.extend(label),
                _ => {
                    let row = EnumRow {
                        oid,
                        array: cells.number(1)?,
                        schema: cells.number(2)?,
                        name: raw.ident(cells.text(3)?),
                        values: label.into_iter().collect(),
                    };
                    raw.enums.push(row);
                }
            }
            Ok(())
        },
    }
}

/// Installed extensions but the one that every database has.
pub(super) fn extensions() -> Part {
    Part {
        what: "extensions",
        sql: "SELECT x.oid, x.extname FROM pg_catalog.pg_extension x WHERE x.extname <> 'plpgsql' ORDER BY x.extname"
            .to_owned(),
        take: |raw, cells| {
            let name = raw.ident(cells.text(1)?);
            raw.extensions.push((cells.number(0)?, name));
            Ok(())
        },
    }
}
