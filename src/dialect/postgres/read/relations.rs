//! Schemas, and what has a name in `pg_class`: tables, views, and the kinds that are not modelled.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-class.html>

use crate::catalog::{Expr, Ident, QName};
use crate::dialect::Server;
use crate::dialect::postgres::expressions::settled;

use super::batch::Part;
use super::partitions::bound;

/// The schemas whose objects are read, as a subquery: not the engine's own (names with `pg_` are reserved), and not
/// the one that holds our ledger.
pub(super) const USER_SCHEMAS: &str = "(SELECT n.oid FROM pg_catalog.pg_namespace n \
     WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'reconcile'))";

/// A row of `pg_class` that is a table of some sort, or a view.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of one row of the catalog"
)]
pub(super) struct Relation {
    pub(super) oid: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    /// `relkind`.
    pub(super) kind: u8,
    pub(super) unlogged: bool,
    pub(super) partition: bool,
    /// The type that it is made of.
    pub(super) of_type: Option<u32>,
    pub(super) row_type: u32,
    pub(super) row_security: bool,
    /// For the owner, too.
    pub(super) forced_row_security: bool,
    /// By what the rows of a table are kept, if not by the engine's own.
    pub(super) access_method: Option<Ident>,
    /// The options of a view.
    pub(super) options: Option<String>,
}

/// The query of a view of either sort, and the rule that is recorded as depending on what it reads.
pub(super) struct ViewRow {
    pub(super) oid: u32,
    pub(super) rule: u32,
    pub(super) query: Expr,
}

/// All schemas but the engine's own.
pub(super) fn schemas() -> Part {
    Part {
        what: "schemas",
        sql: format!(
            "SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid IN {USER_SCHEMAS} ORDER BY n.nspname"
        ),
        take: |raw, cells| {
            let name = raw.ident(cells.text(1)?);
            raw.schemas.insert(cells.number(0)?, name);
            Ok(())
        },
    }
}

/// Tables of every sort and views.
pub(super) fn relations() -> Part {
    Part {
        what: "relations",
        sql: format!(
            "SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relpersistence, c.relispartition, c.reloftype, \
             c.reltype, c.relrowsecurity, c.relforcerowsecurity, \
             CASE WHEN c.relkind = 'v' THEN pg_catalog.array_to_string(c.reloptions, ', ') END, \
             (SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = c.relam AND c.relam <> 2) \
             FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') \
             AND c.relnamespace IN {USER_SCHEMAS} ORDER BY c.oid"
        ),
        take: |raw, cells| {
            let relation = Relation {
                oid: cells.number(0)?,
                schema: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                kind: cells.letter(3)?,
                unlogged: cells.letter(4)? == b'u',
                partition: cells.flag(5)?,
                of_type: Some(cells.number::<u32>(6)?).filter(|of| *of != 0),
                row_type: cells.number(7)?,
                row_security: cells.flag(8)?,
                forced_row_security: cells.flag(9)?,
                options: cells.opt(10)?.map(ToOwned::to_owned),
                access_method: cells.opt(11)?.map(|name| raw.ident(name)),
            };
            raw.relations.push(relation);
            Ok(())
        },
    }
}

/// Both ends of every inheritance, the parents of each in their order.
pub(super) fn inherits(server: &Server) -> Part {
    let pending = if server.version >= 140_000 {
        "i.inhdetachpending"
    } else {
        "false"
    };
    Part {
        what: "inheritance",
        sql: format!(
            "SELECT i.inhrelid, i.inhparent, {pending} FROM pg_catalog.pg_inherits i ORDER BY i.inhrelid, i.inhseqno"
        ),
        take: |raw, cells| {
            let child = cells.number(0)?;
            raw.inherits.push((child, cells.number(1)?));
            if cells.flag(2)? {
                raw.detaching.insert(child);
            }
            Ok(())
        },
    }
}

/// Which rows each partition takes.
pub(super) fn bounds() -> Part {
    Part {
        what: "partitions",
        sql: format!(
            "SELECT c.oid, pg_catalog.pg_get_expr(c.relpartbound, c.oid) FROM pg_catalog.pg_class c \
             WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND c.relnamespace IN {USER_SCHEMAS} ORDER BY c.oid"
        ),
        take: |raw, cells| {
            raw.bounds.insert(cells.number(0)?, bound(cells.text(1)?)?);
            Ok(())
        },
    }
}

/// The queries of views, materialized ones too. Only the engine can print them.
pub(super) fn views() -> Part {
    Part {
        what: "views",
        sql: format!(
            "SELECT c.oid, r.oid, pg_catalog.pg_get_viewdef(c.oid) FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN' \
             WHERE c.relkind IN ('v', 'm') AND c.relnamespace IN {USER_SCHEMAS} ORDER BY c.oid"
        ),
        take: |raw, cells| {
            let text = cells.opt(2)?.unwrap_or_default();
            let text = text.trim_start().trim_end_matches(';');
            raw.views.push(ViewRow {
                oid: cells.number(0)?,
                rule: cells.number(1)?,
                query: Expr::new(settled(text)),
            });
            Ok(())
        },
    }
}

impl Relation {
    /// Its name with its schema.
    pub(super) fn qname(&self, schema: &Ident) -> QName {
        QName::in_schema(schema.clone(), self.name.clone())
    }
}
