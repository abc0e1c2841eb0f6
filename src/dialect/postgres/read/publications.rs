//! Publications and what is in them.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-publication.html>

use crate::catalog::kinds::{Publication, Published};
use crate::catalog::{Expr, Ident};
use crate::dialect::Server;
use crate::dialect::postgres::expressions::settled;

use super::batch::Part;

/// A row of `pg_publication`.
pub(super) struct PublicationRow {
    pub(super) oid: u32,
    pub(super) name: Ident,
    pub(super) publication: Publication,
}

/// A row of `pg_publication_rel`.
pub(super) struct PublishedRow {
    pub(super) oid: u32,
    pub(super) publication: u32,
    pub(super) relation: u32,
    /// The numbers of the columns; none for all.
    pub(super) columns: Vec<i16>,
    pub(super) filter: Option<Expr>,
}

/// Publications with their schemas, a row a schema.
pub(super) fn part(server: &Server) -> Part {
    let via_root = if server.version >= 130_000 {
        "p.pubviaroot"
    } else {
        "false"
    };
    let generated = if server.version >= 180_000 {
        "p.pubgencols = 's'"
    } else {
        "false"
    };
    let (schema, schemas) = if server.version >= 150_000 {
        (
            "n.nspname",
            "LEFT JOIN pg_catalog.pg_publication_namespace s ON s.pnpubid = p.oid \
             LEFT JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid \
             ORDER BY p.pubname COLLATE \"C\", n.nspname COLLATE \"C\"",
        )
    } else {
        ("NULL", "ORDER BY p.pubname COLLATE \"C\"")
    };
    Part {
        what: "publications",
        sql: format!(
            "SELECT p.oid, p.pubname, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, \
             {via_root}, {generated}, {schema} FROM pg_catalog.pg_publication p {schemas}"
        ),
        take: |raw, cells| {
            let oid = cells.number(0)?;
            let schema = cells.opt(9)?.map(|schema| raw.ident(schema));
            if let Some(row) = raw.publications.last_mut().filter(|row| row.oid == oid) {
                row.publication.schemas.extend(schema);
                return Ok(());
            }
            let mut publish = Vec::new();
            for (at, told) in (3..).zip(Published::ALL) {
                if cells.flag(at)? {
                    publish.push(*told);
                }
            }
            let row = PublicationRow {
                oid,
                name: raw.ident(cells.text(1)?),
                publication: Publication {
                    all_tables: cells.flag(2)?,
                    schemas: schema.into_iter().collect(),
                    publish,
                    via_root: cells.flag(7)?,
                    generated: cells.flag(8)?,
                },
            };
            raw.publications.push(row);
            Ok(())
        },
    }
}

/// The tables of publications.
pub(super) fn tables(server: &Server) -> Part {
    let more = if server.version >= 150_000 {
        "r.prattrs, pg_catalog.pg_get_expr(r.prqual, r.prrelid)"
    } else {
        "NULL, NULL"
    };
    Part {
        what: "published tables",
        sql: format!(
            "SELECT r.oid, r.prpubid, r.prrelid, {more} FROM pg_catalog.pg_publication_rel r ORDER BY r.oid"
        ),
        take: |raw, cells| {
            let row = PublishedRow {
                oid: cells.number(0)?,
                publication: cells.number(1)?,
                relation: cells.number(2)?,
                columns: cells.numbers(3)?,
                filter: cells.opt(4)?.map(|text| Expr::new(settled(text))),
            };
            raw.published.push(row);
            Ok(())
        },
    }
}
