//! Collations, and the names by which columns, keys and types refer to them.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-collation.html>

use crate::catalog::kinds::{Collation, CollationProvider};
use crate::catalog::{EngineName, Ident, QName};
use crate::dialect::{EngineError, Server};

use super::batch::{Cells, Part, Raw};
use super::relations::USER_SCHEMAS;

/// A row of `pg_collation`.
pub(super) struct CollationRow {
    pub(super) oid: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    pub(super) collation: Collation,
}

/// The schema of something, by its number, and its name.
#[derive(Clone)]
pub(super) struct Named {
    schema: u32,
    name: Ident,
}

/// What [`named`] reads, for the collation `o`.
pub(super) const NAME: &str = "o.collnamespace::text || ' ' || o.collname";

/// What a cell names.
pub(super) fn named(raw: &mut Raw, cells: &Cells<'_>, at: usize) -> Result<Option<Named>, EngineError> {
    let cell = cells.opt(at)?.and_then(|text| text.split_once(' '));
    Ok(cell.and_then(|(schema, name)| {
        Some(Named {
            schema: schema.parse().ok()?,
            name: raw.ident(name),
        })
    }))
}

impl Raw {
    /// What it is called; in a schema of the engine, by its name alone.
    pub(super) fn engine_name(&self, named: &Named) -> EngineName {
        match self.schemas.get(&named.schema) {
            Some(schema) => EngineName::made(QName::in_schema(schema.clone(), named.name.clone())),
            None => EngineName::builtin(named.name.clone()),
        }
    }
}

/// Collations that somebody made. Those of other encodings are of no use in this database.
pub(super) fn part(server: &Server) -> Part {
    let locale = match server.version {
        170_000.. => "CASE o.collprovider WHEN 'c' THEN o.collcollate ELSE o.colllocale END",
        150_000.. => "CASE o.collprovider WHEN 'c' THEN o.collcollate ELSE o.colliculocale END",
        _ => "o.collcollate",
    };
    let rules = if server.version >= 160_000 {
        "o.collicurules"
    } else {
        "NULL"
    };
    Part {
        what: "collations",
        sql: format!(
            "SELECT o.oid, o.collnamespace, o.collname, o.collprovider, {locale}, \
             CASE WHEN o.collprovider = 'c' AND o.collctype <> o.collcollate THEN o.collctype END, \
             NOT o.collisdeterministic, {rules} FROM pg_catalog.pg_collation o \
             WHERE o.oid >= 16384 AND o.collnamespace IN {USER_SCHEMAS} AND o.collencoding IN \
             (-1, pg_catalog.pg_char_to_encoding(pg_catalog.getdatabaseencoding())) ORDER BY o.oid"
        ),
        take: |raw, cells| {
            let row = CollationRow {
                oid: cells.number(0)?,
                schema: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                collation: Collation {
                    provider: match cells.letter(3)? {
                        b'i' => CollationProvider::Icu,
                        b'b' => CollationProvider::Builtin,
                        _ => CollationProvider::Libc,
                    },
                    locale: raw.text(cells.opt(4)?.unwrap_or_default()),
                    ctype: cells.opt(5)?.map(|text| raw.text(text)),
                    nondeterministic: cells.flag(6)?,
                    rules: cells.opt(7)?.map(|text| raw.text(text)),
                },
            };
            raw.made_collations.push(row);
            Ok(())
        },
    }
}

/// The names of the collations that indexes and partitioned tables use, other than the database's own.
pub(super) fn used() -> Part {
    Part {
        what: "names of collations",
        sql: format!(
            "SELECT o.oid, {NAME} FROM pg_catalog.pg_collation o WHERE o.oid IN \
             (SELECT u.id FROM pg_catalog.pg_index i \
             CROSS JOIN LATERAL pg_catalog.unnest(i.indcollation::pg_catalog.oid[]) AS u(id) \
             WHERE i.indexrelid >= 16384 AND u.id NOT IN (0, 100) UNION ALL \
             SELECT u.id FROM pg_catalog.pg_partitioned_table p \
             CROSS JOIN LATERAL pg_catalog.unnest(p.partcollation::pg_catalog.oid[]) AS u(id)) ORDER BY o.oid"
        ),
        take: |raw, cells| {
            if let Some(named) = named(raw, cells, 1)? {
                raw.collations.insert(cells.number(0)?, named);
            }
            Ok(())
        },
    }
}
