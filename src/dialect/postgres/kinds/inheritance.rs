//! Inheritance, <https://www.postgresql.org/docs/current/ddl-inherit.html>.
//!
//! A new table is made with it (`INHERITS (…)`); one that is there begins and ends to inherit by `ALTER TABLE`, which looks at
//! no row.

use crate::catalog::kinds::{Inheritance, InheritanceAttr};
use crate::catalog::{Kind, Object, ObjectId, QName};
use crate::dialect::{Alter, Fold, RenderCx, Rules, Sql};

use super::{alter_table, in_place};

pub(super) static RULES: Rules<Inheritance> = Rules {
    fold: Fold::Always,
    replaceable: true,
    namespace: None,
    alter: |attr, _, _, _| match attr {
        InheritanceAttr::Parents | InheritanceAttr::Own => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| change(item.id, &[], &item.payload.parents, sql),
    inline: |item, _, sql| {
        sql.raw(" INHERITS (");
        sql.list(&item.payload.parents, |sql, parent| {
            sql.qname(parent);
        });
        sql.raw(")");
    },
    drop: |item, _, sql| change(item.id, &item.payload.parents, &[], sql),
    alter_sql: |altered, _, sql| {
        let kept = altered.from.kept(altered.to).len();
        let stays = |parent: &QName| altered.to.parents[..kept].contains(parent);
        let ends = altered.from.parents.iter().filter(|parent| !stays(parent));
        let ends: Vec<QName> = ends.cloned().collect();
        change(altered.id, &ends, &altered.to.parents[kept..], sql);
    },
    rename: None,
};

/// `ALTER TABLE t NO INHERIT a, INHERIT b`
fn change(id: &ObjectId, ends: &[QName], begins: &[QName], sql: &mut Sql) {
    let ends = ends.iter().map(|parent| ("NO INHERIT ", parent));
    let begins = begins.iter().map(|parent| ("INHERIT ", parent));
    let parts: Vec<(&str, &QName)> = ends.chain(begins).collect();
    let Some(table) = id.target().filter(|_| !parts.is_empty()) else {
        return;
    };
    alter_table(table, sql);
    sql.list(parts, |sql, (words, parent)| {
        sql.raw(words).qname(parent);
    });
    sql.end();
}

/// Whether a member of a new table comes with what it inherits.
pub(super) fn comes_along((id, object): &(&ObjectId, &Object), cx: &RenderCx<'_>) -> bool {
    matches!(object, Object::Column(_) | Object::Check(_)) && cx.to.is_implied(id)
}

/// `ALTER TABLE ` or `ALTER TABLE ONLY `: what goes in a table that others inherit goes there alone.
pub(super) fn alter_alone(id: &ObjectId, cx: &RenderCx<'_>, sql: &mut Sql) {
    let table = id.relation();
    let is_inherited = table.is_some_and(|table| cx.to.heirs_of(table).next().is_some());
    match table.filter(|_| is_inherited) {
        Some(table) => {
            sql.raw("ALTER TABLE ONLY ").qname(table).raw(" ");
        }
        None => alter_table(id, sql),
    }
}

/// What a column that a new table inherits may be, although its parents require a value.
pub(super) fn allows_null(id: &ObjectId, object: &Object, cx: &RenderCx<'_>, sql: &mut Sql) {
    let required = matches!(cx.to.inherited(id), Some(Object::Column(above)) if !above.nullable);
    if let (Kind::Column, Object::Column(column)) = (id.kind, object)
        && column.nullable
        && required
    {
        alter_table(id, sql);
        sql.raw("ALTER COLUMN ");
        super::name(id, sql);
        sql.raw(" DROP NOT NULL").end();
    }
}
