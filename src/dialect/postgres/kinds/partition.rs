//! Partitions, <https://www.postgresql.org/docs/current/ddl-partitioning.html>.
//!
//! A partition is made as a table of its own and then attached, which keeps nobody from reading or writing its parent;
//! `CREATE TABLE … PARTITION OF` would.

use crate::catalog::ObjectId;
use crate::catalog::kinds::{Bound, Partition, PartitionKey, PartitionStrategy};
use crate::dialect::postgres::literals::name_literal;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};
use crate::op::Txn;

use super::index::key as index_key;
use super::{in_place, no_clause, nothing_to_alter};

pub(super) static RULES: Rules<Partition> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::Replace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| attach(item.id, item.payload, sql),
    inline: no_clause,
    drop,
    alter_sql: nothing_to_alter,
    rename: None,
};

/// `ALTER TABLE parent ATTACH PARTITION part FOR VALUES …`
pub(in crate::dialect::postgres) fn attach(id: &ObjectId, partition: &Partition, sql: &mut Sql) {
    sql.raw("ALTER TABLE ").qname(&partition.parent);
    sql.raw(" ATTACH PARTITION ");
    table(id, sql);
    sql.raw(" ");
    bound(&partition.bound, sql);
}

fn alter_parent(item: Item<'_, Partition>, sql: &mut Sql) {
    sql.raw("ALTER TABLE ").qname(&item.payload.parent).raw(" ");
}

fn table(id: &ObjectId, sql: &mut Sql) {
    if let Some(table) = id.target().and_then(ObjectId::qname) {
        sql.qname(table);
    }
}

/// ` PARTITION BY RANGE (a, lower(b))`
pub(super) fn partition_by(key: &PartitionKey, sql: &mut Sql) {
    sql.raw(match key.strategy {
        PartitionStrategy::Range => " PARTITION BY RANGE (",
        PartitionStrategy::List => " PARTITION BY LIST (",
        PartitionStrategy::Hash => " PARTITION BY HASH (",
    });
    sql.list(&key.keys, index_key).raw(")");
}

/// `FOR VALUES …` or `DEFAULT`
fn bound(bound: &Bound, sql: &mut Sql) {
    let list = |values: &[crate::catalog::Expr], sql: &mut Sql| {
        sql.raw("(");
        sql.list(values, |sql, value| {
            sql.raw(value.text());
        });
        sql.raw(")");
    };
    match bound {
        Bound::Default => {
            sql.raw("DEFAULT");
        }
        Bound::List(values) => {
            sql.raw("FOR VALUES IN ");
            list(values, sql);
        }
        Bound::Range { from, to } => {
            sql.raw("FOR VALUES FROM ");
            list(from, sql);
            sql.raw(" TO ");
            list(to, sql);
        }
        Bound::Hash { modulus, remainder } => {
            let text = format!("FOR VALUES WITH (modulus {modulus}, remainder {remainder})");
            sql.raw(&text);
        }
    }
}

fn drop(item: Item<'_, Partition>, cx: &RenderCx<'_>, sql: &mut Sql) {
    let concurrently = cx.txn == Txn::Outside;
    if concurrently {
        finish_first(item, sql);
    }
    alter_parent(item, sql);
    sql.raw("DETACH PARTITION ");
    table(item.id, sql);
    sql.raw(if concurrently { " CONCURRENTLY" } else { "" });
}

/// One that was interrupted has gone half-way, from where only `FINALIZE` leads on, or is done, or has not begun:
/// <https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION>.
fn finish_first(item: Item<'_, Partition>, sql: &mut Sql) {
    let Some(part) = item.id.target().and_then(ObjectId::qname) else {
        return;
    };
    let name = name_literal(part);
    let rows = format!("FROM pg_catalog.pg_inherits WHERE inhrelid = pg_catalog.to_regclass({name})");
    let mut finalize = sql.beside();
    alter_parent(item, &mut finalize);
    finalize.raw("DETACH PARTITION ").qname(part).raw(" FINALIZE");
    let finalize = crate::dialect::sql::text_literal(&finalize.clause());
    sql.raw(&format!(
        "DO $$ BEGIN IF EXISTS (SELECT 1 {rows} AND inhdetachpending) THEN EXECUTE {finalize}; END IF; END $$"
    ));
    sql.end();
    sql.done_when(format!("SELECT count(*) {rows}"), "0");
}
