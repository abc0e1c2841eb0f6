//! Indexes, <https://www.postgresql.org/docs/current/sql-createindex.html>.

use crate::catalog::ObjectId;
use crate::catalog::kinds::{Index, IndexKey, IndexTerm, NullsOrder};
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::postgres::literals::name_literal;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};
use crate::op::Txn;

use super::{RELATION, beside_table, in_place, include, name, no_clause, nothing_to_alter, rename_index};

pub(super) static RULES: Rules<Index> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: RELATION,
    alter: |_, _, _, _| Alter::Replace,
    attach: in_place,
    detach: in_place,
    create: |item, _, cx, sql| create(item, cx, sql),
    inline: no_clause,
    drop: |item, cx: &RenderCx<'_>, sql| {
        // One that was interrupted has left the index, or has not.
        sql.raw(if cx.txn == Txn::Outside {
            "DROP INDEX CONCURRENTLY IF EXISTS "
        } else {
            "DROP INDEX "
        });
        if let Some(name) = beside_table(item.id) {
            sql.qname(&name);
        }
    },
    alter_sql: nothing_to_alter,
    rename: Some(|from, to, _, sql| rename_index(from, to, sql)),
};

fn create(item: Item<'_, Index>, cx: &RenderCx<'_>, sql: &mut Sql) {
    let index = item.payload;
    let concurrently = cx.txn == Txn::Outside;
    if concurrently {
        begin_again(item.id, sql);
    }
    sql.raw("CREATE ").raw(if index.unique { "UNIQUE " } else { "" });
    sql.raw("INDEX ")
        .raw(if concurrently { "CONCURRENTLY " } else { "" });
    name(item.id, sql);
    sql.raw(" ON ");
    if let Some(table) = item.id.relation() {
        sql.qname(table);
    }
    if &*index.method != "btree" {
        sql.raw(" USING ").raw(&index.method);
    }
    sql.raw(" (").list(&index.keys, key).raw(")");
    include(&index.include, sql);
    if index.nulls_not_distinct {
        sql.raw(" NULLS NOT DISTINCT");
    }
    if let Some(predicate) = &index.predicate {
        sql.raw(" WHERE ").raw(&parenthesised(predicate.text()));
    }
}

/// A build that was interrupted has gone on to its end, or has left an index that is not valid, or none:
/// <https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY>.
fn begin_again(id: &ObjectId, sql: &mut Sql) {
    let Some(index) = beside_table(id) else {
        return;
    };
    let name = name_literal(&index);
    let query = format!(
        "SELECT count(*) FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({name}) AND indisvalid"
    );
    sql.done_when(query, "1");
    sql.raw("DROP INDEX CONCURRENTLY IF EXISTS ").qname(&index).end();
}

/// A key with its options.
pub(in crate::dialect::postgres) fn key(sql: &mut Sql, key: &IndexKey) {
    match &key.term {
        IndexTerm::Column(column) => {
            sql.ident(column);
        }
        IndexTerm::Expr(expr) => {
            sql.raw(&parenthesised(expr.text()));
        }
    }
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
        Some(NullsOrder::First) => {
            sql.raw(" NULLS FIRST");
        }
        Some(NullsOrder::Last) => {
            sql.raw(" NULLS LAST");
        }
        None => {}
    }
}
