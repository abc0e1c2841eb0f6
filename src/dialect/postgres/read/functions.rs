//! Functions, procedures and aggregates in languages of the server.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-proc.html>

use std::sync::Arc;

use crate::catalog::kinds::{
    AGGREGATE_OPTIONS, Aggregate, AggregateOption, AggregateSort, Body, Function, Parallel, Volatility,
};
use crate::catalog::{Expr, Ident};
use crate::dialect::Server;
use crate::dialect::postgres::expressions::settled;

use super::batch::Part;
use super::relations::USER_SCHEMAS;

/// A row of `pg_proc`, as far as it names the routine.
pub(super) struct Routine<T> {
    pub(super) oid: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    pub(super) identity: Arc<str>,
    pub(super) object: T,
    /// Attributes that are not modelled and not the engine's default.
    pub(super) strange: Option<String>,
}

/// Between the settings of one function, and the options of one aggregate.
const SEPARATOR: char = '\u{1}';

/// Functions and procedures whose body is kept as a text or as statements.
pub(super) fn part(server: &Server) -> Part {
    let standard_body = if server.version >= 140_000 {
        "pg_catalog.pg_get_function_sqlbody(p.oid)"
    } else {
        "NULL"
    };
    Part {
        what: "functions",
        sql: format!(
            "SELECT p.oid, p.pronamespace, p.proname, pg_catalog.oidvectortypes(p.proargtypes), \
             pg_catalog.pg_get_function_arguments(p.oid), \
             CASE WHEN p.prokind <> 'p' THEN pg_catalog.pg_get_function_result(p.oid) END, l.lanname, p.provolatile, \
             p.proisstrict, p.prosecdef, pg_catalog.array_to_string(p.proconfig, E'\\x01'), p.prosrc, {standard_body}, \
             p.prokind = 'w', p.proleakproof, p.proparallel, CASE WHEN p.procost <> 100 THEN p.procost END, \
             CASE WHEN p.prorows NOT IN (0, 1000) THEN p.prorows END, \
             CASE WHEN p.prosupport <> 0 THEN p.prosupport::pg_catalog.regproc::text END, \
             CASE WHEN p.protrftypes IS NOT NULL THEN 'TRANSFORM' END \
             FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
             WHERE p.prokind IN ('f', 'p', 'w') AND l.lanname NOT IN ('c', 'internal') \
             AND p.pronamespace IN {USER_SCHEMAS} ORDER BY p.oid"
        ),
        take: |raw, cells| {
            let body = match cells.opt(12)? {
                Some(statements) => Body::Standard(Expr::new(settled(statements))),
                None => Body::Text(Expr::new(cells.text(11)?)),
            };
            let function = Function {
                arguments: Expr::new(cells.text(4)?),
                returns: cells.opt(5)?.map(Expr::new),
                language: raw.text(cells.text(6)?),
                window: cells.flag(13)?,
                volatility: match cells.letter(7)? {
                    b'i' => Volatility::Immutable,
                    b's' => Volatility::Stable,
                    _ => Volatility::Volatile,
                },
                strict: cells.flag(8)?,
                leakproof: cells.flag(14)?,
                security_definer: cells.flag(9)?,
                parallel: match cells.letter(15)? {
                    b's' => Parallel::Safe,
                    b'r' => Parallel::Restricted,
                    _ => Parallel::Unsafe,
                },
                cost: cells.opt(16)?.map(Arc::from),
                rows: cells.opt(17)?.map(Arc::from),
                support: cells.opt(18)?.map(Expr::new),
                settings: match cells.opt(10)? {
                    Some(text) => text.split(SEPARATOR).map(ToOwned::to_owned).collect(),
                    None => Vec::new(),
                },
                body,
            };
            let routine = Routine {
                oid: cells.number(0)?,
                schema: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                identity: Arc::from(cells.text(3)?),
                object: function,
                strange: cells.opt(19)?.map(ToOwned::to_owned),
            };
            raw.routines.push(routine);
            Ok(())
        },
    }
}

