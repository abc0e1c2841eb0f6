//! Extended statistics.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-statistic-ext.html>

use crate::catalog::kinds::StatisticsKind;
use crate::catalog::{Expr, Ident};
use crate::dialect::Server;
use crate::dialect::postgres::expressions::settled;

use super::batch::Part;

/// A row of `pg_statistic_ext`.
pub(super) struct StatisticsRow {
    pub(super) oid: u32,
    pub(super) relation: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    pub(super) kinds: Vec<StatisticsKind>,
    /// The numbers of the columns.
    pub(super) columns: Vec<i16>,
    pub(super) exprs: Vec<Expr>,
    pub(super) target: Option<i32>,
}

/// Extended statistics, a row an expression.
pub(super) fn part(server: &Server) -> Part {
    let target = if server.version >= 130_000 {
        "s.stxstattarget"
    } else {
        "NULL"
    };
    let (expr, exprs) = if server.version >= 140_000 {
        (
            "e.text",
            "LEFT JOIN LATERAL pg_catalog.unnest(pg_catalog.pg_get_statisticsobjdef_expressions(s.oid)) \
             WITH ORDINALITY AS e(text, at) ON true ORDER BY s.oid, e.at",
        )
    } else {
        ("NULL", "ORDER BY s.oid")
    };
    Part {
        what: "extended statistics",
        sql: format!(
            "SELECT s.oid, s.stxrelid, s.stxnamespace, s.stxname, s.stxkind, s.stxkeys, {target}, {expr} \
             FROM pg_catalog.pg_statistic_ext s {exprs}"
        ),
        take: |raw, cells| {
            let oid = cells.number(0)?;
            let expr = cells.opt(7)?.map(|text| Expr::new(settled(text)));
            if let Some(row) = raw.statistics.last_mut().filter(|row| row.oid == oid) {
                row.exprs.extend(expr);
                return Ok(());
            }
            let target = match cells.opt(6)? {
                None | Some("-1") => None,
                Some(_) => Some(cells.number(6)?),
            };
            let row = StatisticsRow {
                oid,
                relation: cells.number(1)?,
                schema: cells.number(2)?,
                name: raw.ident(cells.text(3)?),
                kinds: kinds(cells.text(4)?),
                columns: cells.numbers(5)?,
                exprs: expr.into_iter().collect(),
                target,
            };
            raw.statistics.push(row);
            Ok(())
        },
    }
}

/// `{d,f,m}`; that there are expressions among them, they say themselves.
fn kinds(letters: &str) -> Vec<StatisticsKind> {
    let mut out: Vec<StatisticsKind> = letters
        .chars()
        .filter_map(|letter| match letter {
            'd' => Some(StatisticsKind::Distinct),
            'f' => Some(StatisticsKind::Dependencies),
            'm' => Some(StatisticsKind::MostCommon),
            _ => None,
        })
        .collect();
    out.sort_unstable();
    out
}
