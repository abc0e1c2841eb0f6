//! The statements of each stage.

use std::sync::Arc;

use crate::catalog::kinds::{Enabled, Function, Trigger};
use crate::catalog::{Ident, Kind, Object, ObjectId, Path};
use crate::dialect::postgres::bridge::{row_function, row_trigger};
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::postgres::impact::stable::is_stable;
use crate::dialect::postgres::kinds::{generated_as_identity, owned_by, rules, set_default};
use crate::dialect::postgres::literals::name_literal;
use crate::dialect::postgres::names::{aside, not_null};
use crate::dialect::postgres::session::{DEFAULT_PATH, TEXT_SETTINGS};
use crate::dialect::postgres::strategy::backfill::Fill;
use crate::dialect::postgres::strategy::constraint_by_index;
use crate::dialect::postgres::strategy::not_null::NAMED_SINCE;
use crate::dialect::postgres::types::{Family, family};
use crate::dialect::sql::text_literal;
use crate::dialect::{RenderCx, Sql};
use crate::op::{Moved, Retype, RetypeStage, Retyped, Swap};

use super::value;

/// The statements of a stage.
pub(in crate::dialect::postgres) fn render(retype: &Retype, cx: &RenderCx<'_>, sql: &mut Sql) {
    for column in &retype.columns {
        match &retype.stage {
            RetypeStage::Begin => begin(column, cx, sql),
            RetypeStage::Copy(batches) => {
                let (Some(table), Some(beside), Some(value)) =
                    (column.id.relation(), column.beside.name(), value(column))
                else {
                    continue;
                };
                let fill = Fill {
                    table,
                    column: beside,
                    value: value.text(),
                    skips_nulls: true,
                };
                fill.render(batches.as_ref(), sql);
            }
            RetypeStage::Check => check(column, sql),
            RetypeStage::Swap(_) => {}
        }
    }
    if let RetypeStage::Swap(swap) = &retype.stage {
        take_places(retype, swap, cx, sql);
    }
}

/// The function that gives the second column its value.
fn function(column: &Retyped) -> Option<ObjectId> {
    let (table, name) = (column.id.relation()?, column.id.name()?);
    let own = aside("_rcn_sync_", &format!("{}_{name}", table.name));
    let path = Path::Routine(table.sibling(Ident::exact(&own)), Arc::from(""));
    Some(ObjectId {
        kind: Kind::Function,
        path,
    })
}

/// The trigger that calls it. Triggers fire in the order of their names, and it has to see what all others make of the row.
fn trigger(column: &Retyped) -> Option<ObjectId> {
    let (table, name) = (column.id.relation()?, column.id.name()?);
    let own = aside("~_rcn_sync_", name.text());
    Some(ObjectId::member(Kind::Trigger, table, Ident::exact(&own)))
}

fn begin(column: &Retyped, cx: &RenderCx<'_>, sql: &mut Sql) {
    let (Some(function), Some(trigger)) = (function(column), trigger(column)) else {
        return;
    };
    let Some(called) = function.qname().cloned() else {
        return;
    };
    create(&column.beside, &column.second().into(), cx, sql);
    // Both go along when it takes the name, and the rows that are copied are stored as they are to be.
    for kind in [Kind::Storage, Kind::Grants] {
        if let Some(said) = cx.to.get(&ObjectId::on(kind, column.id.clone())) {
            create(&ObjectId::on(kind, column.beside.clone()), said, cx, sql);
        }
    }
    create(&function, &sync(column).into(), cx, sql);
    let calls = Trigger {
        // Rows that replication brings are rows, too.
        enabled: Enabled::Always,
        ..row_trigger(called)
    };
    create(&trigger, &calls.into(), cx, sql);
}

