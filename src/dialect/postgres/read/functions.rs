//! Functions and procedures in languages of the server.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-proc.html>

use std::sync::Arc;

use crate::catalog::kinds::{Function, Volatility};
use crate::catalog::{Expr, Ident};
use crate::dialect::Server;

use super::batch::Part;
use super::relations::USER_SCHEMAS;

/// A row of `pg_proc`.
pub(super) struct Routine {
    pub(super) oid: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    pub(super) identity: Arc<str>,
    pub(super) function: Function,
    /// Attributes that are not modelled and not the engine's default.
    pub(super) strange: Option<String>,
}

/// Between the settings of one function.
const SEPARATOR: char = '\u{1}';

/// Those whose body is a text: the others are reported by `unmodelled`.
pub(super) fn part(server: &Server) -> Part {
    let text_body = if server.version >= 140_000 {
        "AND p.prosqlbody IS NULL"
    } else {
        ""
    };
    Part {
        what: "functions",
        sql: format!(
            "SELECT p.oid, p.pronamespace, p.proname, pg_catalog.oidvectortypes(p.proargtypes), \
             pg_catalog.pg_get_function_arguments(p.oid), \
             CASE WHEN p.prokind = 'f' THEN pg_catalog.pg_get_function_result(p.oid) END, l.lanname, p.provolatile, \
             p.proisstrict, p.prosecdef, pg_catalog.array_to_string(p.proconfig, E'\\x01'), p.prosrc, \
             pg_catalog.concat_ws(', ', CASE WHEN p.proleakproof THEN 'LEAKPROOF' END, \
             CASE p.proparallel WHEN 's' THEN 'PARALLEL SAFE' WHEN 'r' THEN 'PARALLEL RESTRICTED' END, \
             CASE WHEN p.procost <> 100 THEN 'COST ' || p.procost END, \
             CASE WHEN p.prorows NOT IN (0, 1000) THEN 'ROWS ' || p.prorows END, \
             CASE WHEN p.prosupport <> 0 THEN 'SUPPORT' END, \
             CASE WHEN p.protrftypes IS NOT NULL THEN 'TRANSFORM' END) \
             FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
             WHERE p.prokind IN ('f', 'p') AND l.lanname NOT IN ('c', 'internal') {text_body} \
             AND p.pronamespace IN {USER_SCHEMAS} ORDER BY p.oid"
        ),
        take: |raw, cells| {
            let function = Function {
                arguments: Expr::new(cells.text(4)?),
                returns: cells.opt(5)?.map(Expr::new),
                language: raw.text(cells.text(6)?),
                volatility: match cells.letter(7)? {
                    b'i' => Volatility::Immutable,
                    b's' => Volatility::Stable,
                    _ => Volatility::Volatile,
                },
                strict: cells.flag(8)?,
                security_definer: cells.flag(9)?,
                settings: match cells.opt(10)? {
                    Some(text) => text.split(SEPARATOR).map(ToOwned::to_owned).collect(),
                    None => Vec::new(),
                },
                body: Expr::new(cells.text(11)?),
            };
            let strange = cells.text(12)?;
            let routine = Routine {
                oid: cells.number(0)?,
                schema: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                identity: Arc::from(cells.text(3)?),
                function,
                strange: (!strange.is_empty()).then(|| strange.to_owned()),
            };
            raw.routines.push(routine);
            Ok(())
        },
    }
}
