//! Primary keys, unique constraints, checks and foreign keys.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-constraint.html>

use std::sync::Arc;

use crate::catalog::kinds::{Deferrable, Match, ReferentialAction};
use crate::catalog::{Expr, Ident};
use crate::dialect::Server;
use crate::dialect::postgres::expressions::settled;

use super::batch::Part;
use super::relations::USER_SCHEMAS;

/// A row of `pg_constraint`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of one row of the catalog"
)]
pub(super) struct Constraint {
    pub(super) oid: u32,
    pub(super) name: Ident,
    /// `p`, `u`, `c`, `f`, `x`, or `n` (18).
    pub(super) kind: u8,
    pub(super) relation: u32,
    pub(super) columns: Vec<i16>,
    pub(super) index: u32,
    pub(super) referenced: u32,
    pub(super) referenced_columns: Vec<i16>,
    pub(super) on_update: ReferentialAction,
    pub(super) on_delete: ReferentialAction,
    /// Those that are set then, where not all are.
    pub(super) on_delete_columns: Vec<i16>,
    pub(super) match_type: Match,
    pub(super) deferrable: Deferrable,
    pub(super) validated: bool,
    pub(super) no_inherit: bool,
    pub(super) enforced: bool,
    pub(super) check: Option<Expr>,
    /// The operators of an exclusion constraint, as they are written.
    pub(super) operators: Vec<Arc<str>>,
    /// Whether the last column is a period.
    pub(super) period: bool,
    /// Whether the table states it itself.
    pub(super) own: bool,
}

/// The constraints of tables. A foreign key to a partitioned table has one more to each partition, which is no object of
/// its own.
pub(super) fn part(server: &Server) -> Part {
    let set_columns = if server.version >= 150_000 {
        "k.confdelsetcols"
    } else {
        "NULL::pg_catalog.int2[]"
    };
    let (enforced, period) = if server.version >= 180_000 {
        ("k.conenforced", "k.conperiod")
    } else {
        ("true", "false")
    };
    let operator = "CASE WHEN n.nspname = 'pg_catalog' THEN o.oprname::text ELSE 'OPERATOR(' || \
                    pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ')' END";
    Part {
        what: "constraints",
        sql: format!(
            "SELECT k.oid, k.conname, k.contype, k.conrelid, k.conkey, k.conindid, k.confrelid, k.confkey, \
             k.confupdtype, k.confdeltype, k.confmatchtype, k.condeferrable, k.condeferred, k.convalidated, \
             k.connoinherit, CASE WHEN k.contype = 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid) END, \
             {set_columns}, {enforced}, {period}, \
             CASE WHEN k.contype = 'x' THEN (SELECT pg_catalog.string_agg({operator}, ' ' ORDER BY u.at) \
             FROM pg_catalog.unnest(k.conexclop) WITH ORDINALITY AS u(id, at) JOIN pg_catalog.pg_operator o ON o.oid = u.id \
             JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace) END, k.conislocal \
             FROM pg_catalog.pg_constraint k WHERE k.conrelid <> 0 AND k.contype IN ('p', 'u', 'c', 'f', 'x', 'n') \
             AND k.connamespace IN {USER_SCHEMAS} AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint o \
             WHERE o.oid = k.conparentid AND k.contype = 'f' \
             AND (o.confrelid <> k.confrelid OR o.conrelid = k.conrelid)) ORDER BY k.conrelid, k.conname"
        ),
        take: |raw, cells| {
            let constraint = Constraint {
                oid: cells.number(0)?,
                name: raw.ident(cells.text(1)?),
                kind: cells.letter(2)?,
                relation: cells.number(3)?,
                columns: cells.numbers(4)?,
                index: cells.number(5)?,
                referenced: cells.number(6)?,
                referenced_columns: cells.numbers(7)?,
                on_update: action(cells.letter(8)?),
                on_delete: action(cells.letter(9)?),
                on_delete_columns: cells.numbers(16)?,
                match_type: if cells.letter(10)? == b'f' {
                    Match::Full
                } else {
                    Match::Simple
                },
                deferrable: match (cells.flag(11)?, cells.flag(12)?) {
                    (false, _) => Deferrable::No,
                    (true, false) => Deferrable::InitiallyImmediate,
                    (true, true) => Deferrable::InitiallyDeferred,
                },
                validated: cells.flag(13)?,
                no_inherit: cells.flag(14)?,
                enforced: cells.flag(17)?,
                check: cells.opt(15)?.map(|text| Expr::new(settled(text))),
                operators: cells
                    .opt(19)?
                    .unwrap_or_default()
                    .split_whitespace()
                    .map(|text| raw.text(text))
                    .collect(),
                period: cells.flag(18)?,
                own: cells.flag(20)?,
            };
            raw.constraints.push(constraint);
            Ok(())
        },
    }
}

fn action(letter: u8) -> ReferentialAction {
    match letter {
        b'r' => ReferentialAction::Restrict,
        b'c' => ReferentialAction::Cascade,
        b'n' => ReferentialAction::SetNull,
        b'd' => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
