//! Range types, <https://www.postgresql.org/docs/current/sql-createtype.html>.
//!
//! Nothing about one can be changed: it is made anew, which no column may be made of then.

use crate::catalog::kinds::RangeType;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{RELATION, in_place, no_clause, nothing_to_alter, qualified, rename_qualified};

pub(super) static RULES: Rules<RangeType> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: RELATION,
    alter: |_, _, _, _| Alter::Replace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP TYPE ");
        qualified(item.id, sql);
    },
    alter_sql: nothing_to_alter,
    rename: Some(|from, to, _, sql| rename_qualified("TYPE", from, to, sql)),
};

fn create(item: Item<'_, RangeType>, sql: &mut Sql) {
    let range = item.payload;
    sql.raw("CREATE TYPE ");
    qualified(item.id, sql);
    sql.raw(" AS RANGE (SUBTYPE = ").raw(&range.subtype.text);
    if let Some(opclass) = &range.opclass {
        sql.raw(", SUBTYPE_OPCLASS = ").raw(opclass);
    }
    if let Some(collation) = &range.collation {
        sql.raw(", COLLATION = ").qname(collation.qname());
    }
    if let Some(difference) = &range.subtype_diff {
        sql.raw(", SUBTYPE_DIFF = ").raw(difference.text());
    }
    if let Some(multirange) = &range.multirange {
        sql.raw(", MULTIRANGE_TYPE_NAME = ").qname(multirange);
    }
    sql.raw(")");
}
