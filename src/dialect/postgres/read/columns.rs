//! Columns and their defaults.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-attribute.html>

use crate::dialect::postgres::expressions::settled;
use std::sync::Arc;

use crate::catalog::{Expr, Ident};

use super::batch::Part;
use super::collations::{self, Named};
use super::relations::USER_SCHEMAS;
use super::type_names;

/// A row of `pg_attribute`.
pub(super) struct Attribute {
    pub(super) relation: u32,
    pub(super) number: i16,
    pub(super) name: Ident,
    pub(super) type_id: u32,
    pub(super) type_text: Arc<str>,
    pub(super) collation_id: u32,
    /// Its name, where it is not the type's own.
    pub(super) collation: Option<Named>,
    pub(super) not_null: bool,
    /// `a`, `d`, or zero.
    pub(super) identity: u8,
    /// `s`, `v`, or zero.
    pub(super) generated: u8,
    /// Whether the table states it itself.
    pub(super) own: bool,
    /// Whether it has it from another one.
    pub(super) inherited: bool,
}

/// A row of `pg_attrdef`: a default, or what a generated column is computed from.
pub(super) struct DefaultValue {
    pub(super) oid: u32,
    pub(super) relation: u32,
    pub(super) number: i16,
    pub(super) expr: Expr,
}

/// The columns of tables and views.
pub(super) fn attributes() -> Part {
    Part {
        what: "columns",
        sql: format!(
            "SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, \
             CASE WHEN a.atttypid NOT IN ({known}) THEN pg_catalog.format_type(a.atttypid, a.atttypmod) END, \
             a.attcollation, CASE WHEN a.attcollation NOT IN (0, 100) OR a.atttypid = 19 THEN \
             (SELECT {name} FROM pg_catalog.pg_collation o JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
             WHERE o.oid = a.attcollation AND o.oid <> t.typcollation) END, \
             a.attnotnull, a.attidentity, a.attgenerated, a.attislocal, a.attinhcount > 0 \
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
             WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'p', 'f') \
             AND c.relnamespace IN {USER_SCHEMAS} ORDER BY a.attrelid, a.attnum",
            known = type_names::KNOWN,
            name = collations::NAME
        ),
        take: |raw, cells| {
            let type_id = cells.number(3)?;
            let type_text = match cells.opt(5)? {
                Some(text) => raw.text(text),
                None => raw.text(&type_names::spell(type_id, cells.number(4)?).unwrap_or_default()),
            };
            let attribute = Attribute {
                relation: cells.number(0)?,
                number: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                type_id,
                type_text,
                collation_id: cells.number(6)?,
                collation: collations::named(raw, cells, 7)?,
                not_null: cells.flag(8)?,
                identity: cells.letter(9)?,
                generated: cells.letter(10)?,
                own: cells.flag(11)?,
                inherited: cells.flag(12)?,
            };
            raw.attributes.push(attribute);
            Ok(())
        },
    }
}

/// Defaults and generation expressions. Only the latter have columns in them; the engine prints the others without
/// opening the table, which is twice as fast.
pub(super) fn defaults() -> Part {
    Part {
        what: "defaults",
        sql: "SELECT d.oid, d.adrelid, d.adnum, CASE WHEN a.attgenerated = '' \
              THEN pg_catalog.pg_get_expr(d.adbin, 0) ELSE pg_catalog.pg_get_expr(d.adbin, d.adrelid) END \
              FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a \
              ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid >= 16384 ORDER BY d.oid"
            .to_owned(),
        take: |raw, cells| {
            let expr = Expr::new(raw.text(&settled(cells.opt(3)?.unwrap_or_default())));
            raw.defaults.push(DefaultValue {
                oid: cells.number(0)?,
                relation: cells.number(1)?,
                number: cells.number(2)?,
                expr,
            });
            Ok(())
        },
    }
}