/// What each of [`AGGREGATE_OPTIONS`] is read from, in the same order; NULL where nothing has to be said.
const OPTIONS: &[&str] = &[
    "CASE WHEN a.aggtransfn <> 0 THEN a.aggtransfn::pg_catalog.regproc::text END",
    "pg_catalog.format_type(a.aggtranstype, NULL)",
    "CASE WHEN a.aggtransspace <> 0 THEN a.aggtransspace::text END",
    "CASE WHEN a.aggfinalfn <> 0 THEN a.aggfinalfn::pg_catalog.regproc::text END",
    "CASE WHEN a.aggfinalextra THEN '' END",
    "CASE WHEN a.aggfinalmodify <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN \
     CASE a.aggfinalmodify WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable' ELSE 'read_write' END END",
    "CASE WHEN a.aggcombinefn <> 0 THEN a.aggcombinefn::pg_catalog.regproc::text END",
    "CASE WHEN a.aggserialfn <> 0 THEN a.aggserialfn::pg_catalog.regproc::text END",
    "CASE WHEN a.aggdeserialfn <> 0 THEN a.aggdeserialfn::pg_catalog.regproc::text END",
    "a.agginitval",
    "CASE WHEN a.aggmtransfn <> 0 THEN a.aggmtransfn::pg_catalog.regproc::text END",
    "CASE WHEN a.aggminvtransfn <> 0 THEN a.aggminvtransfn::pg_catalog.regproc::text END",
    "CASE WHEN a.aggmtranstype <> 0 THEN pg_catalog.format_type(a.aggmtranstype, NULL) END",
    "CASE WHEN a.aggmtransspace <> 0 THEN a.aggmtransspace::text END",
    "CASE WHEN a.aggmfinalfn <> 0 THEN a.aggmfinalfn::pg_catalog.regproc::text END",
    "CASE WHEN a.aggmfinalextra THEN '' END",
    "CASE WHEN a.aggmtransfn <> 0 AND a.aggmfinalmodify <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN \
     CASE a.aggmfinalmodify WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable' ELSE 'read_write' END END",
    "a.aggminitval",
    "(SELECT 'operator(' || pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ')' FROM pg_catalog.pg_operator o \
     JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = a.aggsortop)",
    "CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END",
    "CASE WHEN a.aggkind = 'h' THEN '' END",
];

/// Where the first option stands in a row.
const FIRST: usize = 5;

/// Aggregates.
pub(super) fn aggregates() -> Part {
    Part {
        what: "aggregates",
        sql: format!(
            "SELECT p.oid, p.pronamespace, p.proname, pg_catalog.oidvectortypes(p.proargtypes), \
             pg_catalog.pg_get_function_arguments(p.oid), {options} FROM pg_catalog.pg_aggregate a \
             JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid WHERE p.pronamespace IN {USER_SCHEMAS} ORDER BY p.oid",
            options = OPTIONS.join(", ")
        ),
        take: |raw, cells| {
            let mut options = Vec::new();
            for (at, (name, sort)) in AGGREGATE_OPTIONS.iter().enumerate() {
                options.extend(option(name, *sort, cells.opt(FIRST + at)?));
            }
            let arguments = match cells.text(4)? {
                "" => "*",
                arguments => arguments,
            };
            let routine = Routine {
                oid: cells.number(0)?,
                schema: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                identity: Arc::from(cells.text(3)?),
                object: Aggregate {
                    arguments: Expr::new(arguments),
                    options,
                },
                strange: None,
            };
            raw.aggregates.push(routine);
            Ok(())
        },
    }
}

fn option(name: &'static str, sort: AggregateSort, cell: Option<&str>) -> Option<AggregateOption> {
    Some(AggregateOption {
        name,
        sort,
        value: Expr::new(cell?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_an_aggregate_is_read() {
        assert_eq!(OPTIONS.len(), AGGREGATE_OPTIONS.len());
    }
}
