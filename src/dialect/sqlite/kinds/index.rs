//! An index; a unique constraint's own index is no object.

use crate::catalog::kinds::{Index, IndexKey, IndexTerm, NullsOrder};
use crate::catalog::{Object, ObjectId};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

/// The rule row.
pub(in crate::dialect::sqlite) static RULES: Rules<Index> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: super::SCHEMA_OBJECT,
    alter: |_, _, _, _| Alter::Replace,
    attach: |_, _| Alter::InPlace,
    detach: |_, _| Alter::InPlace,
    create,
    inline: |_, _, _| {},
    drop: |item, _, sql| {
        if let Some(name) = item.id.name() {
            sql.raw("DROP INDEX ").ident(name);
        }
    },
    alter_sql: |_, _, _| {},
    rename: None,
};

fn create(item: Item<'_, Index>, _: &[(&ObjectId, &Object)], _cx: &RenderCx<'_>, sql: &mut Sql) {
    let index = item.payload;
    let (Some(table), Some(name)) = (item.id.relation(), item.id.name()) else {
        return;
    };
    sql.raw(if index.unique {
        "CREATE UNIQUE INDEX "
    } else {
        "CREATE INDEX "
    });
    sql.ident(name).raw(" ON ").qname(table);
    // What SQLite has no words for is rendered all the same: the engine refuses it, rather than us dropping it.
    if &*index.method != "btree" {
        sql.raw(" USING ").raw(&index.method);
    }
    sql.raw(" (").list(&index.keys, key).raw(")");
    if !index.include.is_empty() {
        sql.raw(" INCLUDE (").idents(&index.include).raw(")");
    }
    if index.nulls_not_distinct {
        sql.raw(" NULLS NOT DISTINCT");
    }
    if let Some(predicate) = &index.predicate {
        sql.raw(" WHERE ").raw(predicate.text());
    }
}

/// A key with its options.
pub(in crate::dialect::sqlite) fn key(sql: &mut Sql, key: &IndexKey) {
    match &key.term {
        IndexTerm::Column(column) => sql.ident(column),
        IndexTerm::Expr(expr) => sql.raw(expr.text()),
    };
    if let Some(collation) = &key.collation {
        sql.raw(" COLLATE ").qname(collation.qname());
    }
    if let Some(opclass) = &key.opclass {
        sql.raw(" ").raw(opclass);
    }
    if key.descending {
        sql.raw(" DESC");
    }
    match key.nulls {
        Some(NullsOrder::First) => sql.raw(" NULLS FIRST"),
        Some(NullsOrder::Last) => sql.raw(" NULLS LAST"),
        None => sql,
    };
}
