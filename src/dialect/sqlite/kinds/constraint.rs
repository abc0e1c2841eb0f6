//! Primary keys, unique constraints, checks and foreign keys: parts of the table's text, changed with it.
//!
//! What SQLite has no words for (`INCLUDE`, `NO INHERIT`) is rendered all the same, so that the engine refuses it on
//! the scratch database instead of us dropping it silently.

use crate::catalog::kinds::{Check, Deferrable, ForeignKey, Match, PrimaryKey, ReferentialAction, Unique};
use crate::catalog::{Ident, Object, ObjectId, Payload};
use crate::dialect::{Alter, Fold, Rules, Sql};

use super::table::key_of;

/// The rule row of a part of the table that is changed with the table only.
const fn with_table<T: Payload>(
    inline: fn(crate::dialect::Item<'_, T>, &crate::dialect::RenderCx<'_>, &mut Sql),
) -> Rules<T> {
    Rules {
        fold: Fold::Always,
        replaceable: false,
        namespace: None,
        alter: |_, _, _, _| Alter::RebuildParent,
        attach: |_, _| Alter::RebuildParent,
        detach: |_, _| Alter::RebuildParent,
        create: |_, _, _, _| {},
        inline,
        drop: |_, _, _| {},
        alter_sql: |_, _, _| {},
        rename: None,
    }
}

/// The rule row of primary keys.
pub(in crate::dialect::sqlite) static PRIMARY_KEY: Rules<PrimaryKey> = with_table(|item, _, sql| {
    named(item.id, sql);
    primary_key(item.payload, sql);
});

/// The rule row of unique constraints.
pub(in crate::dialect::sqlite) static UNIQUE: Rules<Unique> = with_table(|item, _, sql| {
    named(item.id, sql);
    unique(item.payload, sql);
});

/// The rule row of checks.
pub(in crate::dialect::sqlite) static CHECK: Rules<Check> = with_table(|item, _, sql| {
    named(item.id, sql);
    check(item.payload, sql);
});

/// The rule row of foreign keys.
pub(in crate::dialect::sqlite) static FOREIGN_KEY: Rules<ForeignKey> = with_table(|item, _, sql| {
    named(item.id, sql);
    foreign_key(item.payload, sql);
});

/// The clause of a constraint in `CREATE TABLE`.
pub(super) fn clause(id: &ObjectId, object: &Object, sql: &mut Sql) {
    named(id, sql);
    match object {
        Object::PrimaryKey(key) => primary_key(key, sql),
        Object::Unique(key) => unique(key, sql),
        Object::Check(payload) => check(payload, sql),
        Object::ForeignKey(key) => foreign_key(key, sql),
        _ => {}
    }
}

fn named(id: &ObjectId, sql: &mut Sql) {
    if let Some(name) = key_of(id) {
        sql.raw("CONSTRAINT ").ident(name).raw(" ");
    }
}

fn primary_key(key: &PrimaryKey, sql: &mut Sql) {
    sql.raw("PRIMARY KEY (").idents(&key.columns);
    // Only SQLite's parser can say that AUTOINCREMENT does not go with this key.
    sql.raw(if key.autoincrement { " AUTOINCREMENT)" } else { ")" });
    include(&key.include, sql);
    deferrable(key.deferrable, sql);
}

fn unique(key: &Unique, sql: &mut Sql) {
    sql.raw("UNIQUE ");
    if key.nulls_not_distinct {
        sql.raw("NULLS NOT DISTINCT ");
    }
    sql.raw("(").idents(&key.columns).raw(")");
    include(&key.include, sql);
    deferrable(key.deferrable, sql);
}

fn include(columns: &[Ident], sql: &mut Sql) {
    if !columns.is_empty() {
        sql.raw(" INCLUDE (").idents(columns).raw(")");
    }
}

fn check(check: &Check, sql: &mut Sql) {
    sql.raw("CHECK (").raw(check.expr.text()).raw(")");
    if check.no_inherit {
        sql.raw(" NO INHERIT");
    }
}

fn foreign_key(key: &ForeignKey, sql: &mut Sql) {
    sql.raw("FOREIGN KEY (").idents(&key.columns).raw(") REFERENCES ");
    sql.qname(&key.table);
    if !key.referenced.is_empty() {
        sql.raw(" (").idents(&key.referenced).raw(")");
    }
    for (event, action) in [(" ON DELETE ", key.on_delete), (" ON UPDATE ", key.on_update)] {
        if action != ReferentialAction::NoAction {
            sql.raw(event).raw(action.sql());
        }
    }
    if key.match_type == Match::Full {
        sql.raw(" MATCH FULL");
    }
    deferrable(key.deferrable, sql);
}

fn deferrable(deferrable: Deferrable, sql: &mut Sql) {
    sql.raw(match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE INITIALLY IMMEDIATE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    });
}
