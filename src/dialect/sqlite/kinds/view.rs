//! A view: one text, dropped and created again when it changes.

use crate::catalog::kinds::View;
use crate::catalog::{Object, ObjectId};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

/// The rule row.
pub(in crate::dialect::sqlite) static RULES: Rules<View> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: super::SCHEMA_OBJECT,
    alter: |_, _, _, _| Alter::Replace,
    attach: |_, _| Alter::InPlace,
    detach: |_, _| Alter::InPlace,
    create,
    inline: |_, _, _| {},
    drop: |item, _, sql| {
        if let Some(name) = item.id.qname() {
            sql.raw("DROP VIEW ").qname(name);
        }
    },
    alter_sql: |_, _, _| {},
    rename: None,
};

fn create(item: Item<'_, View>, _: &[(&ObjectId, &Object)], _cx: &RenderCx<'_>, sql: &mut Sql) {
    let Some(name) = item.id.qname() else {
        return;
    };
    sql.raw("CREATE VIEW ").qname(name);
    if !item.payload.columns.is_empty() {
        sql.raw(" (").idents(&item.payload.columns).raw(")");
    }
    sql.raw(" AS\n").raw(item.payload.query.text());
}