/// The same conversion as that of the rows that are there, in the same settings.
fn sync(column: &Retyped) -> Function {
    let engine = crate::dialect::Dialect::Postgres.engine();
    let quote = |id: &ObjectId| {
        id.name()
            .map(|name| engine.quote(name.text()))
            .unwrap_or_default()
    };
    let second = quote(&column.beside);
    let assign = match &column.using {
        None => format!("    NEW.{second} := NEW.{};", quote(&column.id)),
        Some(using) => {
            let table = column.id.relation().map(|table| engine.quote(table.name.text()));
            format!(
                "    SELECT {} INTO NEW.{second} FROM (SELECT NEW.*) AS {};",
                parenthesised(using.text()),
                table.unwrap_or_default()
            )
        }
    };
    let body = format!("\n#variable_conflict use_column\nBEGIN\n{assign}\n    RETURN NEW;\nEND\n");
    Function {
        settings: settings(column),
        ..row_function(body)
    }
}

/// Numbers become numbers in the same way everywhere.
fn settings(column: &Retyped) -> Vec<String> {
    let is_number = |text: &str| matches!(family(text), Family::Integer | Family::Numeric | Family::Float);
    let (from, to) = (&column.from.data_type.text, &column.to.data_type.text);
    if column.using.is_none() && is_number(from) && is_number(to) {
        return Vec::new();
    }
    std::iter::once(("search_path", DEFAULT_PATH))
        .chain(TEXT_SETTINGS)
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

/// Nothing that was written in between was missed, by whatever way it came.
fn check(column: &Retyped, sql: &mut Sql) {
    let (Some(table), Some(second), Some(value)) =
        (column.id.relation(), column.beside.name(), value(column))
    else {
        return;
    };
    let value = parenthesised(value.text());
    let mut query = Sql::new(crate::dialect::Dialect::Postgres.engine());
    query.raw("SELECT count(*) FROM ").qname(table).raw(" WHERE ");
    if column.using.as_ref().is_none_or(is_stable) {
        // Not every type has an operator for it, so images are compared.
        query.raw("NOT pg_catalog.record_image_eq(ROW(").ident(second);
        query.raw("), ROW(").raw(&value).raw("::");
        query.raw(&column.to.data_type.text).raw("))");
    } else {
        query
            .ident(second)
            .raw(" IS NULL AND ")
            .raw(&value)
            .raw(" IS NOT NULL");
    }
    let label = format!("every {} is in its copy", column.id.label());
    sql.expect(label, query.clause(), "0");
}

/// All in one transaction: who reads or writes finds the columns as they were, or as they are to be.
fn take_places(retype: &Retype, swap: &Swap, cx: &RenderCx<'_>, sql: &mut Sql) {
    sql.raw("LOCK TABLE ")
        .list(retype.tables(), |sql, table| {
            sql.qname(&table);
        })
        .raw(" IN ACCESS EXCLUSIVE MODE");
    sql.end();
    for (sequence, _) in &swap.sequences {
        own(sequence, None, sql);
    }
    // A foreign key keeps the column that it refers to.
    for moved in swap
        .moved
        .iter()
        .filter(|moved| moved.id.kind == Kind::ForeignKey)
    {
        drop(&moved.id, &moved.object, cx, sql);
    }
    for (number, column) in retype.columns.iter().enumerate() {
        leave(column, number, cx, sql);
    }
    for column in &retype.columns {
        rename(&column.beside, &column.id, cx, sql);
        named_not_null(column, cx, sql);
    }
    for moved in &swap.moved {
        take_place(moved, cx, sql);
    }
    for (number, column) in retype.columns.iter().enumerate() {
        settle(column, number, sql);
    }
    for (sequence, column) in &swap.sequences {
        own(sequence, Some(column), sql);
    }
    for (id, object) in &swap.said {
        create(id, object, cx, sql);
    }
}

/// The column goes, with what feeds the second one.
fn leave(column: &Retyped, number: usize, cx: &RenderCx<'_>, sql: &mut Sql) {
    let (Some(function), Some(trigger)) = (function(column), trigger(column)) else {
        return;
    };
    if column.from.identity.is_some() {
        // Settings of a transaction end with it.
        sql.raw(&format!(
            "DO $reconcile$
DECLARE
    reconcile_counter record;
BEGIN
    EXECUTE 'SELECT last_value, is_called FROM ' || {} INTO reconcile_counter;
    PERFORM pg_catalog.set_config('reconcile.last_value_{number}', reconcile_counter.last_value::text, true);
    PERFORM pg_catalog.set_config('reconcile.is_called_{number}', reconcile_counter.is_called::text, true);
END $reconcile$",
            counter(column)
        ))
        .end();
    }
    if let (Some(table), Some(name)) = (trigger.relation(), trigger.name()) {
        sql.raw("DROP TRIGGER ").ident(name).raw(" ON ").qname(table);
        sql.end();
    }
    drop(&function, &sync(column).into(), cx, sql);
    drop(&column.id, &column.from.clone().into(), cx, sql);
}

/// What the column has besides its values. Its counter goes on where it was.
fn settle(column: &Retyped, number: usize, sql: &mut Sql) {
    let Some(table) = column.id.relation() else {
        return;
    };
    if let Some(default) = &column.to.default {
        sql.raw("ALTER TABLE ").qname(table).raw(" ");
        set_default(&column.id, default, sql);
        sql.end();
    }
    if let (Some(identity), Some(name)) = (&column.to.identity, column.id.name()) {
        sql.raw("ALTER TABLE ")
            .qname(table)
            .raw(" ALTER COLUMN ")
            .ident(name)
            .raw(" ADD ");
        generated_as_identity(identity, sql);
        sql.end();
        sql.raw(&format!(
            "SELECT pg_catalog.setval({}, pg_catalog.current_setting('reconcile.last_value_{number}')::bigint, \
             pg_catalog.current_setting('reconcile.is_called_{number}')::boolean)",
            counter(column)
        ))
        .end();
    }
}

/// The sequence of an identity column, as an expression.
fn counter(column: &Retyped) -> String {
    let table = column.id.relation().map(name_literal).unwrap_or_default();
    let name = column.id.name().map(Ident::text).unwrap_or_default();
    format!(
        "pg_catalog.pg_get_serial_sequence({table}, {})",
        text_literal(name)
    )
}

/// The second one gets the name, and a key its index.
fn take_place(moved: &Moved, cx: &RenderCx<'_>, sql: &mut Sql) {
    if moved.beside.kind == moved.id.kind {
        rename(&moved.beside, &moved.id, cx, sql);
    } else {
        constraint_by_index::render(&moved.id, &moved.object, &moved.beside, sql);
    }
}

/// Where NOT NULL has a name, it is that of a column of this name.
fn named_not_null(column: &Retyped, cx: &RenderCx<'_>, sql: &mut Sql) {
    let (Some(table), Some(second), Some(name)) =
        (column.id.relation(), column.beside.name(), column.id.name())
    else {
        return;
    };
    if column.to.nullable || cx.server.version < NAMED_SINCE {
        return;
    }
    let named = |name: &Ident| Ident::exact(&not_null(table.name.text(), name.text()));
    sql.raw("ALTER TABLE ").qname(table).raw(" RENAME CONSTRAINT ");
    sql.ident(&named(second)).raw(" TO ").ident(&named(name)).end();
}

fn own(sequence: &ObjectId, column: Option<&ObjectId>, sql: &mut Sql) {
    if let Some(name) = sequence.qname() {
        sql.raw("ALTER SEQUENCE ").qname(name).raw(" ");
        owned_by(column, sql);
        sql.end();
    }
}

fn create(id: &ObjectId, object: &Object, cx: &RenderCx<'_>, sql: &mut Sql) {
    if let Some(rules) = rules(id.kind) {
        rules.create(id, object, &[], cx, sql);
        sql.end();
    }
}

fn drop(id: &ObjectId, object: &Object, cx: &RenderCx<'_>, sql: &mut Sql) {
    if let Some(rules) = rules(id.kind) {
        rules.drop(id, object, cx, sql);
        sql.end();
    }
}

fn rename(from: &ObjectId, to: &ObjectId, cx: &RenderCx<'_>, sql: &mut Sql) {
    if let Some(rules) = rules(from.kind) {
        rules.rename(from, to, cx, sql);
        sql.end();
    }
}
