//! Reference data: rows that are inserted, updated and deleted by their key.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::kinds::Rows;
use crate::catalog::{Ident, Object, ObjectId, QName};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

/// The rule row.
pub(in crate::dialect::sqlite) static RULES: Rules<Rows> = Rules {
    fold: Fold::Never,
    replaceable: false,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: |_, _| Alter::InPlace,
    detach: |_, _| Alter::InPlace,
    create,
    inline: |_, _, _| {},
    drop: |item, _, sql| {
        if let Some(table) = table_of(item.id) {
            delete(table, item.payload, item.payload.rows.iter(), sql);
        }
    },
    alter_sql,
    rename: None,
};

type Row = [Arc<str>];

/// The table whose rows these are.
fn table_of(id: &ObjectId) -> Option<&QName> {
    id.target().and_then(ObjectId::qname)
}

fn create(item: Item<'_, Rows>, _: &[(&ObjectId, &Object)], _cx: &RenderCx<'_>, sql: &mut Sql) {
    if let Some(table) = table_of(item.id) {
        insert(table, item.payload, item.payload.rows.iter(), sql);
    }
}

/// The cells of a row that stand in these columns; `None` if one of the columns is not declared.
pub(in crate::dialect::sqlite) fn cells<'a>(
    rows: &Rows,
    row: &'a Row,
    columns: &[Ident],
) -> Option<Vec<&'a str>> {
    columns
        .iter()
        .map(|column| {
            let at = rows.columns.iter().position(|other| other == column)?;
            row.get(at).map(AsRef::as_ref)
        })
        .collect()
}

/// The rows that go: their keys are not declared any more.
pub(in crate::dialect::sqlite) fn gone<'a>(from: &'a Rows, to: &Rows) -> Vec<&'a Vec<Arc<str>>> {
    let kept: HashSet<_> = to.rows.iter().filter_map(|row| cells(to, row, &to.key)).collect();
    let is_gone = |row: &&Vec<Arc<str>>| cells(from, row, &to.key).is_some_and(|key| !kept.contains(&key));
    from.rows.iter().filter(is_gone).collect()
}

fn alter_sql(change: &AlterItem<'_, Rows>, _cx: &RenderCx<'_>, sql: &mut Sql) {
    let (from, to) = (change.from, change.to);
    let Some(table) = table_of(change.id) else {
        return;
    };
    delete(table, from, gone(from, to).into_iter(), sql);
    let before: HashMap<_, _> = from
        .rows
        .iter()
        .filter_map(|row| Some((cells(from, row, &to.key)?, row)))
        .collect();
    let mut added = Vec::new();
    for row in &to.rows {
        let key = cells(to, row, &to.key).and_then(|key| before.get(&key));
        match key {
            Some(old) => update(table, (from, old), (to, row), sql),
            None => added.push(row),
        }
    }
    insert(table, to, added.into_iter(), sql);
}

fn insert<'a>(
    table: &QName,
    rows: &Rows,
    added: impl ExactSizeIterator<Item = &'a Vec<Arc<str>>>,
    sql: &mut Sql,
) {
    if added.len() == 0 {
        return;
    }
    sql.raw("INSERT INTO ")
        .qname(table)
        .raw(" (")
        .idents(&rows.columns)
        .raw(") VALUES");
    for (at, row) in added.enumerate() {
        sql.raw(if at > 0 { ",\n    (" } else { "\n    (" });
        sql.list(row, |sql, cell| {
            sql.raw(cell);
        });
        sql.raw(")");
    }
    sql.end();
}

fn delete<'a>(table: &QName, rows: &Rows, gone: impl Iterator<Item = &'a Vec<Arc<str>>>, sql: &mut Sql) {
    for row in gone {
        sql.raw("DELETE FROM ").qname(table);
        by_key(rows, row, &rows.key, sql);
    }
}

fn update(table: &QName, from: (&Rows, &Row), to: (&Rows, &Row), sql: &mut Sql) {
    let ((from, old), (to, new)) = (from, to);
    let changed: Vec<(&Ident, &Arc<str>)> = to
        .columns
        .iter()
        .zip(new)
        .filter(|(column, cell)| {
            let before = cells(from, old, std::slice::from_ref(column));
            before.as_deref() != Some(&[&***cell])
        })
        .collect();
    if changed.is_empty() {
        return;
    }
    sql.raw("UPDATE ").qname(table).raw(" SET ");
    sql.list(changed, |sql, (column, cell)| {
        sql.ident(column).raw(" = ").raw(cell);
    });
    by_key(to, new, &to.key, sql);
}

/// `WHERE key = …`, which ends the statement.
fn by_key(rows: &Rows, row: &Row, key: &[Ident], sql: &mut Sql) {
    let values = cells(rows, row, key).unwrap_or_default();
    for (at, (column, value)) in key.iter().zip(values).enumerate() {
        sql.raw(if at > 0 { " AND " } else { " WHERE " });
        // A key may hold NULL; IS finds it.
        sql.ident(column).raw(" IS ").raw(value);
    }
    sql.end();
}
