//! Columns that are kept equal, and views that stand in for tables, on SQLite.
//!
//! A trigger cannot change the row that is being written, so the other column is written after it: no trigger fires by what
//! itself or its partner writes, since each looks first whether the two differ already. A view is written through by
//! `INSTEAD OF` triggers (<https://sqlite.org/lang_createtrigger.html#instead_of_triggers>).

use crate::catalog::kinds::{
    Column, PrimaryKey, Table, TableExt, Trigger, TriggerAction, TriggerEvent, TriggerTiming, View,
};
use crate::catalog::walk::Walk;
use crate::catalog::{Catalog, Expr, Ident, Kind, Object, ObjectId, QName};
use crate::dialect::bridge::{Mirror, kept_name};
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, Engine};

use super::kinds::column::default_clause;

fn engine() -> &'static dyn Engine {
    Dialect::Sqlite.engine()
}

fn quoted(name: &Ident) -> String {
    engine().quote(name.text())
}

/// Two triggers for new rows, two for changed ones.
pub(super) fn mirror(mirror: &Mirror, catalog: &Catalog) -> Vec<(ObjectId, Object)> {
    let (old, new) = (quoted(&mirror.old), quoted(&mirror.new));
    let row = this_row(&mirror.table, catalog, "NEW");
    let table = quoted(&mirror.table.name);
    let copy = |to: &str, from: &str| format!("UPDATE {table} SET {to} = NEW.{from} WHERE {row};");
    // To the letter, whatever the collation of the column takes for equal.
    let differ = |one: &str, other: &str| format!("{one} COLLATE BINARY IS NOT {other}");
    let apart = differ(&format!("NEW.{old}"), &format!("NEW.{new}"));
    let changed = |name: &str| differ(&format!("NEW.{name}"), &format!("OLD.{name}"));
    let (insert, update) = (TriggerEvent::Insert, TriggerEvent::Update);
    let triggers = [
        (
            insert,
            None,
            format!("NEW.{new} IS NOT NULL AND {apart}"),
            copy(&old, &new),
        ),
        (
            insert,
            None,
            format!("NEW.{new} IS NULL AND NEW.{old} IS NOT NULL"),
            copy(&new, &old),
        ),
        (
            update,
            Some(&mirror.new),
            format!("{} AND {apart}", changed(&new)),
            copy(&old, &new),
        ),
        (
            update,
            Some(&mirror.old),
            format!("{} AND NOT ({}) AND {apart}", changed(&old), changed(&new)),
            copy(&new, &old),
        ),
    ];
    triggers
        .into_iter()
        .enumerate()
        .map(|(at, (event, column, condition, body))| {
            let name = mirror.numbered(at + 1, engine());
            let action = TriggerAction::Body(Expr::new(body));
            let trigger = Trigger {
                columns: column.into_iter().cloned().collect(),
                condition: Some(Expr::new(condition)),
                ..Trigger::new(TriggerTiming::After, vec![event], action)
            };
            (
                ObjectId::member(Kind::Trigger, &mirror.table, name),
                trigger.into(),
            )
        })
        .collect()
}

/// The condition under which a row of the table is the one that a trigger is about, by its number or its key.
fn this_row(table: &QName, catalog: &Catalog, image: &str) -> String {
    let walk = Walk::new(catalog);
    let without_rowid = matches!(
        catalog
            .payload::<Table>(&ObjectId::table(table.clone()))
            .map(|table| table.ext),
        Some(TableExt::Sqlite {
            without_rowid: true,
            ..
        })
    );
    if !without_rowid {
        let is_column = |name: &&str| catalog.contains(&ObjectId::column(table, Ident::folded(name)));
        if let Some(name) = ["rowid", "_rowid_", "oid"].iter().find(|name| !is_column(name)) {
            return format!("{name} = {image}.{name}");
        }
    }
    let key = walk.members_of::<PrimaryKey>(table).next();
    let columns = key.map(|(_, key)| key.columns.clone()).unwrap_or_default();
    same(&columns, image)
}

/// `a IS OLD.a AND b IS OLD.b`
fn same(columns: &[Ident], image: &str) -> String {
    let pairs = columns.iter().map(|column| {
        let name = quoted(column);
        format!("{name} IS {image}.{name}")
    });
    pairs.collect::<Vec<_>>().join(" AND ")
}

/// The view, and the triggers that write through it. Rows that agree in every column that can be seen cannot be told apart
/// by whoever writes through the view either.
pub(super) fn stand_in(
    former: &QName,
    table: &QName,
    columns: &[Ident],
    catalog: &Catalog,
) -> Vec<(ObjectId, Object)> {
    let walk = Walk::new(catalog);
    let list = |names: &[Ident]| names.iter().map(quoted).collect::<Vec<_>>().join(", ");
    let base = quoted(&table.name);
    let column = |name: &Ident| catalog.payload::<Column>(&ObjectId::column(table, name.clone()));
    let written: Vec<Ident> = columns
        .iter()
        .filter(|name| column(name).is_some_and(|column| column.generated.is_none()))
        .cloned()
        .collect();
    let key = walk
        .members_of::<PrimaryKey>(table)
        .map(|(_, key)| key.columns.clone())
        .find(|key| key.iter().all(|column| columns.contains(column)))
        .unwrap_or_else(|| columns.to_vec());
    // A value that is left out comes as NULL.
    let given = written.iter().map(|name| {
        let value = format!("NEW.{}", quoted(name));
        match column(name).and_then(|column| column.default.as_ref()) {
            Some(default) => format!("coalesce({value}, {})", default_clause(default)),
            None => value,
        }
    });
    let given = given.collect::<Vec<_>>().join(", ");
    let set = written.iter().map(|name| format!("{0} = NEW.{0}", quoted(name)));
    let set = set.collect::<Vec<_>>().join(", ");
    let row = same(&key, "OLD");
    let bodies = [
        (
            TriggerEvent::Insert,
            "insert",
            format!("INSERT INTO {base} ({}) VALUES ({given});", list(&written)),
        ),
        (
            TriggerEvent::Update,
            "update",
            format!("UPDATE {base} SET {set} WHERE {row};"),
        ),
        (
            TriggerEvent::Delete,
            "delete",
            format!("DELETE FROM {base} WHERE {row};"),
        ),
    ];
    let view = ObjectId::qualified(Kind::View, former.clone());
    let shown = View::of_query(Expr::new(format!("SELECT {} FROM {base}", list(columns))));
    let triggers = bodies.into_iter().map(|(event, word, body)| {
        let name = kept_name(&[former.name.text(), word], engine());
        let action = TriggerAction::Body(Expr::new(body));
        let trigger = Trigger::new(TriggerTiming::InsteadOf, vec![event], action);
        (ObjectId::member(Kind::Trigger, former, name), trigger.into())
    });
    std::iter::once((view, shown.into())).chain(triggers).collect()
}

/// The columns of a relation with their types.
pub(super) fn columns_of(relation: &QName) -> String {
    format!(
        "SELECT name, type FROM pragma_table_xinfo({}) ORDER BY cid",
        text_literal(relation.name.text())
    )
}
