//! Exclusion constraints, <https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-EXCLUDE>.

use crate::catalog::kinds::Exclusion;
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::index::key;
use super::{
    RELATION, add, constraint, deferrable, drop_constraint, in_place, include, nothing_to_alter,
    rename_constraint,
};

pub(super) static RULES: Rules<Exclusion> = Rules {
    fold: Fold::WhenIndependent,
    replaceable: true,
    // Its index has its name.
    namespace: RELATION,
    alter: |_, _, _, _| Alter::Replace,
    attach: in_place,
    detach: in_place,
    create: |item, _, cx, sql| {
        add(item.id, sql);
        inline(item, cx, sql);
    },
    inline,
    drop: drop_constraint,
    alter_sql: nothing_to_alter,
    rename: Some(rename_constraint),
};

fn inline(item: Item<'_, Exclusion>, _cx: &RenderCx<'_>, sql: &mut Sql) {
    let exclusion = item.payload;
    constraint(item.id, sql);
    sql.raw("EXCLUDE USING ").raw(&exclusion.method).raw(" (");
    sql.list(
        exclusion.keys.iter().zip(&exclusion.operators),
        |sql, (term, operator)| {
            key(sql, term);
            sql.raw(" WITH ").raw(operator);
        },
    );
    sql.raw(")");
    include(&exclusion.include, sql);
    if let Some(predicate) = &exclusion.predicate {
        sql.raw(" WHERE ").raw(&parenthesised(predicate.text()));
    }
    deferrable(exclusion.deferrable, sql);
}
