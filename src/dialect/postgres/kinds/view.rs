//! Views, <https://www.postgresql.org/docs/current/sql-createview.html>.
//!
//! `CREATE OR REPLACE` can only append columns; a view is dropped and created instead, with those that rest on it.

use crate::catalog::kinds::View;
use crate::catalog::{Object, ObjectId};
use crate::dialect::bridge::stands_in;
use crate::dialect::postgres::bridge;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{RELATION, in_place, no_clause, nothing_to_alter, qualified, rename_qualified};

pub(super) static RULES: Rules<View> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: RELATION,
    alter: |_, _, _, _| Alter::Replace,
    attach: in_place,
    detach: in_place,
    create,
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP VIEW ");
        qualified(item.id, sql);
    },
    alter_sql: nothing_to_alter,
    rename: Some(|from, to, _, sql| rename_qualified("VIEW", from, to, sql)),
};

fn create(item: Item<'_, View>, _: &[(&ObjectId, &Object)], cx: &RenderCx<'_>, sql: &mut Sql) {
    sql.raw("CREATE VIEW ");
    qualified(item.id, sql);
    if !item.payload.columns.is_empty() {
        sql.raw(" (").idents(&item.payload.columns).raw(")");
    }
    let query = item.payload.query.text().trim_end();
    sql.raw(" AS\n").raw(query.trim_end_matches(';').trim_end());
    if let Some(view) = item.id.qname().filter(|_| stands_in(item.id, cx.to)) {
        bridge::share(view, sql);
    }
}
