//! Check constraints, <https://www.postgresql.org/docs/current/ddl-constraints.html>.

use crate::catalog::kinds::{Check, CheckAttr};
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::inheritance::alter_alone;
use super::{add, constraint, in_place, name, rename_constraint, unchecked, validate_constraint};

pub(super) static RULES: Rules<Check> = Rules {
    fold: Fold::WhenIndependent,
    replaceable: true,
    namespace: None,
    alter: |attr, _, to, _| match attr {
        CheckAttr::Validated if to.payload.validated => Alter::InPlace,
        // No version can turn a check on or off.
        CheckAttr::Expr | CheckAttr::NoInherit | CheckAttr::Validated | CheckAttr::NotEnforced => {
            Alter::Replace
        }
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, cx, sql| {
        add(item.id, sql);
        inline(item, cx, sql);
    },
    inline,
    drop: |item, cx, sql| {
        alter_alone(item.id, cx, sql);
        sql.raw("DROP CONSTRAINT ");
        name(item.id, sql);
    },
    alter_sql: |change, _, sql| validate_constraint(change.id, sql),
    rename: Some(rename_constraint),
};

fn inline(item: Item<'_, Check>, _cx: &RenderCx<'_>, sql: &mut Sql) {
    constraint(item.id, sql);
    sql.raw("CHECK ").raw(&parenthesised(item.payload.expr.text()));
    if item.payload.no_inherit {
        sql.raw(" NO INHERIT");
    }
    unchecked(item.payload.validated, item.payload.not_enforced, sql);
}
