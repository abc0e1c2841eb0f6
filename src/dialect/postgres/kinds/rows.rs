//! Declared rows: `INSERT`, `UPDATE`, `DELETE` by the cells of the key.
//!
//! Cells are literals already. A sequence behind a column that got explicit values is moved past them, or the next row
//! of the application would collide.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::kinds::{Column, Rows};
use crate::catalog::{Ident, ObjectId, QName};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, RenderCx, Rules, Sql};

use super::column::{counts, follow_rows};
use super::{in_place, no_clause};

pub(super) static RULES: Rules<Rows> = Rules {
    fold: Fold::Never,
    replaceable: false,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, cx, sql| {
        if let Some(table) = item.id.target().and_then(ObjectId::qname) {
            let rows: Vec<&[Arc<str>]> = item.payload.rows.iter().map(Vec::as_slice).collect();
            insert(table, &item.payload.columns, &rows, cx, sql);
        }
    },
    inline: no_clause,
    drop: |item, cx, sql| {
        if let Some(table) = item.id.target().and_then(ObjectId::qname) {
            let key = Key::of(item.payload, &item.payload.key);
            let rows: Vec<Vec<&str>> = item.payload.rows.iter().map(|row| key.cells(row)).collect();
            delete((only(table, cx), table), &item.payload.key, &rows, sql);
        }
    },
    alter_sql,
    rename: None,
};

/// A cell by cell reading of the columns that make a row recognisable.
struct Key(Vec<Option<usize>>);

impl Key {
    fn of(rows: &Rows, key: &[Ident]) -> Self {
        let at = |name: &Ident| rows.columns.iter().position(|column| column == name);
        Self(key.iter().map(at).collect())
    }

    fn is_whole(&self) -> bool {
        self.0.iter().all(Option::is_some)
    }

    fn cells<'a>(&self, row: &'a [Arc<str>]) -> Vec<&'a str> {
        let cell = |at: &Option<usize>| at.and_then(|at| row.get(at)).map_or("NULL", |cell| &**cell);
        self.0.iter().map(cell).collect()
    }
}

/// Rows that went, rows with other cells, rows that came.
fn alter_sql(change: &AlterItem<'_, Rows>, cx: &RenderCx<'_>, sql: &mut Sql) {
    let (from, to) = (change.from, change.to);
    let Some(table) = change.id.target().and_then(ObjectId::qname) else {
        return;
    };
    // Rows are matched by the new key where the old rows have its columns, and by the old one otherwise.
    let key = if Key::of(from, &to.key).is_whole() {
        &to.key
    } else {
        &from.key
    };
    let (before, after) = (Key::of(from, key), Key::of(to, key));
    let wanted: HashSet<Vec<&str>> = to.rows.iter().map(|row| after.cells(row)).collect();
    let there: HashMap<Vec<&str>, &Vec<Arc<str>>> =
        from.rows.iter().map(|row| (before.cells(row), row)).collect();

    let gone: Vec<Vec<&str>> = from
        .rows
        .iter()
        .map(|row| before.cells(row))
        .filter(|cells| !wanted.contains(cells))
        .collect();
    delete((only(table, cx), table), key, &gone, sql);
    let mut new = Vec::new();
    for row in &to.rows {
        let cells = after.cells(row);
        match there.get(&cells) {
            Some(old) => update(
                (only(table, cx), table),
                (key, &cells),
                &changed(from, old, to, row),
                sql,
            ),
            None => new.push(row.as_slice()),
        }
    }
    insert(table, &to.columns, &new, cx, sql);
}

/// The columns whose cells differ, with the new cell.
fn changed<'a>(
    from: &Rows,
    old: &[Arc<str>],
    to: &'a Rows,
    new: &'a [Arc<str>],
) -> Vec<(&'a Ident, &'a str)> {
    let cells = to.columns.iter().zip(new);
    cells
        .filter(|(column, cell)| {
            let before = from.columns.iter().position(|other| other == *column);
            before.and_then(|at| old.get(at)) != Some(cell)
        })
        .map(|(column, cell)| (column, &**cell))
        .collect()
}

fn insert(table: &QName, columns: &[Ident], rows: &[&[Arc<str>]], cx: &RenderCx<'_>, sql: &mut Sql) {
    if rows.is_empty() || columns.is_empty() {
        return;
    }
    sql.raw("INSERT INTO ")
        .qname(table)
        .raw(" (")
        .idents(columns)
        .raw(")");
    let counted: Vec<(ObjectId, &Column)> = columns
        .iter()
        .map(|column| ObjectId::column(table, column.clone()))
        .filter_map(|id| cx.to.payload::<Column>(&id).map(|column| (id, column)))
        .collect();
    // GENERATED ALWAYS refuses explicit values otherwise.
    if counted.iter().any(|(_, column)| column.identity.is_some()) {
        sql.raw(" OVERRIDING SYSTEM VALUE");
    }
    sql.raw(" VALUES");
    for (at, row) in rows.iter().enumerate() {
        sql.raw(if at > 0 { ",\n    (" } else { "\n    (" });
        sql.list(*row, |sql, cell| {
            sql.raw(cell);
        });
        sql.raw(")");
    }
    sql.end();
    for (id, column) in counted {
        if counts(column) {
            follow_rows(&id, column, sql);
        }
    }
}

/// Rows of tables that inherit a table are not its own.
fn only(table: &QName, cx: &RenderCx<'_>) -> &'static str {
    if cx.to.heirs_of(table).next().is_some() {
        "ONLY "
    } else {
        ""
    }
}

fn update((only, table): (&str, &QName), row: (&[Ident], &[&str]), cells: &[(&Ident, &str)], sql: &mut Sql) {
    if cells.is_empty() {
        return;
    }
    sql.raw("UPDATE ").raw(only).qname(table).raw(" SET ");
    sql.list(cells, |sql, (column, cell)| {
        sql.ident(column).raw(" = ").raw(cell);
    });
    sql.raw(" WHERE ");
    for (at, (column, cell)) in row.0.iter().zip(row.1).enumerate() {
        sql.raw(if at > 0 { " AND " } else { "" });
        sql.ident(column).raw(" = ").raw(cell);
    }
    sql.end();
}

fn delete((only, table): (&str, &QName), key: &[Ident], rows: &[Vec<&str>], sql: &mut Sql) {
    if rows.is_empty() || key.is_empty() {
        return;
    }
    sql.raw("DELETE FROM ").raw(only).qname(table).raw(" WHERE ");
    let composite = key.len() > 1;
    let (open, close) = if composite { ("(", ")") } else { ("", "") };
    sql.raw(open).idents(key).raw(close).raw(" IN (");
    sql.list(rows, |sql, row| {
        sql.raw(open).raw(&row.join(", ")).raw(close);
    });
    sql.raw(")").end();
}
