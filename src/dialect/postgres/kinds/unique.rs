//! Unique constraints, <https://www.postgresql.org/docs/current/ddl-constraints.html>.

use crate::catalog::kinds::{PrimaryKey, Unique};
use crate::catalog::{Catalog, ObjectId};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{
    RELATION, add, constraint, deferrable, drop_constraint, in_place, include, nothing_to_alter, overlaps,
    rename_constraint,
};

pub(super) static RULES: Rules<Unique> = Rules {
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

fn inline(item: Item<'_, Unique>, _cx: &RenderCx<'_>, sql: &mut Sql) {
    constraint(item.id, sql);
    sql.raw("UNIQUE ");
    if item.payload.nulls_not_distinct {
        sql.raw("NULLS NOT DISTINCT ");
    }
    sql.raw("(").idents(&item.payload.columns);
    sql.raw(overlaps(item.payload.without_overlaps)).raw(")");
    include(&item.payload.include, sql);
    deferrable(item.payload.deferrable, sql);
}

/// Whether a key that comes before it in its table is the same but for its name. In `CREATE TABLE` the engine makes one index for
/// both, and forgets the second constraint (`transformIndexConstraints` in `src/backend/parser/parse_utilcmd.c`).
pub(in crate::dialect::postgres) fn is_repeated(id: &ObjectId, unique: &Unique, catalog: &Catalog) -> bool {
    let Some(table) = id.relation() else {
        return false;
    };
    let beside = |other: &ObjectId| other.relation() == Some(table);
    let is_primary = catalog.of_kind::<PrimaryKey>().any(|(other, key)| {
        beside(other)
            && key.columns == unique.columns
            && key.include == unique.include
            && key.deferrable == unique.deferrable
            && !unique.nulls_not_distinct
    });
    is_primary
        || catalog
            .of_kind::<Unique>()
            .any(|(other, same)| beside(other) && other < id && same == unique)
}
