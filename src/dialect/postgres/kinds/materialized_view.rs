//! Materialized views, <https://www.postgresql.org/docs/current/sql-creatematerializedview.html>.
//!
//! There is no `CREATE OR REPLACE`: another query means another view, with those that rest on it and its indexes.

use crate::catalog::kinds::{MaterializedView, MaterializedViewAttr};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{RELATION, in_place, no_clause, nothing_to_alter, qualified, rename_qualified};

pub(super) static RULES: Rules<MaterializedView> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: RELATION,
    alter: |attr, _, _, _| match attr {
        MaterializedViewAttr::Query => Alter::Replace,
        // It is said of the making alone.
        MaterializedViewAttr::WithData => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP MATERIALIZED VIEW ");
        qualified(item.id, sql);
    },
    alter_sql: nothing_to_alter,
    rename: Some(|from, to, _, sql| rename_qualified("MATERIALIZED VIEW", from, to, sql)),
};

fn create(item: Item<'_, MaterializedView>, sql: &mut Sql) {
    sql.raw("CREATE MATERIALIZED VIEW ");
    qualified(item.id, sql);
    let query = item.payload.query.text().trim_end();
    sql.raw(" AS\n").raw(query.trim_end_matches(';').trim_end());
    if !item.payload.with_data {
        sql.raw("\nWITH NO DATA");
    }
}
