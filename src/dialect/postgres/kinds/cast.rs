//! Casts, <https://www.postgresql.org/docs/current/sql-createcast.html>. Nothing of one can be altered.

use crate::catalog::ObjectId;
use crate::catalog::kinds::{Cast, CastContext, CastMethod};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{in_place, no_clause, nothing_to_alter};

pub(super) static RULES: Rules<Cast> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::Replace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP CAST ");
        types(item.id, sql);
    },
    alter_sql: nothing_to_alter,
    rename: None,
};

/// `(a AS b)`: the name of a cast, as the engine spells the types.
pub(super) fn types(id: &ObjectId, sql: &mut Sql) {
    if let Some(name) = id.name() {
        sql.raw("(").raw(name.text()).raw(")");
    }
}

fn create(item: Item<'_, Cast>, sql: &mut Sql) {
    sql.raw("CREATE CAST ");
    types(item.id, sql);
    match &item.payload.method {
        CastMethod::Function(name, types) => {
            sql.raw(" WITH FUNCTION ")
                .qname(name)
                .raw("(")
                .raw(types)
                .raw(")");
        }
        CastMethod::Without => {
            sql.raw(" WITHOUT FUNCTION");
        }
        CastMethod::InOut => {
            sql.raw(" WITH INOUT");
        }
    }
    sql.raw(match item.payload.context {
        CastContext::Explicit => "",
        CastContext::Assignment => " AS ASSIGNMENT",
        CastContext::Implicit => " AS IMPLICIT",
    });
}
