//! Enumerated types, domains and extensions.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-enum.html>

use std::sync::Arc;

use crate::catalog::kinds::{DomainCheck, Extension};
use crate::catalog::{Expr, Ident};
use crate::dialect::postgres::expressions::settled;

use super::batch::Part;
use super::collations::{self, NAME, Named};
use super::relations::USER_SCHEMAS;

/// A type, by number and as the engine spells it.
pub(super) type Typed = (u32, Arc<str>);

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

/// A domain, with its checks in the order of their names.
pub(super) struct DomainRow {
    pub(super) oid: u32,
    pub(super) array: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    pub(super) base: u32,
    pub(super) base_text: Arc<str>,
    pub(super) not_null: bool,
    pub(super) default: Option<Expr>,
    pub(super) collation: Option<Named>,
    pub(super) checks: Vec<(u32, DomainCheck)>,
}

/// Domains, a row a check.
pub(super) fn domains() -> Part {
    Part {
        what: "domains",
        sql: format!(
            "SELECT t.oid, t.typarray, t.typnamespace, t.typname, t.typbasetype, \
             pg_catalog.format_type(t.typbasetype, t.typtypmod), t.typnotnull, \
             pg_catalog.pg_get_expr(t.typdefaultbin, 0), (SELECT {NAME} FROM pg_catalog.pg_collation o \
             JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype WHERE o.oid = t.typcollation \
             AND o.oid <> b.typcollation), k.oid, k.conname, pg_catalog.pg_get_expr(k.conbin, 0), k.convalidated \
             FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_constraint k ON k.contypid = t.oid AND k.contype = 'c' \
             WHERE t.typtype = 'd' AND t.typnamespace IN {USER_SCHEMAS} ORDER BY t.oid, k.conname"
        ),
        take: |raw, cells| {
            let oid = cells.number(0)?;
            if raw.domains.last().is_none_or(|last| last.oid != oid) {
                let row = DomainRow {
                    oid,
                    array: cells.number(1)?,
                    schema: cells.number(2)?,
                    name: raw.ident(cells.text(3)?),
                    base: cells.number(4)?,
                    base_text: raw.text(cells.text(5)?),
                    not_null: cells.flag(6)?,
                    default: cells.opt(7)?.map(|text| Expr::new(settled(text))),
                    collation: collations::named(raw, cells, 8)?,
                    checks: Vec::new(),
                };
                raw.domains.push(row);
            }
            if let Some(name) = cells.opt(10)? {
                let check = DomainCheck {
                    name: raw.ident(name),
                    expr: Expr::new(settled(cells.text(11)?)),
                    validated: cells.flag(12)?,
                };
                let id = cells.number(9)?;
                raw.domains
                    .last_mut()
                    .into_iter()
                    .for_each(|last| last.checks.push((id, check.clone())));
            }
            Ok(())
        },
    }
}

/// Installed extensions but the one that every database has.
pub(super) fn extensions() -> Part {
    Part {
        what: "extensions",
        sql: "SELECT x.oid, x.extname, x.extversion, n.nspname FROM pg_catalog.pg_extension x \
              JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace WHERE x.extname <> 'plpgsql' ORDER BY x.extname"
            .to_owned(),
        take: |raw, cells| {
            let extension = Extension {
                version: Some(cells.text(2)?.to_owned()),
                // The engine's own schema can be named for none.
                schema: Some(raw.ident(cells.text(3)?)).filter(|schema| schema.text() != "pg_catalog"),
            };
            let name = raw.ident(cells.text(1)?);
            raw.extensions.push((cells.number(0)?, name, extension));
            Ok(())
        },
    }
}
