//! Storage of tables, indexes, keys and columns, <https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-STORAGE-PARAMETERS>,
//! <https://www.postgresql.org/docs/current/sql-altertable.html>, <https://www.postgresql.org/docs/current/sql-alterindex.html>.

use std::sync::Arc;

use crate::catalog::kinds::{ReplicaIdentity, Storage, StorageMode};
use crate::catalog::{Kind, ObjectId};
use crate::dialect::postgres::literals::name_literal;
use crate::dialect::sql::text_literal;
use crate::dialect::{Alter, Fold, Item, PlanCx, RenderCx, Rules, Sql};

use super::{alter_table, beside_table, name, no_clause};

pub(super) static RULES: Rules<Storage> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, to, cx| can(to, cx),
    attach: can,
    detach: |_, _| Alter::InPlace,
    create: |item, _, cx, sql| set(item.id, (&Storage::NONE, item.payload), cx, sql),
    inline: no_clause,
    drop: |item, cx, sql| set(item.id, (item.payload, &Storage::NONE), cx, sql),
    alter_sql: |change, cx, sql| set(change.id, (change.from, change.to), cx, sql),
    rename: None,
};

fn can(item: Item<'_, Storage>, cx: &PlanCx<'_>) -> Alter {
    if item.payload.compression.is_some() && cx.server.version < 140_000 {
        Alter::Unsupported("the compression of a column can be chosen from PostgreSQL 14 on")
    } else {
        Alter::InPlace
    }
}

fn set(id: &ObjectId, (from, to): (&Storage, &Storage), cx: &RenderCx<'_>, sql: &mut Sql) {
    let Some(target) = id.target() else {
        return;
    };
    let alter = |sql: &mut Sql| alter(target, cx, sql);
    parameters(&alter, (from, to), sql);
    if from.tablespace != to.tablespace {
        alter(sql);
        sql.raw("SET TABLESPACE ");
        match &to.tablespace {
            Some(tablespace) => sql.ident(tablespace).end(),
            None => sql.raw("pg_default").end(),
        }
    }
    if from.cluster_on != to.cluster_on {
        alter(sql);
        match &to.cluster_on {
            Some(index) => sql.raw("CLUSTER ON ").ident(index).end(),
            None => sql.raw("SET WITHOUT CLUSTER").end(),
        }
    }
    if from.replica_identity != to.replica_identity {
        alter(sql);
        sql.raw("REPLICA IDENTITY ");
        match &to.replica_identity {
            ReplicaIdentity::PrimaryKey => sql.raw("DEFAULT").end(),
            ReplicaIdentity::Nothing => sql.raw("NOTHING").end(),
            ReplicaIdentity::Full => sql.raw("FULL").end(),
            ReplicaIdentity::Index(index) => sql.raw("USING INDEX ").ident(index).end(),
        }
    }
    if from.mode != to.mode {
        mode(target, to.mode, cx, sql);
    }
    if from.compression != to.compression {
        alter(sql);
        let method = to.compression.as_deref().unwrap_or("DEFAULT");
        sql.raw("SET COMPRESSION ").raw(method).end();
    }
    statistics(target, (from, to), cx, sql);
}

/// `ALTER TABLE t `, `ALTER INDEX i ` or `ALTER TABLE t ALTER COLUMN c `. Partitions and heirs say for themselves how their
/// columns are stored.
fn alter(target: &ObjectId, cx: &RenderCx<'_>, sql: &mut Sql) {
    match target.kind {
        Kind::Column => {
            match target
                .relation()
                .filter(|table| !cx.to.parts_of(table).is_empty())
            {
                Some(table) => {
                    sql.raw("ALTER TABLE ONLY ").qname(table).raw(" ");
                }
                None => alter_table(target, sql),
            }
            sql.raw("ALTER COLUMN ");
            name(target, sql);
            sql.raw(" ");
        }
        kind if kind.has_index() => {
            sql.raw("ALTER INDEX ");
            if let Some(index) = beside_table(target) {
                sql.qname(&index);
            }
            sql.raw(" ");
        }
        _ => alter_table(target, sql),
    }
}

