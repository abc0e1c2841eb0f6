//! Extended statistics, <https://www.postgresql.org/docs/current/sql-createstatistics.html>.
//!
//! What they are about is fixed when they are made. They are filled by the next `ANALYZE` of the table.

use crate::catalog::ObjectId;
use crate::catalog::kinds::{Statistics, StatisticsAttr, StatisticsKind};
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{in_place, no_clause, qualified, rename_qualified};

pub(super) static RULES: Rules<Statistics> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |attr, _, _, _| match attr {
        StatisticsAttr::Of | StatisticsAttr::Kinds | StatisticsAttr::Columns | StatisticsAttr::Exprs => {
            Alter::Replace
        }
        StatisticsAttr::Target => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP STATISTICS ");
        qualified(item.id, sql);
    },
    alter_sql: |change, _, sql| count(change.id, change.to.target, sql),
    rename: Some(|from, to, _, sql| rename_qualified("STATISTICS", from, to, sql)),
};

fn create(item: Item<'_, Statistics>, sql: &mut Sql) {
    let statistics = item.payload;
    sql.raw("CREATE STATISTICS ");
    qualified(item.id, sql);
    if !statistics.kinds.is_empty() && statistics.kinds != StatisticsKind::ALL {
        sql.raw(" (").list(&statistics.kinds, |sql, kind| {
            sql.raw(word(*kind));
        });
        sql.raw(")");
    }
    sql.raw(" ON ").idents(&statistics.columns);
    if !statistics.columns.is_empty() && !statistics.exprs.is_empty() {
        sql.raw(", ");
    }
    sql.list(&statistics.exprs, |sql, expr| {
        sql.raw(&parenthesised(expr.text()));
    });
    sql.raw(" FROM ").qname(&statistics.of).end();
    if statistics.target.is_some() {
        count(item.id, statistics.target, sql);
    }
}

fn word(kind: StatisticsKind) -> &'static str {
    match kind {
        StatisticsKind::Distinct => "ndistinct",
        StatisticsKind::Dependencies => "dependencies",
        StatisticsKind::MostCommon => "mcv",
    }
}

/// `ALTER STATISTICS s SET STATISTICS n`; -1 is what there is without a word.
fn count(id: &ObjectId, target: Option<i32>, sql: &mut Sql) {
    sql.raw("ALTER STATISTICS ");
    qualified(id, sql);
    sql.raw(&format!(" SET STATISTICS {}", target.unwrap_or(-1)))
        .end();
}