/// `SET (…)` and `RESET (…)`.
fn parameters(alter: &dyn Fn(&mut Sql), (from, to): (&Storage, &Storage), sql: &mut Sql) {
    let changed: Vec<&(Arc<str>, Arc<str>)> = to
        .parameters
        .iter()
        .filter(|parameter| !from.parameters.contains(parameter))
        .collect();
    if !changed.is_empty() {
        alter(sql);
        sql.raw("SET (");
        sql.list(changed, |sql, (name, value)| {
            sql.raw(name).raw(" = ").text(value);
        });
        sql.raw(")").end();
    }
    let stays = |name: &Arc<str>| to.parameters.iter().any(|(other, _)| other == name);
    let gone: Vec<&Arc<str>> = from
        .parameters
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !stays(name))
        .collect();
    if !gone.is_empty() {
        alter(sql);
        sql.raw("RESET (");
        sql.list(gone, |sql, name| {
            sql.raw(name);
        });
        sql.raw(")").end();
    }
}

/// Says again how a column is stored that takes another type, which forgets it; for partitions and heirs, too.
pub(super) fn say_again(column: &ObjectId, cx: &RenderCx<'_>, sql: &mut Sql) {
    let storage = cx
        .to
        .payload::<Storage>(&ObjectId::on(Kind::Storage, column.clone()));
    if let Some(storage) = storage {
        if storage.mode.is_some() {
            mode(column, storage.mode, cx, sql);
        }
        if let Some(method) = &storage.compression {
            alter(column, cx, sql);
            sql.raw("SET COMPRESSION ").raw(method).end();
        }
    }
    if let (Some(table), Some(name)) = (column.relation(), column.name()) {
        for part in cx.to.parts_of(table) {
            say_again(&ObjectId::column(part, name.clone()), cx, sql);
        }
    }
}

/// What the type itself has can be said since PostgreSQL 16; before that the engine is asked for it.
fn mode(column: &ObjectId, mode: Option<StorageMode>, cx: &RenderCx<'_>, sql: &mut Sql) {
    let word = match mode {
        Some(StorageMode::Plain) => "PLAIN",
        Some(StorageMode::External) => "EXTERNAL",
        Some(StorageMode::Extended) => "EXTENDED",
        Some(StorageMode::Main) => "MAIN",
        None if cx.server.version >= 160_000 => "DEFAULT",
        None => return default_mode(column, cx, sql),
    };
    alter(column, cx, sql);
    sql.raw("SET STORAGE ").raw(word).end();
}

fn default_mode(column: &ObjectId, cx: &RenderCx<'_>, sql: &mut Sql) {
    let (Some(table), Some(name)) = (column.relation(), column.name()) else {
        return;
    };
    let mut statement = sql.beside();
    alter(column, cx, &mut statement);
    statement.raw("SET STORAGE ");
    let statement = statement.clause();
    sql.raw("DO $$BEGIN EXECUTE ").raw(&text_literal(&statement));
    sql.raw(" || (SELECT CASE t.typstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END");
    sql.raw(
        " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid WHERE a.attrelid = ",
    );
    sql.raw(&name_literal(table))
        .raw("::pg_catalog.regclass AND a.attname = ");
    sql.text(name.text()).raw("); END$$").end();
}

fn statistics(target: &ObjectId, (from, to): (&Storage, &Storage), cx: &RenderCx<'_>, sql: &mut Sql) {
    let said = |storage: &Storage, column: u16| {
        let found = storage.statistics.iter().find(|(other, _)| *other == column);
        found.map(|(_, count)| *count)
    };
    let mut columns: Vec<u16> = from
        .statistics
        .iter()
        .chain(&to.statistics)
        .map(|(column, _)| *column)
        .collect();
    columns.sort_unstable();
    columns.dedup();
    for column in columns {
        let count = said(to, column);
        if count == said(from, column) {
            continue;
        }
        alter(target, cx, sql);
        if column > 0 {
            sql.raw(&format!("ALTER COLUMN {column} "));
        }
        sql.raw(&format!("SET STATISTICS {}", count.unwrap_or(-1))).end();
    }
}

/// Whether a change of a parameter keeps readers and writers out: most do not,
/// <https://www.postgresql.org/docs/current/sql-altertable.html>, `SET ( storage_parameter …`.
pub(in crate::dialect::postgres) fn is_exclusive(parameter: &str) -> bool {
    [
        "user_catalog_table",
        "fastupdate",
        "gin_pending_list_limit",
        "buffering",
        "autosummarize",
        "pages_per_range",
    ]
    .contains(&parameter)
}
